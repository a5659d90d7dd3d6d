"""Direct calls: people are dialled whom no queue is asked about."""

from __future__ import annotations

from typing import Protocol

from huntline.directory.organization import QueueSettings
from huntline.directory.plan import OutsideNumber
from huntline.directory.refused import RefusalReason
from huntline.sip.admission import Admission
from huntline.sip.alerting import Alerting
from huntline.sip.calls import Call, Purpose, Ring
from huntline.sip.dialling import Callee, Dialling
from huntline.sip.display import display_of
from huntline.sip.house import Site
from huntline.sip.user_agent import UserAgent


class Otherwise(Protocol):
    """What becomes of a call that is not for a person after all, or for nobody."""

    def enter_queue(self, call: Call, queue_id: str) -> None:
        """Who was dialled has their calls forwarded to a queue."""
        ...

    def refuse(self, call: Call, status: int, reason: RefusalReason | None) -> None:
        """Nobody can be rung."""
        ...


class DirectCalls:
    """Rings people, and their mailboxes when they do not answer."""

    def __init__(
        self,
        user_agent: UserAgent,
        admission: Admission,
        site: Site,
        dialling: Dialling,
        alerting: Alerting,
        otherwise: Otherwise,
    ) -> None:
        self._user_agent = user_agent
        self._admission = admission
        self._site = site
        self._dialling = dialling
        self._alerting = alerting
        self._otherwise = otherwise

    def dial_person(self, call: Call, user_id: str) -> None:
        """Ring a user, or whomever they have their calls forwarded to."""
        plan = self._admission.plan
        account = plan.account_by_id(user_id)
        if account is None:
            self._otherwise.refuse(call, 480, RefusalReason.NOBODY_REACHABLE)
            return
        destination = plan.destination(account)
        if isinstance(destination, QueueSettings):
            self._otherwise.enter_queue(call, destination.queue_id)
            return
        call.voicemail = account.voicemail
        self._dial(call, "direct", account.upn, self._site.person(account))

    def dial_outside(self, call: Call, target: OutsideNumber) -> None:
        """Call a number of the outside world."""
        number = f"tel:{target.number}"
        self._dial(call, "outside", number, self._site.callee(call.organization_id, number))

    def dial_voicemail(self, call: Call, voicemail: str) -> None:
        """Nobody took a direct call: the mailbox does."""
        call.voicemail = None
        self._dialling.release_media(call)
        self._ring(call, "voicemail", voicemail, self._site.callee(call.organization_id, voicemail))

    def _dial(self, call: Call, kind: str, to: str, callee: Callee) -> None:
        if not callee.contacts and call.voicemail is None:
            self._otherwise.refuse(call, 480, RefusalReason.NOBODY_REACHABLE)
            return
        self._user_agent.core.ring(call.caller.leg_id, self._user_agent.now())
        self._ring(call, kind, to, callee)

    def _ring(self, call: Call, kind: str, to: str, callee: Callee) -> None:
        ring = Ring(f"{call.call_id}.{kind}", call.call_id, Purpose.DIRECT, callee.user_id)
        display = display_of(self._admission.plan, call, to, None, callee)
        self._alerting.start(call, ring, callee.contacts, display)
