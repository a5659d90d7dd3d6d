"""Where a server's data folder is, for commands that need to know no more: without the library that reads all
settings, whose import alone takes longer than such a command may."""

from __future__ import annotations

import os
from pathlib import Path

from huntline.errors import ConfigurationError

FILE_NAME = "huntline.toml"
ENVIRONMENT_PREFIX = "HUNTLINE_"
DEFAULT_DATA = Path("data")

DATABASE = "huntline.db"
"""The database in a data folder."""
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


def data_folder(said: Path | None) -> Path:
    """The data folder: said on the command line, in the environment, in the settings file, or the usual one.

    A settings file that cannot be read is left to be refused by whoever needs more of it.
    """
    named = said or os.environ.get(f"{ENVIRONMENT_PREFIX}DATA")
    return Path(named or _in_file(settings_file(named)) or DEFAULT_DATA).absolute()


def made_data_folder(said: Path | None) -> Path:
    """The data folder, for commands that make none. Raises ConfigurationError where there is no server's."""
    folder = data_folder(said)
    if (folder / DATABASE).is_file():
        return folder
    what = "is no server's data folder" if folder.is_dir() else "does not exist"
    begin = f"begin with: huntline apply FILE --data {folder}"
    raise ConfigurationError(f"--data: {folder} {what}; name the right one with --data, or {begin}")


def settings_file(data: object) -> Path | None:
    """The settings file: in the data folder, or else in the working folder; None when there is none."""
    folders = [Path(str(data)) if data else DEFAULT_DATA, Path()]
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), None)


def _in_file(file: Path | None) -> str | None:
    if file is None:
        return None
    import tomllib

    try:
        value = tomllib.loads(file.read_text()).get("data")
    except (OSError, ValueError):
        return None
    return value if isinstance(value, str) else None
