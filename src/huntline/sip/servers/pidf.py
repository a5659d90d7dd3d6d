"""Presence documents: what a PIDF (RFC 3863) with or without RPID activities (RFC 4480) says.

Phones disagree about namespaces and about where do-not-disturb belongs, so elements are known by their
local names wherever they stand, and notes are read when no activity is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from huntline.engine.model import Presence
from huntline.errors import PeerError
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri

_NOT_A_LETTER = re.compile("[^a-z]")
_MEANINGS = {
    Presence.DO_NOT_DISTURB: "dnd donotdisturb donotdisturbme",
    Presence.BUSY: "busy onthephone onphone inacall incall inameeting meeting appointment presentation "
    "performance worship",
    Presence.AWAY: "away brb berightback outoffice outofoffice vacation holiday sleeping meal "
    "breakfast lunch dinner travel steering intransit idle inactive permanentabsence",
}
_WORDS = {word: presence for presence, words in _MEANINGS.items() for word in words.split()}
_RESTRICTIVENESS = (
    Presence.AVAILABLE,
    Presence.AWAY,
    Presence.BUSY,
    Presence.DO_NOT_DISTURB,
)


class NotPidf(PeerError):
    """The document is none that can be understood; the message says why."""


@dataclass(frozen=True, slots=True)
class PresenceDocument:
    """Whose presence it is and what it says."""

    entity: Uri
    presence: Presence


def parse_pidf(body: bytes) -> PresenceDocument:
    """Read a presence document. Raises NotPidf."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotPidf(f"not XML: {error}") from None
    if _name(root) != "presence":
        raise NotPidf(f"not a presence document but {_name(root)[:80]!r}")
    return PresenceDocument(_entity(root), _presence(root))


def most_restrictive(presences: Iterator[Presence]) -> Presence:
    """What several devices of one user say together.

    Offline is a device's, not the user's: it counts when all of them say so. Nothing said is available.
    """
    said = set(presences)
    if said == {Presence.OFFLINE}:
        return Presence.OFFLINE
    return max(said - {Presence.OFFLINE}, key=_RESTRICTIVENESS.index, default=Presence.AVAILABLE)


def _entity(root: Element) -> Uri:
    entity = root.get("entity", "").strip()
    scheme, colon, rest = entity.partition(":")
    if scheme.lower() == "pres":  # RFC 3859: the same address in words of its own
        entity = f"sip{colon}{rest}"
    try:
        return parse_uri(entity)
    except GrammarError:
        raise NotPidf(f"no usable entity: {entity[:80]!r}") from None


def _presence(root: Element) -> Presence:
    activities = [
        _WORDS[word]
        for element in root.iter()
        if _name(element) == "activities"
        for activity in element
        for word in (_letters(_name(activity)), _letters(activity.text or ""))
        if word in _WORDS
    ]
    notes = [
        _WORDS[word]
        for element in root.iter()
        if _name(element) == "note" and (word := _letters(element.text or "")) in _WORDS
    ]
    # Some phones write <dnd/> beside <basic>, without activities around it.
    bare = [
        Presence.DO_NOT_DISTURB
        for element in root.iter()
        if _WORDS.get(_letters(_name(element))) is Presence.DO_NOT_DISTURB
    ]
    said = most_restrictive(iter(activities + bare or notes))
    return said if said is Presence.DO_NOT_DISTURB or not _is_closed(root) else Presence.OFFLINE


def _is_closed(root: Element) -> bool:
    statuses = [_letters(element.text or "") for element in root.iter() if _name(element) == "basic"]
    return bool(statuses) and all(status == "closed" for status in statuses)


def _name(element: Element) -> str:
    """An element's local name; comments and processing instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _letters(text: str) -> str:
    """Words as they are compared: ``Do Not-Disturb`` and ``do_not_disturb`` are one."""
    return _NOT_A_LETTER.sub("", text[:100].lower())
