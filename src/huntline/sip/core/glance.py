"""A first look at a message, before it is read in depth: what it wants, and what an answer copies of it."""

from __future__ import annotations

import re

from huntline.sip.core.message import Request, end_of_head

_NEW_WORK = (
    *(b"INVITE ", b"REGISTER ", b"OPTIONS ", b"SUBSCRIBE "),
    *(b"PUBLISH ", b"MESSAGE ", b"NOTIFY ", b"REFER "),
)
_COPIED = re.compile(
    rb"^(via|v|from|f|to|t|call-id|i|cseq)[ \t]*:([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_FOLD = re.compile(r"\r?\n[ \t]+")
_FULL_NAMES = {b"v": "via", b"f": "from", b"t": "to", b"i": "call-id"}
_LONGEST_HEAD = 16_384


def may_be_new_work(data: bytes) -> bool:
    """Whether a message may ask for something that is not under way. BYE, INFO and their kin never do, and
    those of these methods that are sent within a dialog are told apart by its tag."""
    return data.startswith(_NEW_WORK)


def glance(data: bytes) -> Request | None:
    """The request with no headers but those that every response copies (RFC 3261 section 8.2.6.2), no body,
    and nothing checked; None where one of them is missing or the head is long, and for responses."""
    end = end_of_head(data)
    head = data[:end] if end >= 0 else data
    start = head.split(b"\n", 1)[0].split(b" ")
    if len(start) != 3 or len(head) > _LONGEST_HEAD:
        return None
    headers = [(_name(name), _value(value)) for name, value in _COPIED.findall(head)]
    if len(dict(headers)) != 5:
        return None
    method, uri = (word.decode("utf-8", "surrogateescape") for word in start[:2])
    return Request(method, uri, headers, b"")


def _name(written: bytes) -> str:
    name = written.lower()
    return _FULL_NAMES.get(name) or name.decode()


def _value(written: bytes) -> str:
    value = written.decode("utf-8", "surrogateescape")
    return _FOLD.sub(" ", value).strip() if "\n" in value else value.strip()
