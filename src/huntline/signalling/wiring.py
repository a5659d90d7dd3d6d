"""The wiring: builds the signalling process from its parts, starts it and stops it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from huntline.calls.admission import Admission
from huntline.calls.b2bua import B2bua, Recorded
from huntline.calls.caller_identity import TEST_CALL
from huntline.calls.live_records import CallJournal
from huntline.calls.model import Call
from huntline.calls.refusals import Refusals
from huntline.calls.tasks import Tasks
from huntline.calls.tools import CallTools
from huntline.clean_text import cleaned
from huntline.clock import Clock
from huntline.config import Config
from huntline.control.secret import kept_secret
from huntline.control.server import ControlServer
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import Account, ServerPlan
from huntline.directory.propagation import next_change
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.engine import Engine
from huntline.engine.model import Presence
from huntline.media.client import MediaClient
from huntline.media.prompts.synthesize import ensure_builtin
from huntline.network.peers import connections_for
from huntline.signalling.live_feed import LiveFeed
from huntline.signalling.routing import BuiltinSounds, Routing
from huntline.signalling.runner import Runner
from huntline.signalling.status_report import StatusReport
from huntline.sip.core import events as sip
from huntline.sip.core.core import CoreSettings, SipCore
from huntline.sip.servers.authenticator import Authenticator
from huntline.sip.servers.phone_credentials import Holder, PhoneCredential
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar, RegistrarLimits
from huntline.sip.servers.requests import Requests
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.user_agent import UserAgent
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter
from huntline.storage.journal import Journal
from huntline.storage.settings import Settings, set_opted_out
from huntline.web.page_addresses import page_origins

log = logging.getLogger(__name__)

_LONGEST_NAP = 60.0  # seconds after which it is looked whether the wall clock was set


async def run_signalling(config: Config, ready: Callable[[], None]) -> None:
    """The signalling process, until it is cancelled."""
    signalling = Signalling(config)
    try:
        await signalling.start()
        ready()
        await asyncio.Event().wait()
    finally:
        await signalling.stop()


@dataclass(frozen=True, slots=True)
class _News:
    """A plan, the ids of the organizations and users for whom it is another one than before, and when it
    changes by itself (see ``directory.propagation``)."""

    plan: ServerPlan
    organizations: list[str]
    accounts: list[str]
    next_change: datetime | None


class Signalling:
    """Everything of the signalling process."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._database = open_database(config.data)
        self._settings = Settings(self._database)
        self._history = HistoryWriter(self._database)
        self._journal = Journal(config.data / "calls.journal")
        self._in_force = SettingsInForce(ServerPlan(()))
        self._clock = Clock()
        self._runner = Runner(Engine(), self._clock, self._dispatch)
        self._core = SipCore(CoreSettings(max_legs=config.limits.max_legs), os.urandom)
        self._registrar = Registrar(
            self._core, RegistrarLimits(contacts_per_user=config.limits.max_contacts_per_user)
        )
        self._presence = PresenceServer(self._core)
        self._user_agent = UserAgent(
            self._core,
            self._on_sip,
            on_flow_lost=self._registrar.flow_lost,
            timed=(self._registrar, self._presence),
            limits=ConnectionLimits(
                connections=connections_for(config.limits.max_connections),
                connections_per_address=config.limits.max_connections_per_address,
            ),
            page_origins=partial(page_origins, config),
        )
        self._authenticator = Authenticator(self._in_force, kept_secret(config.data / "secret"))
        self._requests = Requests(self._user_agent, self._authenticator, self._registrar, self._presence)
        self._media = MediaClient(config.media_socket)
        self._admission = Admission(self._in_force, self._authenticator)
        self._site = self._build_site()
        self._refusals = Refusals(
            lambda refused: self._history.add_refused(refused, self._clock.wall()),
            lambda seconds, call: asyncio.get_running_loop().call_later(seconds, call),
        )
        tools = CallTools(
            self._user_agent, self._media, self._in_force, self._site, self._runner.post, self._call_changed
        )
        self._b2bua = B2bua(tools, self._admission, self._refusals, self._record)
        self._call_journal = CallJournal(self._journal, tools.book, self._user_agent.leg, self._media.state)
        self._status = StatusReport(tools.book, self._in_force)
        self._control = ControlServer(config.control_socket, self._control_verbs())
        self._live = LiveFeed(self._report, self._control.publish, lambda: self._control.watcher_count > 0)
        self._loading = asyncio.Lock()
        self._loads = Tasks()
        self._next_load: asyncio.TimerHandle | None = None
        self._reachable: set[str] = set()

    def _build_site(self) -> Routing:
        audio = self._config.data / "audio"
        stems = ensure_builtin(audio)
        sounds = BuiltinSounds(
            stems["default-music"], stems["confirm-tone"], stems["refuse-tone"], stems["ringing-tone"]
        )

        def remember(organization_id: str, user_id: str, queue_id: str, is_opted_out: bool) -> None:
            set_opted_out(self._database, organization_id, user_id, queue_id, is_opted_out)

        return Routing(self._in_force, self._registrar, self._runner, sounds, audio, remember)

    async def start(self) -> None:
        """Take calls. Raises ConfigurationError when an address cannot be had."""
        self._media.on_event = self._b2bua.handle_media
        self._registrar.on_reachability = self._reachability_changed
        self._registrar.on_new_phone = lambda user_id: self._runner.post(told.PhoneRenewed(user_id))
        self._registrar.on_return = self._user_agent.move_flow
        self._presence.on_presence = lambda user_id, presence: self._runner.post(
            told.PresenceChanged(user_id, presence)
        )
        self._runner.on_step = self._live.changed
        await self._media.start()
        # Settings first: a phone refused in between would not try again for a long time.
        await self._load_settings()
        await self._user_agent.start([ListenAddress.parse(str(address)) for address in self._config.sip])
        await self._control.start()

    async def stop(self) -> None:
        """Hang up and write down what became of the calls, before anything that may take its time or fail;
        then give everything back."""
        self._b2bua.end_calls()
        self._refusals.close()
        await asyncio.to_thread(self._history.close)
        self._load_at(None)
        await self._loads.close()
        await self._control.close()
        self._live.close()
        await self._b2bua.close()
        await self._user_agent.stop()
        self._runner.close()
        await self._media.close()
        self._journal.close()
        self._database.dispose()

    # -- settings

    async def _load_settings(self) -> None:
        """Put in force what is stored, whatever part of it is new. Calls go on meanwhile: reading and
        comparing are done in a thread."""
        async with self._loading:
            news = await asyncio.to_thread(self._read_news)
            self._put_in_force(news)
            self._load_at(news.next_change)

    def _load_at(self, moment: datetime | None) -> None:
        """Load the settings again when groups have other members for queues; None: not by themselves."""
        if self._next_load is not None:
            self._next_load.cancel()
        self._next_load = None
        if moment is not None:
            left = (moment - self._clock.wall()).total_seconds()
            loop = asyncio.get_running_loop()
            self._next_load = loop.call_later(max(min(left, _LONGEST_NAP), 0), self._load_if_due, moment)

    def _load_if_due(self, moment: datetime) -> None:
        """The wall clock may have been set meanwhile; a load that comes early finds when the next is due."""
        if self._clock.wall() < moment:
            self._load_at(moment)
        else:
            self._loads.spawn(self._load_settings())

    def _read_news(self) -> _News:
        own_hosts = frozenset(listener.host for listener in self._config.sip)
        organizations, now = self._settings.organizations(), self._clock.wall()
        before = self._in_force.plan
        plan = ServerPlan(organizations, own_hosts, before, now)
        return _News(
            plan,
            plan.changed_organizations(before),
            plan.changed_accounts(before),
            next_change(organizations, now),
        )

    def _put_in_force(self, news: _News) -> None:
        before, plan = self._in_force.plan, news.plan
        self._in_force.put_in_force(plan)
        for organization_id in news.organizations:
            queues, agents = plan.engine_settings(organization_id)
            self._runner.post(told.SettingsChanged(organization_id, queues, agents))
        for user_id in news.accounts:
            self._account_changed(user_id, before.account_by_id(user_id), plan.account_by_id(user_id))

    def _account_changed(self, user_id: str, before: Account | None, account: Account | None) -> None:
        if before is not None and (account is None or account.upn != before.upn):
            # Under this name nobody could register any more: what is registered must not go on ringing.
            self._registrar.forget(user_id)
        self._reachability_changed(user_id, bool(self._registrar.bindings(user_id)))
        self._runner.post(told.PhoneRenewed(user_id))

    def _reachability_changed(self, user_id: str, is_registered: bool) -> None:
        account = self._in_force.plan.account_by_id(user_id)
        is_reachable = is_registered or bool(account and account.contacts)
        if is_reachable != (user_id in self._reachable):
            (self._reachable.add if is_reachable else self._reachable.discard)(user_id)
            self._runner.post(told.AgentReachabilityChanged(user_id, is_reachable))

    # -- events and commands

    def _on_sip(self, event: sip.SipEvent) -> None:
        if isinstance(event, sip.RequestReceived):
            self._requests.handle(event)
        else:
            self._b2bua.handle_sip(event)

    def _dispatch(self, command: do.Command) -> None:
        self._b2bua.dispatch(command)

    def _record(self, record: Recorded) -> None:
        self._history.add(self._clock.told(record))

    def _call_changed(self, call: Call) -> None:
        self._call_journal.changed(call)
        self._live.changed()

    # -- the control socket

    def _control_verbs(self) -> dict[str, Any]:
        return {
            "ping": lambda request: {},
            "status": lambda request: self._report(),
            "watch": lambda request: self._live.snapshot(),
            "settings-changed": self._settings_changed,
            "opt-out": lambda request: self._opt(request, is_opted_out=True),
            "opt-in": lambda request: self._opt(request, is_opted_out=False),
            "pause": self._pause,
            "resume": self._resume,
            "agent": self._agent,
            "people": self._people,
            "choose-presence": self._choose_presence,
            "phone-credential": self._phone_credential,
            "guest-credential": self._guest_credential,
        }

    def _report(self) -> dict[str, Any]:
        report = self._status.of(self._clock.told(self._runner.snapshot()))
        report["resources"] = {
            "legs": self._core.leg_count,
            "transactions": self._core.transaction_count,
            "registrations": len(self._registrar),
            **self._media.usage(),
        }
        return report

    async def _settings_changed(self, request: dict[str, Any]) -> dict[str, Any]:
        await self._load_settings()
        return {"organizations": len(self._in_force.plan.organizations)}

    def _opt(self, request: dict[str, Any], *, is_opted_out: bool) -> dict[str, Any]:
        account = self._site.user_named(str(request.get("upn")))
        queue_id = request.get("queue_id")
        return {"queues": self._site.set_opted_out(account, queue_id, is_opted_out=is_opted_out)}

    def _pause(self, request: dict[str, Any]) -> dict[str, Any]:
        account = self._site.agent_named(str(request.get("upn")))
        self._runner.request(told.PauseRequested(account.user_id, cleaned(str(request.get("reason") or ""))))
        return {}

    def _resume(self, request: dict[str, Any]) -> dict[str, Any]:
        account = self._site.agent_named(str(request.get("upn")))
        self._runner.request(told.ResumeRequested(account.user_id))
        return {}

    def _agent(self, request: dict[str, Any]) -> dict[str, Any]:
        account = self._site.user_named(str(request.get("upn")))
        agents = self._clock.told(self._runner.snapshot()).agents
        found = next((status for status in agents if status.agent_id == account.user_id), None)
        return {
            "presence": str(self._presence.presence(account.user_id)),
            "is_presence_chosen": self._presence.is_chosen(account.user_id),
            "agent": self._status.agent(found) if found is not None else None,
        }

    def _people(self, request: dict[str, Any]) -> dict[str, Any]:
        states = {status.agent_id: str(status.state) for status in self._runner.snapshot().agents}
        return {
            "people": {
                user_id: {
                    "presence": str(self._presence.presence(user_id)),
                    "state": states.get(user_id),
                    "is_reachable": user_id in self._reachable,
                }
                for user_id in map(str, request.get("user_ids") or ())
            }
        }

    def _choose_presence(self, request: dict[str, Any]) -> dict[str, Any]:
        account = self._site.user_named(str(request.get("upn")))
        wanted = request.get("presence")
        self._presence.choose(account.user_id, Presence(wanted) if wanted is not None else None)
        return {}

    def _phone_credential(self, request: dict[str, Any]) -> dict[str, Any]:
        account = self._site.user_named(str(request.get("upn")))
        credential = self._authenticator.phone_credentials.issue(Holder.USER, account.user_id)
        return _shown(credential, f"sip:{account.upn}", account.display_name)

    def _guest_credential(self, request: dict[str, Any]) -> dict[str, Any]:
        organization = self._site.organization_with_id(str(request.get("organization_id")))
        credential = self._authenticator.phone_credentials.issue(Holder.GUEST, organization.organization_id)
        return _shown(credential, f"sip:{TEST_CALL.user}@{organization.realm}", TEST_CALL.display_name)


def _shown(credential: PhoneCredential, uri: str, display_name: str) -> dict[str, Any]:
    return {
        "uri": uri,
        "display_name": display_name,
        "username": credential.username,
        "password": credential.password,
        "expires_at": datetime.fromtimestamp(credential.expires_at, UTC).isoformat(),
    }
