"""Direct calls: people are dialled whom no queue is asked about."""

from __future__ import annotations

from typing import Protocol

from huntline.calls.alerting import Alerting
from huntline.calls.dialling import Callee
from huntline.calls.diversion import people_passed
from huntline.calls.model import Call, Purpose
from huntline.calls.surroundings import Surroundings
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import QueueSettings
from huntline.directory.plan import OutsideNumber
from huntline.directory.refused import RefusalReason


class Otherwise(Protocol):
    """What becomes of a call that is not for a person after all, or for nobody."""

    def enter_queue(self, call: Call, queue_id: str) -> None:
        """Who was dialled has their calls forwarded to a queue."""
        ...

    def refuse(self, call: Call, status: int, reason: RefusalReason | None) -> None:
        """Nobody can be rung."""
        ...


class DirectCalls:
    """Rings people and numbers outside."""

    def __init__(
        self, settings: SettingsInForce, site: Surroundings, alerting: Alerting, otherwise: Otherwise
    ) -> None:
        self._settings = settings
        self._site = site
        self._alerting = alerting
        self._otherwise = otherwise

    def dial_person(self, call: Call, user_id: str) -> None:
        """Ring a user, or whomever they have their calls forwarded to."""
        plan = self._settings.plan
        account = plan.account_by_id(user_id)
        if account is None:
            self._otherwise.refuse(call, 480, RefusalReason.NOBODY_REACHABLE)
            return
        passed, destination = plan.way(account)
        if isinstance(destination, QueueSettings):
            call.path = (*call.path, *people_passed(plan, passed))
            self._otherwise.enter_queue(call, destination.queue_id)
        else:
            self._dial(call, "direct", account.upn, self._site.person(account))

    def dial_outside(self, call: Call, target: OutsideNumber) -> None:
        """Call a number of the outside world."""
        number = f"tel:{target.number}"
        self._dial(call, "outside", number, self._site.callee(call.organization_id, number))

    def _dial(self, call: Call, kind: str, to: str, callee: Callee) -> None:
        self._alerting.start(call, Purpose.DIRECT, f"{call.call_id}.{kind}", to, callee, call.path)
