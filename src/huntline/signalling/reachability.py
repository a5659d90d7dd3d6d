"""Reachability: whether a user can be rung at all, which the engine asks before it rings an agent."""

from __future__ import annotations

from collections.abc import Callable

from huntline.directory.in_force import SettingsInForce
from huntline.engine.events import AgentReachabilityChanged, Event


class Reachability:
    """Who has registered a phone, or has an address in the settings; ``post`` hears of each change."""

    def __init__(self, settings: SettingsInForce, post: Callable[[Event], None]) -> None:
        self._settings = settings
        self._post = post
        self._reachable: set[str] = set()

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._reachable

    def changed(self, user_id: str, is_registered: bool) -> None:
        """A user's registration, or what the settings say of them, may be another one than before."""
        account = self._settings.plan.account_by_id(user_id)
        is_reachable = is_registered or bool(account and account.contacts)
        if is_reachable != (user_id in self._reachable):
            (self._reachable.add if is_reachable else self._reachable.discard)(user_id)
            self._post(AgentReachabilityChanged(user_id, is_reachable))
