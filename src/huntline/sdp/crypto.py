"""Keys in the description itself: SRTP by SDES (RFC 4568), also beside a plain profile (RFC 8643)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

from huntline.sdp.description import MediaDescription, SdpError
from huntline.sdp.session import AgreedCrypto, CryptoKey, LocalCrypto

SUITES = {
    "AEAD_AES_128_GCM": 16 + 12,  # RFC 7714 section 14.2
    "AEAD_AES_256_GCM": 32 + 12,
    "AES_CM_128_HMAC_SHA1_80": 16 + 14,  # RFC 4568 section 6.2
    "AES_CM_128_HMAC_SHA1_32": 16 + 14,
}
"""Bytes of master key and salt by crypto-suite, the most wanted first."""

PLAIN_PROFILES = frozenset({"RTP/AVP", "RTP/AVPF"})
PROFILES = PLAIN_PROFILES | {"RTP/SAVP", "RTP/SAVPF"}

_LINE = re.compile(r"([0-9]{1,9}) +([!-~]+) +([!-~]+)((?: +[!-~]+)*) *")
_INLINE = "inline:"
_KEY_AND_LIFETIME = re.compile(r"inline:([A-Za-z0-9+/]+)={0,2}(?:\|(?:2\^)?[0-9]{1,20})?")


class EncryptionMismatch(SdpError):
    """One side wants audio to be encrypted, and the other one not, or in another way (488)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 488)


def new_key(suite: str, random_bytes: bytes) -> CryptoKey:
    """A key of ours, of so many bytes as ``SUITES`` says."""
    return CryptoKey(suite, b64encode(random_bytes).decode())


def keys_in(text: str) -> tuple[CryptoKey, ...]:
    """The keys of a description of ours."""
    found = re.findall(r"^a=crypto:[0-9]+ ([A-Z0-9_]+) inline:([A-Za-z0-9+/=]+)", text, re.MULTILINE)
    return tuple(CryptoKey(suite, key) for suite, key in found)


def is_offered(media: MediaDescription) -> bool:
    """Whether a line has keys, usable ones or not."""
    return any(name == "crypto" for name, _ in media.attributes)


def is_by_address(media: MediaDescription) -> bool:
    """Whether a line is of a phone's or a trunk's kind: plain, or with keys."""
    profile = media.profile.upper()
    return profile in PLAIN_PROFILES or (profile in PROFILES and is_offered(media))


def agree(media: MediaDescription, ours: LocalCrypto | None, *, is_answer: bool) -> AgreedCrypto | None:
    """The keys of both sides; None where the line is plain, as it may be. Raises SdpError."""
    is_secure = media.profile.upper() not in PLAIN_PROFILES
    if ours is None:
        if is_secure:
            raise EncryptionMismatch(f"encrypted audio ({media.profile[:40]}) is switched off here")
        return None
    for theirs in _usable(media):
        key = _key_for(theirs, ours, is_answer=is_answer)
        if key is not None:
            return AgreedCrypto(theirs.tag, key.suite, key.key, theirs.key, media.profile)
    if is_secure or (is_answer and is_offered(media)):
        raise EncryptionMismatch(
            f"encrypted audio ({media.profile[:40]}) with no a=crypto that can be used here"
        )
    if ours.is_required:
        raise EncryptionMismatch("the audio is not encrypted (SRTP), which is required here")
    return None


def offer_lines(ours: LocalCrypto) -> list[str]:
    """All our keys, the tags counted from 1."""
    return [_line(tag, each) for tag, each in enumerate(ours.keys, 1)]


def answer_lines(agreed: AgreedCrypto) -> list[str]:
    """The one key of an answer; RFC 4568 section 5.1.2: the tag is that of the offer."""
    return [_line(agreed.tag, CryptoKey(agreed.suite, agreed.ours))]


def _line(tag: int, key: CryptoKey) -> str:
    return f"a=crypto:{tag} {key.suite} {_INLINE}{key.key}"


class _Theirs:
    """A line of the peer's that we can use."""

    __slots__ = ("key", "suite", "tag")

    def __init__(self, tag: int, suite: str, key: str) -> None:
        self.tag, self.suite, self.key = tag, suite, key


def _usable(media: MediaDescription) -> Iterator[_Theirs]:
    """Lines are in the order of preference (RFC 4568 section 5.1.2); what we cannot do is passed over.

    That is every suite of others, several keys or one with an MKI (section 6.1), and every session parameter
    but those that may be ignored (section 6.3.7).
    """
    for name, value in media.attributes:
        match = _LINE.fullmatch(value) if name == "crypto" else None
        if match is None or any(not each.startswith("-") for each in match[4].split()):
            continue
        suite, key = match[2].upper(), _KEY_AND_LIFETIME.fullmatch(match[3])
        if suite in SUITES and key is not None and (whole := _whole(key[1], SUITES[suite])):
            yield _Theirs(int(match[1]), suite, whole)


def _whole(key: str, length: int) -> str | None:
    """The key as we write it, with its padding; None when it is not of that many bytes."""
    try:
        data = b64decode(key + "=" * (-len(key) % 4), validate=True)
    except binascii.Error:
        return None
    return b64encode(data).decode() if len(data) == length else None


def _key_for(theirs: _Theirs, ours: LocalCrypto, *, is_answer: bool) -> CryptoKey | None:
    """Our key that goes with a line; in an answer the tag says which one of our offer it answers."""
    for tag, each in enumerate(ours.keys, 1):
        if each.suite == theirs.suite and (not is_answer or tag == theirs.tag):
            return each
    return None
