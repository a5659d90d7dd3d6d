"""Passwords that the server has to be able to say itself: sealed under a key that lies beside the database.

Whoever gets at the database alone, or at a file that ``huntline export`` made, cannot read them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Engine

from huntline.data_folder import PASSWORD_KEY
from huntline.directory.organization import Organization, Secret, Trunk
from huntline.directory.problems import Problem, Problems
from huntline.errors import ConfigurationError
from huntline.storage.database import folder_of

_LENGTH = 32  # bytes


class Sealing:
    """Seals and opens with one key, which is made when the first password is sealed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, database: Engine) -> Sealing:
        """Of the data folder that a database belongs to."""
        return cls(folder_of(database) / PASSWORD_KEY)

    @property
    def mark(self) -> str:
        """What tells this key from another, and nothing of it; empty where there is none yet."""
        if not self._path.exists():
            return ""
        return hashlib.sha256(b"huntline key mark" + kept_key(self._path)).hexdigest()[:16]

    def opened(self, secret: Secret | None) -> str | None:
        """The password; None where there is none, or none that this server can open."""
        if secret is None:
            return None
        if not secret.sealed:
            return secret.clear
        try:
            return self._fernet.decrypt(secret.sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            return None

    def unreadable(self, organization: Organization, before: Organization | None) -> Problems:
        """Passwords that were sealed by another server; users who are the same as ``before`` have none."""
        for place, trunk in enumerate(organization.trunks):
            if trunk.password is not None and trunk.password.sealed and self.opened(trunk.password) is None:
                wanted = "was sealed by another server, whose key is not here; say password instead"
                yield Problem(("trunks", place, "sealed_password"), None, wanted)
        known = set(map(id, before.users)) if before else set()
        for place, user in enumerate(organization.users):
            for number, phone in enumerate(user.phones if id(user) not in known else ()):
                if self.opened(phone.password) is None:
                    wanted = "was sealed by another server, whose key is not here; leave the phone out"
                    yield Problem(("users", place, "phones", number, "sealed_password"), None, wanted)

    def seal(self, password: str) -> Secret:
        """A password in the form in which it is stored."""
        return Secret(self._fernet.encrypt(password.encode()).decode())

    def sealed(self, organization: Organization, before: Organization | None) -> Organization:
        """The organization as it may be stored. A password that is the same as before is sealed as before, so
        that nothing has changed."""
        if all(trunk.password is None or trunk.password.sealed for trunk in organization.trunks):
            return organization
        known = {trunk.name: trunk.password for trunk in before.trunks} if before else {}
        trunks = (self._sealed(trunk, known.get(trunk.name)) for trunk in organization.trunks)
        return replace(organization, trunks=tuple(trunks))

    def _sealed(self, trunk: Trunk, before: Secret | None) -> Trunk:
        if trunk.password is None or trunk.password.sealed:
            return trunk
        if before is not None and self.opened(before) == trunk.password.clear:
            return replace(trunk, password=before)
        return replace(trunk, password=self.seal(trunk.password.clear))

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(kept_key(self._path)))


def kept_key(path: Path) -> bytes:
    """The key in the file, which is made when missing: by one process, whoever comes at the same time."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        _make(path)
        key = path.read_bytes()
    if len(key) != _LENGTH:
        raise ConfigurationError(
            f"{path} is no key of this server: it must have {_LENGTH} bytes; put it back from a backup, or"
            " remove it and set the passwords of trunks anew"
        )
    return key


def _make(path: Path) -> None:
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # readable by its owner alone
    try:
        with open(handle, "wb") as file:
            file.write(os.urandom(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        os.link(made, path)
    except FileExistsError:
        pass  # another process was quicker, and its key counts
    finally:
        os.unlink(made)
