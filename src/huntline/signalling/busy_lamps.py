"""Busy lamps: what of the calls of this process those see who watch a user or a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from huntline.calls.caller_identity import CallerId
from huntline.calls.model import Call, CallBook, Leg, LegState, Party, Ring
from huntline.directory.in_force import SettingsInForce
from huntline.sip.core.grammar import Uri
from huntline.sip.servers.dialog_info import DialogState, Direction, OtherParty, ShownDialog

_ANONYMOUS = OtherParty("sip:anonymous@anonymous.invalid", "Anonymous")  # RFC 3323 section 4.1.1.3


class _Seen(NamedTuple):
    """What a call is to one user or queue; ``caller`` calls them by it, as agents of ``queue_id``."""

    state: DialogState
    direction: Direction
    is_holding: bool = False
    caller: CallerId | None = None
    queue_id: str | None = None


_OfCall = dict[tuple[str, str], _Seen]  # by user or queue, and the id of the dialog


class BusyLamps:
    """Looks at a call when it has changed, and only for those who are watched: ``on_change`` hears of each
    user and queue for whom it is another one now; ``book`` returns all calls.

    A dialog is a call of a user, or one time that they are rung by it, on however many phones. Of a queue
    there are two at most: ``early`` while callers wait, ``confirmed`` while agents talk with callers; each
    stands for the call that waits, or talks, longest.
    """

    def __init__(
        self,
        book: Callable[[], CallBook],
        settings: SettingsInForce,
        is_watched: Callable[[str], bool],
        on_change: Callable[[str], None],
    ) -> None:
        self._book = book
        self._settings = settings
        self._is_watched = is_watched
        self._on_change = on_change
        self._of_calls: dict[str, _OfCall] = {}
        self._of: dict[str, dict[str, _Seen]] = {}  # by who is watched, or was
        self._of_queues: dict[str, dict[str, ShownDialog]] = {}  # what of that is shown
        self._views: dict[str, dict[str, dict[str, ShownDialog]]] = {}  # the same of users, by watcher

    def call_changed(self, call: Call) -> None:
        """A call is another one now, or over."""
        if not self._of:
            return
        before = self._of_calls.get(call.call_id, {})
        now = dict(self._seen_in(call)) if call.call_id in self._book().calls else {}
        if before == now:
            return
        if now:
            self._of_calls[call.call_id] = now
        else:
            self._of_calls.pop(call.call_id, None)
        for resource, dialog_id in before.keys() - now.keys():
            self._of[resource].pop(dialog_id, None)
        for (resource, dialog_id), seen in now.items():
            self._of[resource][dialog_id] = seen
        changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        for resource in sorted({resource for resource, _ in changed}):
            self._views.pop(resource, None)
            if not self._is_watched(resource):
                self._forget(resource)
            elif resource not in self._of_queues or self._look_at_queue(resource):
                self._on_change(resource)

    def shown(self, resource: str, watcher: str) -> Mapping[str, ShownDialog]:
        """The dialogs of a user or a queue, as another user may see them."""
        seen = self._known(resource)
        if self._settings.plan.queue(resource) is not None:
            if resource not in self._of_queues:
                self._look_at_queue(resource)
            return self._of_queues[resource]
        views = self._views.setdefault(resource, {})
        if watcher not in views:
            views[watcher] = {
                dialog_id: ShownDialog(
                    each.state, each.direction, each.is_holding, self._other(resource, watcher, each)
                )
                for dialog_id, each in seen.items()
            }
        return views[watcher]

    def is_on_the_phone(self, user_id: str) -> bool:
        """Whether a user talks to somebody, or has called them."""
        return any(
            each.state is DialogState.CONFIRMED or each.direction is Direction.INITIATOR
            for each in self._known(user_id).values()
        )

    def _other(self, resource: str, watcher: str, seen: _Seen) -> OtherParty | None:
        """Who calls is told to those whom the call is for as well: the user themself and, in a queue, its
        agents. Colleagues see that somebody is on the phone, and not with whom."""
        if seen.caller is None:
            return None
        plan = self._settings.plan
        if watcher != resource and seen.queue_id not in plan.queues_of(watcher):
            return None
        if seen.caller.is_anonymous or plan.blocks_incoming_caller_id(watcher):
            return _ANONYMOUS
        account = plan.account_by_id(watcher)
        host = account.upn.partition("@")[2] if account is not None else "invalid"
        return OtherParty(str(Uri("sip", seen.caller.user, host)), seen.caller.shown)

    # -- what is in a call

    def _known(self, resource: str) -> dict[str, _Seen]:
        """What is known of somebody; of whom nothing was asked before all calls are looked at once."""
        known = self._of.get(resource)
        if known is None:
            known = self._of[resource] = {}
            for call in self._book().calls.values():
                found = {key: seen for key, seen in self._seen_in(call) if key[0] == resource}
                if found:
                    self._of_calls.setdefault(call.call_id, {}).update(found)
                    known.update({dialog_id: seen for (_, dialog_id), seen in found.items()})
        return known

    def _look_at_queue(self, queue_id: str) -> bool:
        """Whether anything else is to be shown of a queue than before."""
        before = self._of_queues.get(queue_id)
        now = self._of_queues[queue_id] = dict(_of_queue(self._of[queue_id]))
        return now != before

    def _forget(self, resource: str) -> None:
        """Nobody watches any more."""
        for call_id, of_call in list(self._of_calls.items()):
            self._of_calls[call_id] = {key: seen for key, seen in of_call.items() if key[0] != resource}
            if not self._of_calls[call_id]:
                del self._of_calls[call_id]
        del self._of[resource]
        self._of_queues.pop(resource, None)
        self._views.pop(resource, None)

    def _seen_in(self, call: Call) -> Iterator[tuple[tuple[str, str], _Seen]]:
        """What a call is for everybody of whom something is known."""
        if call.is_released:
            return
        caller = call.caller
        if caller.account_id in self._of and self._is_in(call, caller):
            yield (caller.account_id, call.call_id), _placed(call)
        for ring in call.rings.values():
            yield from self._seen_in_ring(call, ring)
        if call.queue_id in self._of and (state := _state_in_queue(call)) and self._is_in(call, caller):
            yield (call.queue_id, f"{state}-{call.call_id}"), _Seen(state, Direction.RECIPIENT)

    def _seen_in_ring(self, call: Call, ring: Ring) -> Iterator[tuple[tuple[str, str], _Seen]]:
        """Those who ring: each on all of their phones that are left, whoever of these loses."""
        legs = [leg for leg in ring.legs.values() if self._is_in(call, leg)]
        queue_id = call.queue_id if ring.owner.party is Party.AGENT else None
        for user_id in dict.fromkeys(leg.account_id for leg in legs if leg.account_id in self._of):
            if user_id is None:
                continue
            answered = [leg for leg in legs if leg.account_id == user_id and leg.state is LegState.ANSWERED]
            state = DialogState.CONFIRMED if answered else DialogState.EARLY
            is_holding = any(leg.is_holding for leg in answered)
            seen = _Seen(state, Direction.RECIPIENT, is_holding, call.caller_id, queue_id)
            yield (user_id, ring.ring_id), seen

    def _is_in(self, call: Call, leg: Leg) -> bool:
        return leg.call_id == call.call_id and self._book().by_leg(leg.leg_id) is not None


def _placed(call: Call) -> _Seen:
    """A call as it is of its caller."""
    is_rung = any(ring.legs for ring in call.rings.values())
    state = DialogState.EARLY if is_rung else DialogState.TRYING
    if call.caller.state is LegState.ANSWERED:
        state = DialogState.CONFIRMED
    return _Seen(state, Direction.INITIATOR, call.caller.is_holding)


def _state_in_queue(call: Call) -> DialogState | None:
    """What a call is of the queue that it came to; None where it has left it, for an exit or the end."""
    if call.callee is not None:
        return DialogState.CONFIRMED if call.callee.party is Party.AGENT else None
    is_elsewhere = call.stop is not None or call.is_leaving
    is_elsewhere = is_elsewhere or any(ring.owner.party is Party.TARGET for ring in call.rings.values())
    return None if is_elsewhere else DialogState.EARLY


def _of_queue(seen: Mapping[str, _Seen]) -> Iterator[tuple[str, ShownDialog]]:
    """The first that waits and the first that talks: they came first."""
    for state in (DialogState.EARLY, DialogState.CONFIRMED):
        first = next((key for key, each in seen.items() if each.state is state), None)
        if first is not None:
            yield first, ShownDialog(state, Direction.RECIPIENT)
