"""Handing a call on: REFER, and the NOTIFYs that tell how it goes (RFC 3515, RFC 4488)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from huntline.sip.core.dialog_usage import DialogUsage
from huntline.sip.core.events import ReferReceived
from huntline.sip.core.grammar import GrammarError, Uri, parse_address
from huntline.sip.core.leg_record import ReferralRecord, SipLegState
from huntline.sip.core.message import REASONS, Headers, Request, Response
from huntline.sip.core.replaces_header import Replaces
from huntline.sip.core.server_transaction import ServerTransaction

_FRAGMENT = "message/sipfrag;version=2.0"
_LASTS = 600  # seconds; much longer than anybody is rung
_SILENT = ("Refer-Sub", "false")


class MalformedRefer(Exception):
    """A REFER that cannot be understood; the text says what would be right."""


class Referral:
    """The REFER of a leg's peer: at most one at a time, from its arrival to the last word on it.

    NOTIFYs go one after the other, so that none overtakes another on its way; of several that wait only the
    last one is sent.
    """

    __slots__ = (
        "_asked",
        "_count",
        "_id",
        "_is_notifying",
        "_is_open",
        "_is_silent",
        "_last",
        "_leg",
        "_next",
    )

    def __init__(self, leg: DialogUsage) -> None:
        self._leg = leg
        self._asked: ServerTransaction | None = None
        self._count = 0
        self._id = ""
        self._is_open = self._is_silent = self._is_notifying = False
        self._last = 0
        self._next: int | None = None

    # What the peer asks

    def receive(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """A REFER within the dialog."""
        leg = self._leg
        if self._is_open or self._asked is not None or leg.state is not SipLegState.CONFIRMED:
            transaction.reply(491, now)
            return
        try:
            refer_to, replaces = _refer_to(request)
        except MalformedRefer as error:
            transaction.reply(400, now, reason=str(error))
            return
        self._count += 1
        # RFC 3515 section 2.4.6: all but the first REFER of a dialog are told apart by their numbers.
        self._id = f";id={request.cseq.sequence}" if self._count > 1 else ""
        self._is_silent = _wants_silence(request)
        self._asked = transaction
        leg.context.tell(ReferReceived(leg.leg_id, refer_to, replaces))

    def record(self) -> ReferralRecord | None:
        """What it takes to go on; None where nobody has been referred."""
        if not self._count:
            return None
        return ReferralRecord(
            None if self._asked is None else self._asked.key,
            self._count,
            self._id,
            self._is_open,
            self._is_silent,
            self._is_notifying,
            self._last,
            self._next,
        )

    def restore(self, record: ReferralRecord) -> None:
        """Go on where the record was made; a REFER that waits for our user is told again."""
        self._count, self._id, self._last = record.count, record.subscription, record.last
        self._is_open, self._is_silent = record.is_open, record.is_silent
        self._is_notifying, self._next = record.is_notifying, record.next
        self._asked = self._leg.server_transaction(record.asked)
        if self._asked is not None:
            refer_to, replaces = _refer_to(self._asked.request)
            self._leg.context.tell(ReferReceived(self._leg.leg_id, refer_to, replaces))

    # What our user answers

    def accept(self, now: float) -> None:
        """Answer 202; NOTIFYs follow, the first one at once, unless the peer wants none (RFC 4488)."""
        if self._asked is None:
            return
        transaction, self._asked = self._asked, None
        self._is_open, self._last = True, 0
        own = self._leg.own_headers()
        transaction.reply(202, now, headers=(*own, _SILENT) if self._is_silent else own)
        self.notify(100, now)

    def refuse(self, status: int, now: float, headers: Headers) -> None:
        """Refuse the REFER; the call goes on as it was."""
        if self._asked is not None:
            transaction, self._asked = self._asked, None
            transaction.reply(status, now, headers=headers)

    def notify(self, status: int, now: float) -> None:
        """Tell how it goes; a final status is the last word."""
        if not self._is_open or status == self._last:
            return
        self._last = status
        self._is_open = status < 200
        if self._is_silent:
            return
        if self._is_notifying:
            self._next = status
        else:
            self._send(status, now)

    def flush(self, now: float) -> None:
        """The leg is about to be hung up on: what waits for its turn is sent before that."""
        if self._next is not None:
            status, self._next = self._next, None
            self._send(status, now)

    def stop(self, now: float) -> None:
        """The leg is over, and nobody is told anything any more."""
        if self._asked is not None:
            self._asked.reply(487, now)
        self._asked = self._next = None
        self._is_open = False

    def _send(self, status: int, now: float) -> None:
        self._is_notifying = True
        state = f"active;expires={_LASTS}" if status < 200 else "terminated;reason=noresource"
        headers = (
            ("Event", f"refer{self._id}"),
            ("Subscription-State", state),
            ("Contact", self._leg.contact),
        )
        fragment = f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n"
        self._leg.request("NOTIFY", now, headers=headers, body=fragment, content_type=_FRAGMENT)

    def notified(self, response: Response, now: float) -> None:
        """A response to a NOTIFY of ours."""
        if response.status < 200:
            return
        self._is_notifying = False
        if response.status >= 300:
            # RFC 6665 section 4.2.2: who refuses a NOTIFY wants no more of them.
            self._is_silent, self._next = True, None
        self.flush(now)


def _refer_to(request: Request) -> tuple[Uri, Replaces | None]:
    """Where the peer wants the call to go, and the dialog it is to take the place of there."""
    value = request.header("refer-to")
    if value is None or request.count("refer-to") > 1:
        raise MalformedRefer("Exactly One Refer-To Header Is Needed")  # RFC 3515 section 2.4.2
    try:
        uri = parse_address(value).uri
        if uri.scheme not in ("sip", "sips", "tel"):
            raise MalformedRefer("Refer-To Must Be A sip Or tel URI")
        replaces = _embedded_replaces(uri)
    except GrammarError as error:
        raise MalformedRefer("Malformed Refer-To Header") from error
    if (uri.parameters.get("method") or "INVITE").upper() != "INVITE":
        raise MalformedRefer("Only An INVITE Can Be Referred To")
    return replace(uri, headers=""), replaces


def _embedded_replaces(uri: Uri) -> Replaces | None:
    # RFC 3261 section 19.1.1: headers of a URI are escaped names and values.
    pairs = (pair.partition("=") for pair in uri.headers.split("&"))
    values = [unquote(value) for name, _, value in pairs if unquote(name).lower() == "replaces"]
    if len(values) > 1:
        raise GrammarError("more than one Replaces")
    return Replaces.parse(values[0]) if values else None


def _wants_silence(request: Request) -> bool:
    """Whether the REFER is to make no subscription (RFC 4488 section 4)."""
    wish = (request.header("refer-sub") or "").partition(";")[0].strip().lower()
    return wish == "false" or "norefersub" in request.tokens("require")
