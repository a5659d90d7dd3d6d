"""An early dialog: what one fork of our INVITE has agreed with us so far (RFC 3261 section 12.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.sip.core.dialog import Dialog
from huntline.sip.core.leg_record import EarlyDialogRecord
from huntline.sip.core.message import Response, parse_number
from huntline.sip.core.server_transaction import ServerTransaction


@dataclass(slots=True)
class EarlyDialog:
    """Plain data. ``local_sdp`` and ``remote_sdp`` are the descriptions that hold for this fork.

    They are agreed once the fork has given its answer reliably (RFC 3262 section 5); what an unreliable
    response brings is only a foretaste of the answer in the 2xx.
    """

    dialog: Dialog
    local_sdp: str | None
    remote_sdp: str | None = None
    is_agreed: bool = False
    # The number of the last reliable response.
    rseq: int | None = None
    # The fork's offer that waits for our user: in a reliable response, whose PRACK answers it, or an UPDATE.
    offer: str | None = None
    update: ServerTransaction | None = None

    def record(self, fork: str) -> EarlyDialogRecord:
        """What it takes to go on."""
        return EarlyDialogRecord(
            fork,
            self.dialog,
            self.local_sdp,
            self.remote_sdp,
            self.is_agreed,
            self.rseq,
            self.offer,
            None if self.update is None else self.update.key,
        )

    @classmethod
    def restored(cls, record: EarlyDialogRecord, update: ServerTransaction | None) -> EarlyDialog:
        """Where the record was made; ``update`` is the transaction that it names."""
        return cls(
            record.dialog,
            record.local_sdp,
            record.remote_sdp,
            record.is_agreed,
            record.rseq,
            record.offer,
            update,
        )

    def is_news(self, response: Response) -> bool:
        """Whether a response is not a reliable one that came before or out of order (RFC 3262 section 4)."""
        rseq = reliable_number(response)
        return rseq is None or self.rseq is None or rseq == self.rseq + 1

    def answer_in(self, response: Response) -> str | None:
        """Take the answer to our offer that a response carries; None when it brings none."""
        # RFC 3261 section 13.2.1: once there is an answer, descriptions in further responses are ignored.
        if response.sdp is None or self.local_sdp is None or self.is_agreed:
            return None
        self.remote_sdp = response.sdp
        self.is_agreed = reliable_number(response) is not None
        return response.sdp

    def agree(self, local_sdp: str, remote_sdp: str | None) -> None:
        """An exchange with this fork is complete."""
        self.local_sdp, self.remote_sdp, self.is_agreed = local_sdp, remote_sdp, True


def reliable_number(response: Response) -> int | None:
    """The RSeq of a provisional response that wants a PRACK, else None."""
    return parse_number(response.header("rseq")) if "100rel" in response.tokens("require") else None
