"""What a rung phone shows: who calls, for which queue, on which number."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.clean_text import cleaned
from huntline.directory.caller_id import ShownCallerId
from huntline.directory.plan import Account
from huntline.sip.core.grammar import GrammarError, Uri, parse_address
from huntline.sip.core.message import Request

ANONYMOUS = "anonymous"
LONGEST_USER = 64
"""Characters of a caller's number or name in the address that are shown."""
COMPLETED_ELSEWHERE = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')


@dataclass(frozen=True, slots=True)
class CallerId:
    """The caller as told to agents: ``user`` is the number or the user part of the address.

    ``shown_as`` is what people are to read, where it is neither the number nor the name.
    """

    user: str
    display_name: str = ""
    shown_as: str = ""

    @property
    def shown(self) -> str:
        """What a person reads: the number where there is one, else the name."""
        if self.is_anonymous:
            return "Anonymous"
        is_number = self.user.removeprefix("+").isdigit()
        if self.shown_as:
            return self.shown_as
        return self.user if is_number else self.display_name or self.user

    @property
    def is_anonymous(self) -> bool:
        """Whether the caller hides the number."""
        return self.user == ANONYMOUS


TEST_CALL = CallerId("test-call", "Test call")
"""Who calls when a queue is tried out from the admin centre."""


def caller_of(request: Request, *, is_trusted: bool) -> CallerId:
    """The caller of an INVITE: a trunk's P-Asserted-Identity goes before From (RFC 3325 section 9.1).

    ``Privacy: id`` or an anonymous From make the caller anonymous (RFC 3323).
    """
    privacy = (request.header("privacy") or "").lower()
    if "id" in (word.strip() for word in privacy.split(";")):
        return CallerId(ANONYMOUS)
    asserted = request.header("p-asserted-identity") if is_trusted else None
    for value in (asserted, request.header("from")):
        if value is None:
            continue
        try:
            address = parse_address(value)
        except GrammarError:
            continue
        user = cleaned(address.uri.user or "", LONGEST_USER)
        if user:
            is_hidden = user.lower() == ANONYMOUS or address.uri.host.endswith(".invalid")
            return CallerId(ANONYMOUS) if is_hidden else CallerId(user, cleaned(address.display_name))
    return CallerId(ANONYMOUS)


def inside_caller(account: Account) -> CallerId:
    """A user of ours, as colleagues see them."""
    return CallerId(account.upn.partition("@")[0], account.display_name)


def outside_caller(shown: ShownCallerId, account: Account) -> CallerId:
    """A user of ours, as a call to the outside world shows them."""
    if shown.number is None:
        return CallerId(ANONYMOUS)
    return CallerId(shown.number, shown.name or account.display_name, shown_as=shown.name)


def name_addr(display_name: str, uri: Uri | str) -> str:
    """A name-addr with a safely quoted display name (RFC 3261 section 25.1)."""
    plain = "".join(character for character in display_name if character.isprintable())
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{uri}>' if quoted else f"<{uri}>"


def warning(text: str) -> tuple[str, str]:
    """A Warning header that tells a person why (RFC 3261 section 20.43)."""
    plain = cleaned(text).replace("\\", " ").replace('"', "'")
    return "Warning", f'399 huntline "{plain}"'


def from_header(caller: CallerId, domain: str, queue_name: str | None) -> str:
    """The From of a ring: ``"Help Desk: +14255551234" <sip:+14255551234@contoso.com>``."""
    shown = f"{queue_name}: {caller.shown}" if queue_name else caller.shown
    # RFC 3323 section 4.1.1.3
    host = "anonymous.invalid" if caller.is_anonymous else domain
    return name_addr(shown, Uri(scheme="sip", user=caller.user, host=host))


def identity_headers(
    caller: CallerId, domain: str, *, queue_name: str | None, dialled: str
) -> tuple[tuple[str, str], ...]:
    """P-Asserted-Identity (RFC 3325) with the caller, Diversion (RFC 5806) and History-Info (RFC 7044) with
    the queue that the caller dialled."""
    headers: list[tuple[str, str]] = []
    if caller.is_anonymous:
        headers.append(("Privacy", "id"))
    else:
        uri = Uri(scheme="sip", user=caller.user, host=domain)
        headers.append(("P-Asserted-Identity", name_addr(caller.display_name, uri)))
    if queue_name is not None:
        queue = Uri(scheme="sip", user=dialled, host=domain)
        headers.append(("Diversion", name_addr(queue_name, queue) + ";reason=unconditional"))
        headers.append(("History-Info", f"<{queue}>;index=1"))
    return tuple(headers)
