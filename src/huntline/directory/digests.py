"""Password digests: the only form in which the SIP password of a user is kept."""

from __future__ import annotations

import hashlib

from huntline.directory.credentials import Digest


def password_digests(upn: str, realm: str, password: str) -> tuple[Digest, ...]:
    """HA1 (RFC 7616 section 3.4.2) for each way a phone may name the user: local part or UPN, as written
    or in lower case, in both algorithms."""
    local_part = upn.partition("@")[0]
    usernames = dict.fromkeys((local_part, upn, local_part.lower(), upn.lower()))
    return tuple(each for username in usernames for each in digests_of(username, realm, password))


def digests_of(username: str, realm: str, password: str) -> tuple[Digest, ...]:
    """HA1 for one user name, in both algorithms."""
    return tuple(
        Digest(username, algorithm, _ha1(username, realm, password, algorithm))
        for algorithm in ("MD5", "SHA-256")
    )


def _ha1(username: str, realm: str, password: str, algorithm: str) -> str:
    secret = f"{username}:{realm}:{password}".encode()
    if algorithm == "MD5":
        return hashlib.md5(secret, usedforsecurity=False).hexdigest()  # many desk phones know nothing else
    return hashlib.sha256(secret).hexdigest()
