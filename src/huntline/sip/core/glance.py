"""A first look at a message, before it is read in depth: what it wants, and what an answer copies of it."""

from __future__ import annotations

import re

from huntline.sip.core.message import Request, end_of_head, unfolded

_NEW_WORK = (
    *(b"INVITE ", b"REGISTER ", b"OPTIONS ", b"SUBSCRIBE "),
    *(b"PUBLISH ", b"MESSAGE ", b"NOTIFY ", b"REFER "),
)
_COPIED = ("via", "from", "to", "call-id", "cseq")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id"}
_NAMES = {name: name for name in _COPIED} | _COMPACT
_USUAL = _NAMES | {"Via": "via", "From": "from", "To": "to", "Call-ID": "call-id", "CSeq": "cseq"}
_LINE = re.compile(rf"\n({'|'.join(_NAMES)})[ \t]*:[ \t]*([^\n]*)", re.ASCII | re.IGNORECASE)
_LONGEST_HEAD = 16_384


def may_be_new_work(data: bytes) -> bool:
    """Whether a message may ask for something that is not under way. BYE, INFO and their kin never do, and
    those of these methods that are sent within a dialog are told apart by its tag."""
    return data.startswith(_NEW_WORK)


def seems_in_dialog(data: bytes) -> bool:
    """Whether To has a tag, or may have one for all that can be told in no time."""
    at = data.find(b"\nTo:")
    return at < 0 or b"tag" in data[at : data.find(b"\n", at + 1)].lower()


def glance(data: bytes) -> Request | None:
    """The request with no headers but those that every response copies (RFC 3261 section 8.2.6.2), no body,
    and nothing checked; None where one of them is missing or the head is long, and for responses."""
    end = end_of_head(data)
    if max(end, 0) > _LONGEST_HEAD or (end < 0 and len(data) > _LONGEST_HEAD):
        return None
    head = unfolded(data[:end] if end >= 0 else data)
    method, _, rest = head.partition("\n")[0].partition(" ")
    headers = [
        (_USUAL.get(name) or _NAMES[name.lower()], value.strip()) for name, value in _LINE.findall(head)
    ]
    if len(dict(headers)) < len(_COPIED) or method[:4].upper() == "SIP/":
        return None
    return Request(method, rest.partition(" ")[0], headers, b"")
