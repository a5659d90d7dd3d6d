"""Which database a server has, and whether it answers."""

from __future__ import annotations

import time
from pathlib import Path

from huntline.data_folder import DATABASE, said_database
from huntline.doctor.examination import Found
from huntline.errors import HuntlineError
from huntline.storage.database import refuse_newer


def of_database(folder: Path) -> Found:
    """What is found of the database of the server on a data folder, by its settings."""
    elsewhere = said_database(folder)
    where = str(elsewhere or folder / DATABASE)
    begun_at = time.monotonic()
    try:
        refuse_newer(folder, elsewhere)
    except HuntlineError as error:
        return Found(where, "no-database", {"detail": str(error)})
    return Found(where, "database-answers", {"ms": f"{(time.monotonic() - begun_at) * 1000:.0f}"})
