"""Reachability: whether a user can be rung at all, which the engine asks before it rings an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from huntline.directory.in_force import SettingsInForce
from huntline.engine.events import AgentReachabilityChanged, Event


class Reachability:
    """Who has registered a phone, or has an address in the settings; ``post`` hears of each change."""

    def __init__(self, settings: SettingsInForce, post: Callable[[Event], None]) -> None:
        self._settings = settings
        self._post = post
        self._reachable: set[str] = set()
        self._awaited: set[str] = set()

    def take_up(self, user_ids: Iterable[str]) -> None:
        """These could be rung when an earlier process died. Phones that spoke by a connection, pages in
        browsers, are away until they have connected again: until ``stop_waiting`` they count as there."""
        self._reachable = set(user_ids)
        self._awaited = set(self._reachable)

    def stop_waiting(self, is_registered: Callable[[str], bool]) -> None:
        """Whoever has not come back counts as away from now on."""
        awaited, self._awaited = self._awaited, set()
        for user_id in awaited:
            self.changed(user_id, is_registered(user_id))

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._reachable

    def changed(self, user_id: str, is_registered: bool) -> None:
        """A user's registration, or what the settings say of them, may be another one than before."""
        account = self._settings.plan.account_by_id(user_id)
        is_reachable = is_registered or bool(account and account.contacts)
        if is_reachable:
            self._awaited.discard(user_id)
        elif user_id in self._awaited:
            return
        if is_reachable != (user_id in self._reachable):
            (self._reachable.add if is_reachable else self._reachable.discard)(user_id)
            self._post(AgentReachabilityChanged(user_id, is_reachable))
