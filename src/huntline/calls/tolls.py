"""Calls that leave for the telephone network: whether they may, who answers for them, and what of their
ceilings is left (rules section 8).

Nothing is dialled outside but through here: by users, their rules, transfers, queues and attendants.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from huntline.calls.contacts import Callee, Contact
from huntline.calls.diversion import DiversionReason, Path
from huntline.calls.failures import CEILING_REACHED, NUMBER_NOT_ALLOWED, RingFailure
from huntline.calls.model import Call, Leg
from huntline.clock import midnight_of, zone_of
from huntline.directory.in_force import SettingsInForce
from huntline.directory.may_dial import USUAL_DIALLING, DiallingSettings
from huntline.directory.names import plain_number, plain_user
from huntline.directory.tolls import TollCeiling, TollDay, must_end, reached
from huntline.sip.core.grammar import GrammarError, parse_uri

log = logging.getLogger(__name__)


class NotDiallable(Exception):
    """The number may not be called now."""

    def __init__(self, failure: RingFailure) -> None:
        super().__init__(str(failure.why))
        self.failure = failure


@dataclass(frozen=True, slots=True)
class TollAlarm:
    """A user has come to a ceiling of this day: so many calls were placed, and so many seconds talked."""

    organization_id: str
    user_id: str
    upn: str
    day: TollDay
    seconds: float


class Tolls:
    """``wall`` is the wall clock. A user's day is that of the organization."""

    def __init__(
        self, settings: SettingsInForce, wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._wall = wall
        self._days: dict[str, TollDay] = {}  # by user id
        self._legs: dict[str, Leg] = {}
        self._on_change: Callable[[str], None] = lambda user_id: None

    def wire(self, on_change: Callable[[str], None]) -> None:
        """Say who hears of each user whose day is another one; called once, before the first call."""
        self._on_change = on_change

    # -- before a call leaves

    def leave(self, call: Call, to: str, callee: Callee, payer: str | None) -> list[Contact]:
        """Where somebody is rung, with the user for whose ceilings that counts, which it does from now on.

        ``to`` is a URI or a UPN; ``payer`` is the user who answers for the call, None where that is nobody
        in person. Raises NotDiallable; a call to a person of ours is never refused.
        """
        number = self._number_outside(call.organization_id, to, callee)
        if number is None:
            return callee.contacts
        plan = self._settings.plan
        number_class = plan.number_class(call.organization_id, number)
        if not plan.may_dial(call.organization_id, payer).allows(number_class):
            raise NotDiallable(NUMBER_NOT_ALLOWED)
        if payer is None or not number_class.is_dear:
            return callee.contacts
        self._count(payer)
        return [_charged(contact, payer) for contact in callee.contacts]

    def _number_outside(self, organization_id: str, to: str, callee: Callee) -> str | None:
        """The number that is called, by a trunk or at the address of one."""
        if callee.user_id is not None:
            return None
        try:
            uri = parse_uri(to)
        except GrammarError:
            return None
        number = plain_number(plain_user(uri.user or ""))
        if callee.is_by_trunk or number is None:
            return number
        # A provider that knows us by our address would take a call that is sent there as one of ours.
        is_trunk = self._settings.plan.is_at_a_trunk(organization_id, uri.host, uri.port)
        return number if is_trunk else None

    def _count(self, user_id: str) -> None:
        day = self._day(user_id)
        ceiling = self._reached(user_id, day)
        if ceiling is not None:
            self._raise_alarm(user_id, day, ceiling)
            raise NotDiallable(CEILING_REACHED)
        self._put(user_id, day.placed())

    # -- while it lasts

    def charge(self, leg: Leg, is_there: bool) -> None:
        """A leg that counts for somebody is there, or is over."""
        if is_there:
            self._legs[leg.leg_id] = leg
            return
        self._legs.pop(leg.leg_id, None)
        if leg.charged_to is not None and leg.answered_at is not None:
            self._put(leg.charged_to, self._day(leg.charged_to).talked(leg.answered_at, self._wall()))

    def look(self) -> list[str]:
        """Look at the time: raise the alarms that are due, and return the ids of the legs that have come to
        their end."""
        over = []
        for user_id in dict.fromkeys(leg.charged_to or "" for leg in self._legs.values()):
            day, dialling = self._day(user_id), self._dialling_of(user_id)
            if reached(dialling, 0, self._seconds(user_id, day)) is not None:
                self._raise_alarm(user_id, day, TollCeiling.MINUTES)
            if must_end(dialling, self._seconds(user_id, day)):
                over += [leg.leg_id for leg in self._answered_legs(user_id)]
        for user_id in [each for each, day in self._days.items() if day.began != self._day(each).began]:
            del self._days[user_id]
            self._on_change(user_id)
        return over

    def alarms(self) -> list[TollAlarm]:
        """Who has come to a ceiling on this day."""
        found = []
        for user_id in self._days:
            account, day = self._settings.plan.account_by_id(user_id), self._day(user_id)
            if account is not None and day.alarm is not None:
                seconds = self._seconds(user_id, day)
                found.append(TollAlarm(account.organization_id, user_id, account.upn, day, seconds))
        return found

    def mailed(self, user_id: str) -> None:
        """Whoever is to be told of a user's alarm by mail has been told."""
        self._put(user_id, replace(self._day(user_id), is_mailed=True))

    # -- after a process died

    def state(self, user_id: str) -> TollDay | None:
        """What is to be known again; None for nothing."""
        return self._days.get(user_id)

    def restore(self, user_id: str, day: TollDay) -> None:
        """Know again what an earlier process wrote down."""
        self._days[user_id] = day

    # -- how much it is

    def _reached(self, user_id: str, day: TollDay) -> TollCeiling | None:
        return reached(self._dialling_of(user_id), day.calls, self._seconds(user_id, day))

    def _seconds(self, user_id: str, day: TollDay) -> float:
        since = [leg.answered_at for leg in self._answered_legs(user_id) if leg.answered_at is not None]
        return day.seconds_with(since, self._wall())

    def _answered_legs(self, user_id: str) -> list[Leg]:
        return [leg for leg in self._legs.values() if leg.charged_to == user_id and leg.answered_at]

    def _dialling_of(self, user_id: str) -> DiallingSettings:
        plan = self._settings.plan
        account = plan.account_by_id(user_id)
        organization = plan.organization(account.organization_id) if account else None
        return organization.dialling if organization else USUAL_DIALLING

    def _day(self, user_id: str) -> TollDay:
        """The day that it is for a user, with what is known of it."""
        plan = self._settings.plan
        account = plan.account_by_id(user_id)
        organization = plan.organization(account.organization_id) if account else None
        zone = zone_of(organization.time_zone if organization else None)
        began = midnight_of(self._wall(), zone).astimezone(UTC)
        known = self._days.get(user_id)
        return known if known is not None and known.began == began else TollDay(began=began)

    def _put(self, user_id: str, day: TollDay) -> None:
        self._days[user_id] = day
        self._on_change(user_id)

    def _raise_alarm(self, user_id: str, day: TollDay, ceiling: TollCeiling) -> None:
        if day.alarm is not None:
            return
        self._put(user_id, day.alarmed(ceiling, self._wall()))
        account = self._settings.plan.account_by_id(user_id)
        told = {"user": account.upn if account else user_id, "ceiling": str(ceiling)}
        minutes = f"{self._seconds(user_id, day) / 60:.0f}"
        amounts = {"calls": str(day.calls), "minutes": minutes}
        log.error("a ceiling of international calls is reached", extra=told | amounts)


def payer_of(call: Call, before: Path) -> str | None:
    """The user who answers for a call that goes outside, after the targets that it has passed: who hands it
    on, whose rule sends it on, or who has dialled. None where a queue or an attendant does."""
    last = before[-1] if before else None
    if call.transfer is not None and (last is None or last.diverted is DiversionReason.DEFLECTION):
        return call.transfer.transferor.account_id
    return call.caller.account_id if last is None else last.user_id


def _charged(contact: Contact, payer: str) -> Contact:
    further = tuple(_charged(each, payer) for each in contact.further)
    return replace(contact, charged_to=payer, further=further)
