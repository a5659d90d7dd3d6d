"""Watching: what telephones subscribe to, put together from calls, presence and mailboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from huntline.calls.model import CallBook
from huntline.directory.in_force import SettingsInForce
from huntline.signalling.busy_lamps import BusyLamps
from huntline.sip.servers import dialog_info, watched_presence
from huntline.sip.servers.dialog_info import DialogPackage
from huntline.sip.servers.message_summary import MessageSummaries, MessageSummaryPackage, Waiting
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar
from huntline.sip.servers.subscriptions import Notifier, Subscriptions
from huntline.sip.servers.watched_presence import PresencePackage
from huntline.sip.servers.watched_resources import WatchedResources


class Watching:
    """All subscriptions, and what tells them of changes.

    ``book`` returns all calls, ``waiting`` how many messages a user has; after a change ``send_soon`` lets
    what is to be told leave.
    """

    def __init__(
        self,
        core: Notifier,
        settings: SettingsInForce,
        registrar: Registrar,
        presence: PresenceServer,
        waiting: Callable[[str], Waiting],
        book: Callable[[], CallBook],
        send_soon: Callable[[], object],
        on_change: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._send_soon = send_soon
        self.busy_lamps = BusyLamps(book, settings, self._is_watched, self._calls_changed)
        resources = WatchedResources(settings)
        packages = (
            MessageSummaryPackage(waiting),
            DialogPackage(resources, self.busy_lamps.shown),
            PresencePackage(resources, presence.presence, self.busy_lamps.is_on_the_phone),
        )
        self.subscriptions = Subscriptions(core, packages, on_change=on_change)
        self.summaries = MessageSummaries(self.subscriptions, core, waiting, registrar.bindings)

    def begin(self) -> None:
        """All that lives is known again: whoever subscribed with an earlier process is told."""
        self.summaries.changed_for_all(_now())
        self.subscriptions.changed_for_all(_now())
        self._send_soon()

    def presence_changed(self, user_id: str) -> None:
        """A user has another presence."""
        self._changed(user_id, watched_presence.EVENT)

    def messages_changed(self, user_id: str) -> None:
        """A user may have other messages."""
        self.summaries.changed(user_id, _now())
        self._send_soon()

    def settings_changed(self) -> None:
        """Users and queues may be gone."""
        self.subscriptions.look_who_is_there(self._settings.plan.account_by_id, _now())
        self._send_soon()

    def _is_watched(self, resource: str) -> bool:
        return self.subscriptions.is_watched(resource)

    def _calls_changed(self, resource: str) -> None:
        self._changed(resource, dialog_info.EVENT, watched_presence.EVENT)

    def _changed(self, resource: str, *events: str) -> None:
        for event in events:
            self.subscriptions.changed(event, resource, _now())
        self._send_soon()


def _now() -> float:
    """As the user agent has it."""
    return asyncio.get_running_loop().time()
