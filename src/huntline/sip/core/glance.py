"""A first look at a message, before it is read in depth: what it wants, and what an answer copies of it."""

from __future__ import annotations

from huntline.sip.core.message import Request, end_of_head, unfold

_NEW_WORK = (
    *(b"INVITE ", b"REGISTER ", b"OPTIONS ", b"SUBSCRIBE "),
    *(b"PUBLISH ", b"MESSAGE ", b"NOTIFY ", b"REFER "),
)
_COPIED = ("via", "from", "to", "call-id", "cseq")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id"}
_NAMES = {name: name for name in _COPIED} | _COMPACT
_USUAL = _NAMES | {"Via": "via", "From": "from", "To": "to", "Call-ID": "call-id", "CSeq": "cseq"}
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
    start, *lines = unfold(data[:end] if end >= 0 else data)
    method, _, rest = start.partition(" ")
    headers = _copied(lines, _USUAL) or _copied([_lower(line) for line in lines], _NAMES)
    if not headers or method[:4].upper() == "SIP/":
        return None
    return Request(method, rest.partition(" ")[0], headers, b"")


def _copied(lines: list[str], names: dict[str, str]) -> list[tuple[str, str]]:
    """The headers in question, if there is each of them."""
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        if full := names.get(name):
            headers.append((full, value.strip()))
    return headers if len(dict(headers)) == len(_COPIED) else []


def _lower(line: str) -> str:
    name, colon, value = line.partition(":")
    return name.strip().lower() + colon + value
