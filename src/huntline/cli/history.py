"""``huntline history``: what became of calls, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, print_json
from huntline.clock import server_zone, zone_of
from huntline.data_folder import made_data_folder, said_database, said_shard
from huntline.directory.shown_numbers import shown_number
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Reason
from huntline.errors import Refused
from huntline.languages.reasons import Reader, in_words

if TYPE_CHECKING:
    from huntline.directory.organization import Organization
    from huntline.storage.history import CallRecord
    from huntline.storage.refused import StoredRefusal


class NoSuchQueue(Refused):
    """No organization of this server has a queue of that name."""

    error_id = "unknown-queue"


def history(
    data: DataOption = None,
    limit: Annotated[int, typer.Option(help="At most so many calls.", min=1)] = 20,
    queue: Annotated[str | None, typer.Option(help="Only calls of one queue, by its name.")] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="The calls that were turned away at the door, and why.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the last calls with their rings and decisions, the newest first."""
    if refused:
        _show_refused(data, limit, as_json)
        return
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.storage.database import open_database
    from huntline.storage.history import read_calls
    from huntline.storage.settings import Settings

    folder = made_data_folder(data)
    database = open_database(folder, said_database(folder), said_shard(folder))
    try:
        organizations = Settings(database).organizations()
        queue_ids = _queue_ids(organizations, queue) if queue else None
        records = read_calls(database, queue_ids=queue_ids, limit=limit)
    finally:
        database.dispose()
    names = DisplayNames(organizations)
    calls = [names.call(record) for record in records]
    if as_json:
        print_json({"calls": calls})
    else:
        console().print(*map(told, calls), sep="\n")


def _show_refused(data: Path | None, limit: int, as_json: bool) -> None:
    from huntline.directory.refused import REFUSAL_WORDS
    from huntline.storage.database import open_database
    from huntline.storage.refused import RefusalFilter, page_of_refused
    from huntline.storage.settings import Settings

    folder = made_data_folder(data)
    database = open_database(folder, said_database(folder), said_shard(folder))
    try:
        names = DisplayNames(Settings(database).organizations())
        refusals = page_of_refused(database, RefusalFilter(organization_id=None), limit)
    finally:
        database.dispose()
    calls = [names.refused(each, REFUSAL_WORDS[each.call.reason]) for each in refusals]
    if as_json:
        print_json({"refused_calls": calls})
    else:
        console().print(*map(_refused_in_words, calls), sep="\n")


def _refused_in_words(call: dict[str, Any]) -> Text:
    at = datetime.fromisoformat(call["at"]).astimezone()
    who = (
        f"{call['count']} calls"
        if call["count"] > 1
        else f"{shown_number(call['caller'])} -> {shown_number(call['dialled'])}"
    )
    text = Text(f"{at:%Y-%m-%d %H:%M:%S}  {who}: {call['status']}", style="bold")
    return text.append(f" ({call['reason']}; from {call['source']})", style="not bold")


def _queue_ids(organizations: tuple[Organization, ...], name: str) -> tuple[str, ...]:
    queues = [queue for organization in organizations for queue in organization.queues]
    found = tuple(queue.queue_id for queue in queues if queue.name.casefold() == name.casefold())
    if not found:
        known = ", ".join(queue.name for queue in queues) or "none at all"
        raise NoSuchQueue(f"there is no queue called {name!r}; there are: {known}")
    return found


