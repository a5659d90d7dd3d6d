"""Replaces: the name of a dialog whose place another one is to take (RFC 3891)."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.sip.core.grammar import GrammarError, parse_parameters
from huntline.sip.core.message import Request


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog that is to be replaced; the tags are as whoever is asked knows them (RFC 3891 section 3)."""

    call_id: str
    to_tag: str
    from_tag: str
    is_early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Read the value of a Replaces header; GrammarError when it is none."""
        call_id, semicolon, rest = text.strip().partition(";")
        parameters = parse_parameters(semicolon + rest) if semicolon else {}
        to_tag, from_tag = parameters.get("to-tag"), parameters.get("from-tag")
        if not call_id.strip() or not to_tag or not from_tag:
            raise GrammarError(f"not the value of Replaces: {text[:80]!r}")
        return cls(call_id.strip(), to_tag, from_tag, "early-only" in parameters)

    def names(self, call_id: str, local_tag: str, remote_tag: str | None) -> bool:
        """Whether that dialog is meant; a tag of zero stands for none (section 4)."""
        return (self.call_id, self.to_tag, self.from_tag) == (call_id, local_tag, remote_tag or "0")


def replaces_in(request: Request) -> Replaces | None:
    """The dialog that a request would take the place of; GrammarError for what RFC 3891 section 3 forbids."""
    if (value := request.header("replaces")) is None:
        return None
    if request.method != "INVITE" or request.count("replaces") > 1 or request.header("join") is not None:
        raise GrammarError("one Replaces, in an INVITE, without Join")
    return Replaces.parse(value)
