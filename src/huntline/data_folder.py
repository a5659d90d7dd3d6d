"""Where a server's data folder and database are, for commands that need to know no more: without the library
that reads all settings, whose import alone takes longer than such a command may."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from huntline.errors import ConfigurationError

FILE_NAME = "huntline.toml"
ENVIRONMENT_PREFIX = "HUNTLINE_"
DEFAULT_DATA = Path("data")

DATABASE = "huntline.db"
"""The database in a data folder, where none elsewhere is named."""
DATABASE_VARIABLE = f"{ENVIRONMENT_PREFIX}DATABASE"
"""Where the environment names one elsewhere."""
SHARD_VARIABLE = f"{ENVIRONMENT_PREFIX}SHARD"
"""Where the environment names this server among those on the database."""
PASSWORD_KEY = "password.key"  # noqa: S105
"""What passwords are sealed with that the server has to be able to say, in a data folder."""
JOURNAL = "live.journal"
"""What lives, written down for the next process, in a data folder."""
SPEECH = "speech"
"""Sentences that were spoken, in a data folder; whatever is in it can be spoken again."""
CONTROL_SOCKET = "control.sock"
"""Where in the data folder the signalling process takes requests (``control.py``)."""
SUPERVISOR_SOCKET = "serve.sock"
"""Where in the data folder the supervisor takes requests."""
API_SOCKET = "api.sock"
"""Where in the data folder the web process serves the API to whoever owns the folder."""

_MEDIA = "media"


def media_name(worker: int) -> str:
    """How the process of a media worker is called, and its socket, by its number from 0."""
    return _MEDIA if worker == 0 else f"{_MEDIA}-{worker + 1}"


def media_worker_of(name: str) -> int:
    """The inverse of ``media_name``. Raises ValueError for what is no name of one."""
    first, _, number = name.partition("-")
    if first != _MEDIA:
        raise ValueError(f"{name} is no media worker")
    return int(number or 1) - 1


MAIN_SHARD = "main"
"""What a server is called, among those that share one PostgreSQL, of which nobody says more."""

CLUSTER = "cluster"
"""What a machine knows of the cluster that it is in, in a data folder."""
MEMBERSHIP = "membership.json"
"""In that folder: this machine and the others."""
CLUSTER_SOCKET = "cluster.sock"
"""Where in the data folder the cluster process takes requests."""


def is_in_cluster(folder: Path) -> bool:
    """Whether the server on a data folder is one that can move to other machines."""
    return (folder / CLUSTER / MEMBERSHIP).is_file()


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where a PostgreSQL database is and who asks it, as libpq reads it. Shown without the password."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Raises ValueError, which says what would be right and nothing of the text."""
        try:
            parts = urlsplit(text)
            wrong = parts.scheme not in ("postgresql", "postgres") or parts.fragment or parts.port == 0
        except ValueError:
            raise ValueError(_WANTED) from None
        name = parts.path.removeprefix("/")
        if wrong or not name or any(each in name for each in "/@:"):
            raise ValueError(_WANTED)
        if {"password", "dbname"} & parse_qs(parts.query, keep_blank_values=True).keys():
            raise ValueError(f"{_WANTED}, with nothing of that said again behind ?")
        return cls(text)

    @property
    def name(self) -> str:
        """What the database is called."""
        return unquote(urlsplit(self.text).path.removeprefix("/"))

    def is_betrayed_by(self, text: str) -> bool:
        """Whether a text has the password in it."""
        password = urlsplit(self.text).password
        return bool(password) and (str(password) in text or unquote(str(password)) in text)

    def __str__(self) -> str:
        parts = urlsplit(self.text)
        user = f"{parts.username}@" if parts.username else ""
        where = parts.netloc.rpartition("@")[2] + parts.path + (parts.query and f"?{parts.query}")
        return f"{parts.scheme}://{user}{where}"


_SHARD = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
_WANTED = (
    "postgresql://USER:PASSWORD@HOST:PORT/NAME, with what is special in the password as %XX; port and"
    " password may be left out"
)


def data_folder(said: Path | None) -> Path:
    """The data folder: said on the command line, in the environment, in the settings file, or the usual one.

    A settings file that cannot be read is left to be refused by whoever needs more of it.
    """
    named: object = said or os.environ.get(f"{ENVIRONMENT_PREFIX}DATA")
    if not named:
        with contextlib.suppress(ConfigurationError):
            named = _in_file(settings_file(None), "data")
    return Path(named if named and isinstance(named, str | Path) else DEFAULT_DATA).absolute()


def made_data_folder(said: Path | None) -> Path:
    """The data folder, for commands that make none. Raises ConfigurationError where there is no server's."""
    folder = data_folder(said)
    if folder.is_dir() and ((folder / DATABASE).is_file() or said_database(folder) is not None):
        return folder
    what = "is no server's data folder" if folder.is_dir() else "does not exist"
    begin = f"begin with: huntline apply FILE --data {folder}"
    raise ConfigurationError(f"--data: {folder} {what}; name the right one with --data, or {begin}")


def said_database(folder: Path) -> DatabaseUrl | None:
    """The database of the server on a data folder, from the environment or its settings file; None: the file
    in the folder. Raises ConfigurationError."""
    return database_said_in(settings_file(folder))


def database_said_in(file: Path | None) -> DatabaseUrl | None:
    """The database that the environment names, or else a settings file. Raises ConfigurationError."""
    value: object = os.environ.get(DATABASE_VARIABLE)
    where = f"environment variable {DATABASE_VARIABLE}"
    if value is None:
        value, where = _in_file(file, "database"), f"{file}: database"
    try:
        return DatabaseUrl.parse(str(value)) if value is not None else None
    except ValueError as error:
        raise ConfigurationError(f"{where}: the value (not shown) is wrong; it must be: {error}") from None


def shard_name(text: str) -> str:
    """The name of a server among those on its database, as it is kept. Raises ValueError, which says what
    would be right."""
    name = text.lower()
    if not _SHARD.fullmatch(name):
        raise ValueError("a name of 1 to 32 letters, digits and hyphens, for instance north")
    return name


def said_shard(folder: Path) -> str:
    """What the server on a data folder is called among those on its database. Raises ConfigurationError."""
    value: object = os.environ.get(SHARD_VARIABLE)
    file, where = settings_file(folder), f"environment variable {SHARD_VARIABLE}"
    if value is None:
        value, where = _in_file(file, "shard"), f"{file}: shard"
    try:
        return shard_name(str(value)) if value is not None else MAIN_SHARD
    except ValueError as error:
        raise ConfigurationError(f"{where}: {value!r} is wrong; it must be: {error}") from None


def settings_file(data: object) -> Path | None:
    """The settings file: in the data folder, or else in the working folder; None when there is none."""
    folders = [Path(str(data)) if data else DEFAULT_DATA, Path()]
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), None)


def _in_file(file: Path | None, key: str) -> object:
    """What a settings file says, if anything. Raises ConfigurationError when it cannot be read."""
    if file is None:
        return None
    import tomllib

    try:
        return tomllib.loads(file.read_text()).get(key)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from None
