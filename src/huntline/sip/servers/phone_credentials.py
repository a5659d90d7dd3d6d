"""Credentials for the phone in a page: made for whoever is signed in, good for minutes, kept nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

LIFETIME = 600  # seconds

_PURPOSE = b"phone credential"
_USERNAME = re.compile(r"(?P<kind>page|guest)\.(?P<holder>[!-~]{1,100})\.(?P<expires>[0-9]{1,12})")


class Holder(StrEnum):
    """Whose a credential is."""

    USER = "page"
    """A user of ours."""
    GUEST = "guest"
    """Somebody without a phone, who may call the queues of one organization."""


@dataclass(frozen=True, slots=True)
class PhoneCredential:
    """``holder_id`` is a user's id, for a guest an organization's; ``expires_at`` in seconds of UNIX time."""

    kind: Holder
    holder_id: str
    expires_at: int
    username: str
    password: str = field(repr=False)


class PhoneCredentials:
    """Makes credentials and knows its own again: the password is a MAC over the user name."""

    def __init__(self, secret: bytes, unix_now: Callable[[], float]) -> None:
        self._secret = secret
        self._unix_now = unix_now

    def issue(self, kind: Holder, holder_id: str) -> PhoneCredential:
        """A new one for somebody."""
        expires_at = int(self._unix_now()) + LIFETIME
        return self._credential(kind, holder_id, expires_at)

    def read(self, username: str) -> PhoneCredential | None:
        """The one that a user name belongs to, whoever made it up; the password is the proof."""
        match = _USERNAME.fullmatch(username)
        if match is None:
            return None
        return self._credential(Holder(match["kind"]), match["holder"], int(match["expires"]))

    def is_expired(self, credential: PhoneCredential) -> bool:
        """Whether it is too late to use it."""
        return credential.expires_at <= self._unix_now()

    def _credential(self, kind: Holder, holder_id: str, expires_at: int) -> PhoneCredential:
        username = f"{kind}.{holder_id}.{expires_at}"
        mac = hmac.digest(self._secret, b"%s\0%s" % (_PURPOSE, username.encode()), hashlib.sha256)
        password = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        return PhoneCredential(kind, holder_id, expires_at, username, password)