class DisplayNames:
    """Puts names in the place of ids; the id of what has been removed since stays."""

    def __init__(self, organizations: tuple[Organization, ...]) -> None:
        self._names: dict[str, str] = {}
        self._zones = {each.organization_id: zone_of(each.time_zone) for each in organizations}
        for organization in organizations:
            self._names[organization.organization_id] = organization.name
            self._names.update((queue.queue_id, queue.name) for queue in organization.queues)
            self._names.update((user.user_id, user.upn) for user in organization.users)

    def call(self, record: CallRecord) -> dict[str, Any]:
        """One call as ``history --json`` shows it: moments and words by the clocks of its organization."""
        zone = self._zones.get(record.organization_id) or server_zone()
        reader = Reader(zone=zone)
        return {
            "time_zone": zone.key,
            "call_id": record.call_id,
            "organization": self._of(record.organization_id),
            "caller": record.caller,
            "queue": self._of(record.queue_id),
            "first_queue": self._of(record.first_queue_id),
            "arrived_at": _iso(record.arrived_at),
            "waiting_since": _iso(record.waiting_since),
            "answered_at": _iso(record.answered_at),
            "ended_at": _iso(record.ended_at),
            "agent": self._of(record.agent_id),
            "outcome": str(record.outcome),
            **_reason(record.reason, reader),
            "transferred_from": record.transferred_from,
            "rings": [
                {
                    "ring_id": ring.ring_id,
                    "queue": self._of(ring.queue_id),
                    "agent": self._of(ring.agent_id),
                    "started_at": _iso(ring.started_at),
                    "answered_at": _iso(ring.answered_at),
                    "ended_at": _iso(ring.ended_at),
                    "outcome": ring.outcome,
                    **_reason(ring.reason, reader),
                }
                for ring in record.rings
            ],
            "decisions": [
                {
                    "at": _iso(decision.at),
                    "queue": self._of(decision.queue_id),
                    "agent": self._of(decision.agent_id),
                    "decision": decision.decision,
                    **_reason(decision.reason, reader),
                }
                for decision in record.decisions
            ],
        }

    def refused(self, refusal: StoredRefusal, words: str) -> dict[str, Any]:
        """A refused call as ``history --refused --json`` shows it."""
        call = refusal.call
        return {
            "at": _iso(refusal.at),
            "organization": self._of(call.organization_id),
            "source": call.source,
            "caller": call.caller,
            "dialled": call.dialled,
            "status": call.status,
            "why": str(call.reason),
            "reason": words,
            "count": call.count,
        }

    def _of(self, some_id: str | None) -> str | None:
        return None if some_id is None else self._names.get(some_id, some_id)


def told(call: dict[str, Any]) -> Text:
    """A call as a headline with what happened below it, by its organization's clocks."""
    zone = zone_of(call["time_zone"])
    arrived_at = datetime.fromisoformat(call["arrived_at"]).astimezone(zone)
    caller = shown_number(call["caller"])
    text = Text(f"{arrived_at:%Y-%m-%d %H:%M:%S}  {caller} -> {call['queue']}: ", style="bold")
    text.append(call["outcome"])
    if call["agent"]:
        text.append(f" by {call['agent']}")
    text.append(f" ({call['reason']}; {_duration(call)})", style="not bold")
    events = [(each["at"], _decision_in_words(each)) for each in call["decisions"]]
    events += [(each["ended_at"], _ring_in_words(each)) for each in call["rings"]]
    for at, words in sorted(events, key=lambda event: event[0]):
        text.append(
            f"\n    {datetime.fromisoformat(at).astimezone(zone):%H:%M:%S}  {words}", style="not bold"
        )
    return text


def _decision_in_words(decision: dict[str, Any]) -> str:
    who = f"{decision['agent']} " if decision["agent"] else ""
    return f"{who}{decision['decision']}: {decision['reason']}"


def _ring_in_words(ring: dict[str, Any]) -> str:
    rang_until = datetime.fromisoformat(ring["answered_at"] or ring["ended_at"])
    rang_for = rang_until - datetime.fromisoformat(ring["started_at"])
    return f"{ring['agent']} rang for {rang_for.total_seconds():.1f} s: {ring['outcome']} ({ring['reason']})"


def _duration(call: dict[str, Any]) -> str:
    arrived_at, answered_at, ended_at = (
        datetime.fromisoformat(call[key]) if call[key] else None
        for key in ("arrived_at", "answered_at", "ended_at")
    )
    assert arrived_at is not None
    assert ended_at is not None
    if answered_at is None:
        return f"left after {_seconds(ended_at - arrived_at)}"
    return f"answered after {_seconds(answered_at - arrived_at)}, talked {_seconds(ended_at - answered_at)}"


def _seconds(duration: timedelta) -> str:
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def _reason(reason: Reason, reader: Reader) -> dict[str, Any]:
    return {"reason": in_words(reason, reader), "why": as_data(reason)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
