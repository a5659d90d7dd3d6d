"""INFO: keys that are pressed within a call, the legacy way (RFC 6086 section 4, no package has them)."""

from __future__ import annotations

from collections import deque

from huntline.sip.core.dialog_usage import DialogUsage
from huntline.sip.core.events import DtmfReceived
from huntline.sip.core.leg_record import InfoRecord, SipLegState
from huntline.sip.core.message import Request, Response
from huntline.sip.core.server_transaction import ServerTransaction

_RELAY, _BARE = "application/dtmf-relay", "application/dtmf"
_TYPES = (_RELAY, _BARE)
_KEYS = "0123456789*#ABCD"
_BY_NUMBER = {str(number): key for number, key in enumerate(_KEYS) if number > 9}
"""Some gateways write ``*`` as 10, ``#`` as 11, as telephone-events count (RFC 4733 section 3.2)."""

_DURATION_MS = 160
_MOST_WAITING = 32
"""Keys: nobody types ahead so far, and a peer that does not answer must not make us keep more."""


class Info:
    """The INFOs of a leg. Ours go one after the other, so that no key overtakes another on its way."""

    __slots__ = ("_is_sending", "_leg", "_waiting", "is_allowed")

    def __init__(self, leg: DialogUsage) -> None:
        self._leg = leg
        self._waiting: deque[str] = deque()
        self._is_sending = False
        self.is_allowed = True
        """Whether the peer takes INFO, as far as it has said."""

    def receive(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """An INFO within the dialog."""
        if request.header("info-package") is not None:
            # RFC 6086 section 4.2.2: we take no package, and say so.
            transaction.reply(469, now, reason="Bad Info Package", headers=(("Recv-Info", ""),))
        elif not request.body:
            transaction.reply(200, now)
        elif request.content_type not in _TYPES:
            transaction.reply(415, now, headers=(("Accept", ", ".join(_TYPES)),))
        elif (key := _key_in(request)) is None:
            transaction.reply(400, now, reason="Malformed DTMF")
        else:
            transaction.reply(200, now)
            self._leg.context.tell(DtmfReceived(self._leg.leg_id, key))

    def send(self, key: str, now: float) -> None:
        """Tell the peer of a key, unless it takes no INFO or too many wait already."""
        if self.is_allowed and len(self._waiting) < _MOST_WAITING:
            self._waiting.append(key)
            self._send_next(now)

    def note_allowed(self, allowed: frozenset[str]) -> None:
        """Take over what the peer says in Allow; nothing where it says nothing."""
        self.is_allowed = not allowed or "info" in allowed

    def _send_next(self, now: float) -> None:
        if self._waiting and not self._is_sending and self._leg.state is SipLegState.CONFIRMED:
            self._is_sending = True
            body = f"Signal={self._waiting.popleft()}\r\nDuration={_DURATION_MS}\r\n"
            self._leg.request("INFO", now, body=body, content_type=_RELAY)

    def answered(self, response: Response, now: float) -> None:
        """A key that was refused is lost; the call goes on, and the next key is tried."""
        if response.status >= 200:
            self._is_sending = False
            self._send_next(now)

    def record(self) -> InfoRecord | None:
        """What it takes to go on; None for the usual."""
        if not self._waiting and not self._is_sending and self.is_allowed:
            return None
        return InfoRecord(tuple(self._waiting), self._is_sending, self.is_allowed)

    def restore(self, record: InfoRecord) -> None:
        """Go on where the record was made."""
        self._waiting.extend(record.waiting)
        self._is_sending, self.is_allowed = record.is_sending, record.is_allowed


def _key_in(request: Request) -> str | None:
    """The key in ``Signal=5`` or, in application/dtmf, the body itself."""
    text = request.body.decode("ascii", "replace")
    if request.content_type == _RELAY:
        lines = (line.partition("=") for line in text.splitlines())
        text = next((value for name, _, value in lines if name.strip().lower() == "signal"), "")
    key = text.strip().upper()
    key = _BY_NUMBER.get(key, key)
    return key if len(key) == 1 and key in _KEYS else None
