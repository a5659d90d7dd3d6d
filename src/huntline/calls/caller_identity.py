"""What a rung phone shows: who calls, for which queue, on which number."""

from __future__ import annotations

from collections.abc import Sequence

from huntline.clean_text import cleaned
from huntline.directory.caller_id import ShownCallerId
from huntline.directory.names import plain_number, plain_user
from huntline.directory.plan import Account
from huntline.plain import frozen
from huntline.sip.core.grammar import Address, GrammarError, Uri, parse_address
from huntline.sip.core.message import Message, Request

ANONYMOUS = "anonymous"
LONGEST_USER = 64
"""Characters of a caller's number or name in the address that are shown."""
_HIDDEN = ("Privacy", "id")
COMPLETED_ELSEWHERE = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')


@frozen
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
        if self.shown_as:
            return self.shown_as
        return self.user if plain_number(self.user) else self.display_name or self.user

    @property
    def is_anonymous(self) -> bool:
        """Whether the caller hides the number."""
        return self.user == ANONYMOUS


TEST_CALL = CallerId("test-call", "Test call")
"""Who calls when a queue is tried out from the admin centre."""


def caller_of(request: Request, *, is_trusted: bool) -> CallerId:
    """The caller of an INVITE: what a trusted trunk asserts goes before From.

    ``Privacy`` or an anonymous From make the caller anonymous (RFC 3323), whatever else is said of them;
    ``Privacy: none`` says that From is not to be taken for that.
    """
    if hides_identity(request):
        return CallerId(ANONYMOUS)
    sender = _identity_in([request.raw_from])
    asserted = asserted_identity(request) if is_trusted else None
    if asserted is None or (_is_anonymous_from(request) and _NOTHING not in _privacy(request)):
        return sender or CallerId(ANONYMOUS)
    return asserted


def hides_identity(message: Message) -> bool:
    """Whether a message asks that nobody be told who sent it (RFC 3323 section 4.2, RFC 3325 section 9.3).

    ``header`` does not: it asks to have no trace of the way shown, and we pass none on.
    """
    return not _HIDING.isdisjoint(_privacy(message))


def asserted_identity(message: Message) -> CallerId | None:
    """Who P-Asserted-Identity says has sent a message, or Remote-Party-ID of providers that have only that:
    to be believed of peers that are trusted alone."""
    return _identity_in(message.all("p-asserted-identity")) or _remote_party(message)


_HIDING = frozenset({"id", "user"})
_NOTHING = "none"


def _privacy(message: Message) -> set[str]:
    return {word.strip() for line in message.all("privacy") for word in line.lower().split(";")}


def _is_anonymous_from(request: Request) -> bool:
    """RFC 3323 section 4.1.1.3."""
    try:
        uri = parse_address(request.raw_from).uri
    except GrammarError:
        return False
    return (uri.user or "").lower() == ANONYMOUS or uri.host.lower() == "anonymous.invalid"


def _remote_party(message: Message) -> CallerId | None:
    """The first party at the far end that Remote-Party-ID names, as far as it may be shown
    (draft-ietf-sip-privacy-04 section 5); one that nobody has looked at says no more than From."""
    for value in message.all("remote-party-id"):
        address = _known_address(value)
        if address is None or (address.parameters.get("screen") or "").lower() == "no":
            continue
        identity = _identity_in([value])
        privacy = (address.parameters.get("privacy") or "off").lower()
        if privacy in ("full", "uri") or identity is None:
            return CallerId(ANONYMOUS)
        return CallerId(identity.user) if privacy == "name" else identity
    return None


def _identity_in(values: Sequence[str]) -> CallerId | None:
    """Of several addresses of one party, a ``sip:`` and a ``tel:`` one (RFC 3325 section 9.1), the number is
    the one of the first that has one, and the name may stand at another."""
    known = [address for value in values if (address := _known_address(value))]
    if not known:
        return None
    best = next((each for each in known if plain_number(each.uri.user or "")), known[0])
    user = cleaned(plain_user((best.uri.user or "").strip()), LONGEST_USER)
    if user.lower() == ANONYMOUS or best.uri.host.endswith(".invalid"):
        return CallerId(ANONYMOUS)
    names = (best.display_name, *(each.display_name for each in known))
    return CallerId(user, cleaned(next((name for name in names if name), "")))


def _known_address(value: str) -> Address | None:
    """An address that says who it is; None for what cannot be read."""
    try:
        address = parse_address(value)
    except GrammarError:
        return None
    return address if cleaned(address.uri.user or "", LONGEST_USER).strip() else None


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
    is_plain = display_name.isprintable()
    plain = display_name if is_plain else "".join(each for each in display_name if each.isprintable())
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
    caller: CallerId, domain: str, queue_name: str | None = None
) -> tuple[tuple[str, str], ...]:
    """P-Asserted-Identity (RFC 3325) with the caller, and with the name of the queue for phones that look
    there rather than at From."""
    if caller.is_anonymous:
        return (_HIDDEN,)
    name = f"{queue_name}: {caller.shown}" if queue_name else caller.display_name
    uri = Uri(scheme="sip", user=caller.user, host=domain)
    return (("P-Asserted-Identity", name_addr(name, uri)),)


def hidden_identity_headers(number: str, domain: str) -> tuple[tuple[str, str], ...]:
    """The same for a provider that is trusted and is to show nobody's number: it knows who calls, and tells
    nobody (RFC 3325 section 7)."""
    return (("P-Asserted-Identity", name_addr("", Uri(scheme="sip", user=number, host=domain))), _HIDDEN)
