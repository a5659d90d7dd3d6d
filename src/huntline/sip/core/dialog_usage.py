"""What the parts of a leg need of it: the INVITE usage of a dialog (RFC 5057 section 3)."""

from __future__ import annotations

from typing import Protocol

from huntline.sip.core.client_transaction import ClientTransaction
from huntline.sip.core.context import Context
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import SipLegState
from huntline.sip.core.message import SDP, Headers, Message, Response
from huntline.sip.core.server_transaction import ServerTransaction
from huntline.sip.core.session_timer import SessionTimer


class DialogUsage(Protocol):
    """A leg as negotiation, referral and INFO see it. What it says is in ``leg.SipLeg``."""

    leg_id: str
    is_incoming: bool
    context: Context
    flow: Flow
    contact: str
    state: SipLegState
    dialog: Dialog | None
    local_sdp: str | None
    remote_sdp: str | None
    peer_allows_update: bool
    is_cut_off: bool
    session_timer: SessionTimer

    @property
    def is_over(self) -> bool: ...

    @property
    def is_agreed(self) -> bool: ...

    def changed(self) -> None: ...

    def own_headers(self) -> tuple[tuple[str, str], ...]: ...

    def hear_identity(self, message: Message) -> None: ...

    def request(
        self,
        method: str,
        now: float,
        *,
        headers: Headers = (),
        body: str = "",
        content_type: str = SDP,
    ) -> None: ...

    def acknowledge(self, transaction: ClientTransaction, dialog: Dialog, to_tag: str | None) -> None: ...

    def server_transaction(self, key: str | None) -> ServerTransaction | None: ...

    def ask_to_try_later(self, transaction: ServerTransaction, now: float) -> None: ...

    def has_lost_connection(self, response: Response) -> bool: ...

    def end_with_bye(self, reason: str, now: float) -> None: ...
