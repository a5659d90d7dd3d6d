"""Where the databases of tests are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, delete

from huntline.data_folder import DatabaseUrl
from huntline.storage.database import open_database
from huntline.storage.schema import metadata

EMPTY_ALL = ";".join(str(delete(table)) for table in reversed(metadata.sorted_tables))
"""Takes a seventh of the time that another database takes."""


@dataclass(frozen=True)
class Place:
    """A data folder and, on PostgreSQL, its database."""

    folder: Path
    elsewhere: DatabaseUrl | None = None

    def open(self) -> Engine:
        """Its database, as every process opens it."""
        return open_database(self.folder, self.elsewhere)
