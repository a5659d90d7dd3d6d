"""The last settings of a database elsewhere, in a file of the data folder.

For a server that starts while its database is away: calls go on, and new ones are served.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from huntline.control.secret import keep_private
from huntline.data_folder import DatabaseUrl
from huntline.directory.organization import Organization
from huntline.records import Codec, UnreadableRecord, kinds_under

log = logging.getLogger(__name__)

FILE_NAME = "last-settings"

_CODEC = Codec(kinds_under(Organization))


class SettingsCopy:
    """What one database has said last. For one process; its methods take their time, one at a time.

    Passwords are in it as they are in the database: as digests, or sealed.
    """

    def __init__(self, folder: Path, database: DatabaseUrl) -> None:
        self._path = folder / FILE_NAME
        self._of = str(database)
        self._records: dict[str, tuple[Organization, bytes]] = {}
        self._written = b""

    def keep(self, organizations: Iterable[Organization]) -> None:
        """Put these in the place of those before; nothing is written where they are the same."""
        self._records = {each.organization_id: (each, self._record(each)) for each in organizations}
        whole = _CODEC.encode((self._of, tuple(record for _, record in self._records.values())))
        if whole != self._written:
            keep_private(self._path, whole)
            self._written = whole

    def _record(self, wanted: Organization) -> bytes:
        known, record = self._records.get(wanted.organization_id, (None, b""))
        return record if known is wanted else _CODEC.encode(wanted)

    def kept(self) -> tuple[Organization, ...] | None:
        """The settings as the database had them last; None where that is not known of this database."""
        try:
            of, records = _CODEC.decode(self._path.read_bytes())
            if of != self._of:
                return None
            return tuple(map(_CODEC.decode, records))
        except FileNotFoundError:
            return None
        except (UnreadableRecord, OSError, TypeError, ValueError) as error:
            log.warning("the copy of the settings cannot be read", extra={"reason": str(error)})
            return None
