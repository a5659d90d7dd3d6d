"""The wiring: builds the signalling process from its parts, starts it and stops it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine

from huntline.calls.admission import Admission
from huntline.calls.b2bua import B2bua, Recorded
from huntline.calls.model import Call
from huntline.calls.refusals import Refusals
from huntline.calls.tools import CallTools
from huntline.clock import Clock
from huntline.config import Config
from huntline.control.secret import kept_secret
from huntline.control.server import ControlServer
from huntline.data_folder import JOURNAL, SPEECH
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import ServerPlan
from huntline.directory.refused import RefusedCall
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import Presence
from huntline.engine.reasons import Cause
from huntline.languages.said import goodbye
from huntline.languages.speaking import SPOKEN_LANGUAGES
from huntline.media.client import MediaClient
from huntline.media.interface import MediaEvent
from huntline.media.prompts.speech import Speech
from huntline.media.prompts.synthesize import ensure_builtin
from huntline.network.listening_sockets import ListeningSockets
from huntline.network.peers import connections_for
from huntline.network.stale_connections import end_stale
from huntline.processes.lifeline import Ready, left_sockets
from huntline.processes.words import HANDED_OVER, RUN_ID
from huntline.signalling.call_counts import CallCounts
from huntline.signalling.clock_shift import shifted
from huntline.signalling.control_verbs import ControlVerbs
from huntline.signalling.draining import Draining
from huntline.signalling.lamps import Lamps
from huntline.signalling.live_feed import LiveFeed
from huntline.signalling.live_log import ENGINE, Earlier, Life, LiveLog, this_machine
from huntline.signalling.live_records import MEDIA_RECORDS, LiveRecords, unix_offset
from huntline.signalling.mailroom import Boxes
from huntline.signalling.moved_calls import after_unknown_requests, ask_peers, connections_in
from huntline.signalling.own_rules import OwnRules
from huntline.signalling.own_shard import OwnShard
from huntline.signalling.process_status import ProcessStatus
from huntline.signalling.reachability import Reachability
from huntline.signalling.routing import BuiltinSounds, Routing
from huntline.signalling.runner import Runner
from huntline.signalling.settings_copying import SettingsCopying
from huntline.signalling.settings_loading import SettingsLoading
from huntline.signalling.snapshot_writing import SnapshotWriting
from huntline.signalling.stored import Stored
from huntline.signalling.trunk_service import TrunkService
from huntline.signalling.unsettled import Unsettled
from huntline.signalling.watching import Watching
from huntline.sip.core import events as sip
from huntline.sip.core.core import CoreSettings, SipCore
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import LEG_RECORDS, LegRecord
from huntline.sip.servers.authenticator import Authenticator
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar, RegistrarLimits
from huntline.sip.servers.requests import Requests
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.transport.tls_settings import TlsSettings
from huntline.sip.user_agent import UserAgent
from huntline.storage.database import database_of
from huntline.storage.history import HistoryWriter
from huntline.storage.journal import Journal
from huntline.storage.sealing import Sealing
from huntline.storage.settings import Settings
from huntline.storage.settings_copy import SettingsCopy
from huntline.voicemail.boxes import Voicemail
from huntline.web.page_addresses import page_origins

log = logging.getLogger(__name__)

TIME_TO_RETURN = 10.0
"""Seconds for which phones count as there whose connections ended with an earlier process."""


TOLLS_EVERY = 5.0
"""Seconds between two looks at the minutes that calls under way have come to."""


async def run_signalling(config: Config, ready: Ready) -> None:
    """The signalling process, until it is cancelled."""
    sockets = ListeningSockets(left_sockets())
    signalling = Signalling(config, sockets, database_of(config.data, config.database, config.shard))
    end = signalling.stop
    try:
        await signalling.start()
        ready(sockets.settle())
        await asyncio.Event().wait()
    except asyncio.CancelledError as told:
        if HANDED_OVER in told.args:
            end = signalling.hand_over
        raise
    finally:
        await end()


class Signalling:
    """Everything of the signalling process. A part that tells something to one that is
    made after it does so by a method of this class, so that each is whole once it is made."""

    def __init__(self, config: Config, sockets: ListeningSockets, database: Engine) -> None:
        self._config, self._sockets, self._database = config, sockets, database
        self._history = HistoryWriter(self._database)
        self._journal = Journal(config.data / JOURNAL)
        self._earlier = Earlier(self._journal.found)
        self._clock = Clock(start=self._earlier.clock_start)
        self._unsettled = Unsettled(self._history, self._clock.told)
        self._counts = CallCounts()
        self._in_force = SettingsInForce(ServerPlan(()))
        self._runner = Runner(
            self._earlier.engine, self._clock, self._dispatch, self._something_changed, self._engine_told
        )
        self._build_sip()
        self._build_calls()
        self._build_control()

    def _build_sip(self) -> None:
        limits, post = self._config.limits, self._runner.post
        self._tls = TlsSettings(self._config.certificate, self._config.trusted_certificates)
        self._reachability = Reachability(self._in_force, post)
        self._trunks = TrunkService(
            self._in_force,
            Sealing.of(self._database).opened,
            self._spawn,
            self._calls_by_trunk,
            on_registration=lambda key: self._live_log.changed("trunk", key),
            on_news=self._something_changed,
        )
        core = CoreSettings(max_legs=limits.max_legs, networks=self._config.networks)
        self._core = SipCore(core, os.urandom, self._trunks.credentials)
        self._registrar = Registrar(
            self._core,
            RegistrarLimits(contacts_per_user=limits.max_contacts_per_user),
            on_reachability=self._reachability.changed,
            on_change=lambda user_id: self._live_log.changed("phone", user_id),
            on_return=self._phone_returned,
            on_new_phone=lambda user_id: post(told.PhoneRenewed(user_id)),
            on_kept_flow=lambda flow, seconds: self._user_agent.keep_flow(flow, seconds),
            takes_phones=lambda *asked: self._quotas.takes_phones(*asked),
        )
        self._presence = PresenceServer(
            self._core,
            on_presence=self._presence_changed,
            on_change=lambda user_id: self._live_log.changed("presence", user_id),
        )
        self._watching = Watching(
            self._core,
            self._in_force,
            self._registrar,
            self._presence,
            waiting=lambda user_id: self._lamps.waiting(user_id),
            book=lambda: self._book,
            send_soon=lambda: self._user_agent.send_soon(),
            on_change=lambda our_tag: self._live_log.changed("subscription", our_tag),
        )
        self._subscriptions = self._watching.subscriptions
        self._user_agent = UserAgent(
            self._core,
            self._on_sip,
            on_flow_lost=self._flow_lost,
            on_change=self._legs_changed,
            before_sending=self._write_down,
            timed=(self._registrar, self._presence, self._subscriptions, self._trunks),
            limits=ConnectionLimits(
                connections=connections_for(limits.max_connections),
                connections_per_address=limits.max_connections_per_address,
            ),
            page_origins=partial(page_origins, self._config),
            nameservers=[(each.host, each.port) for each in self._config.nameservers],
            tls=self._tls,
            sockets=self._sockets,
        )
        self._authenticator = Authenticator(self._in_force, kept_secret(self._config.data / "secret"))
        self._requests = Requests(
            *(self._user_agent, self._authenticator, self._registrar, self._presence),
            *(self._subscriptions, self._watching.summaries),
        )

    def _build_calls(self) -> None:
        self._media = MediaClient(
            *(self._config.media_sockets, self._on_media, self._media_changed),
            worker_legs=self._config.media_worker_legs,
        )
        self._media_says: list[MediaEvent] | None = []  # until the calls are known that it is about
        self._speech = Speech(self._config.data / SPEECH)
        self._routing = self._build_routing()
        self._refusals = Refusals(
            self._record_refused,
            lambda seconds, call: asyncio.get_running_loop().call_later(seconds, call),
        )
        tools = CallTools(
            self._user_agent,
            self._media,
            self._in_force,
            self._routing,
            self._runner.post,
            self._call_changed,
            self._speech,
            self._trunks,
        )
        self._tolls = tools.tolls
        self._tolls.wire(lambda user_id: self._live_log.changed("toll", user_id))
        self._book = tools.book
        self._quotas = tools.quotas
        admission = Admission(self._in_force, self._authenticator, self._trunks.trunks_of)
        self._boxes = self._build_boxes()
        self._tasks = tools.tasks
        self._b2bua = B2bua(
            tools, admission, self._refusals, self._record, attendants=self._routing, mailroom=self._boxes
        )
        self._live_records = LiveRecords(
            tools.book,
            self._b2bua.owners,
            self._user_agent,
            self._media,
            self._registrar,
            self._presence,
            self._subscriptions,
            self._trunks,
            self._tolls,
        )
        self._live_log = LiveLog(
            self._journal,
            self._live_records.sources | {"draining": self._draining_record},
            self._live_records.changed_legs,
            self._earlier.engine.checkpoint,
            self._unsettled.records,
        )
        self._draining = Draining(self._core, tools.book, self._draining_turned)
        writing = SnapshotWriting(tools.book, self._in_force)
        self._status = ProcessStatus(
            *(writing, self._runner, self._clock),
            *(self._lamps.written, self._trunks.written, self._resources),
        )

    def _build_routing(self) -> Routing:
        audio = self._config.data / "audio"
        stems = ensure_builtin(audio)
        sounds = BuiltinSounds(
            stems["default-music"], stems["confirm-tone"], stems["refuse-tone"], stems["ringing-tone"]
        )

        own_rules = OwnRules(self._in_force, lambda *change: self._stored.change(*change))
        return Routing(
            *(self._in_force, self._registrar, self._runner, sounds, self._speech, audio),
            lambda *opted: self._stored.remember_opt_out(*opted),
            *(own_rules, self._clock.wall, self._trunks),
        )

    def _build_boxes(self) -> Boxes:
        data = self._config.data
        voicemail = Voicemail(self._database, data, self._clock.wall)
        self._lamps = Lamps(voicemail, self._in_force, self._messages_changed)
        beep = ensure_builtin(data / "audio")["record-tone"]
        return Boxes(voicemail, self._in_force, self._speech.source, beep, self._box_changed)

    def _build_control(self) -> None:
        settings, elsewhere = Settings(self._database), self._config.database
        copy = SettingsCopy(self._config.data, elsewhere) if elsewhere else None
        self._copying = SettingsCopying(copy, settings.organizations)
        self._loading = SettingsLoading(
            settings.here_and_elsewhere,
            self._config.own_hosts,
            self._clock,
            self._in_force,
            self._registrar,
            self._reachability,
            self._runner.post,
            self._plan_changed,
        )
        self._own_shard = OwnShard(self._config, self._database)
        self._stored = Stored(
            *(settings, self._database, self._copying, self._loading, self._boxes, self._lamps),
            self._own_shard.announce,
        )
        self._live = LiveFeed(self._status.now, self._publish, lambda: self._control.is_watched())
        verbs = ControlVerbs(
            self._in_force,
            self._loading,
            self._runner,
            self._routing,
            self._presence,
            self._reachability,
            self._authenticator.phone_credentials,
            self._status,
            self._live,
            self._draining,
            self._live_log,
            self._boxes,
            self._lamps,
            self._tls,
            self._tolls,
            self._config,
            self._trunks,
            self._quota_usage,
            self._counts,
            self._user_agent.be_deaf,
        )
        self._control = ControlServer(self._config.control_socket, verbs.table(), self._write_down)

    async def start(self) -> None:
        """Take calls, and go on with those of an earlier process. Raises ConfigurationError when an address
        cannot be had."""
        self._take_back()
        await self._media.start()
        # Settings first: a phone refused in between would not try again for a long time.
        is_there = await self._stored.begin()
        self._trunks.begin(self._user_agent)
        for user_id in self._earlier.records("phone", self._live_records.codec.decode):
            if (account := self._in_force.plan.account_by_id(user_id)) is not None:
                self._watching.summaries.returned(account)
        self._take_up_calls()
        finish = partial(self._boxes.finish_others, self._b2bua.recordings_under_way)
        if is_there:
            await finish()
        else:
            self._tasks.spawn(self._stored.catch_up(finish))
        run, earlier = os.environ[RUN_ID], self._earlier
        goes_on = earlier.is_of_run(run)
        self._draining.turn(on=goes_on and bool(earlier.record("draining:", ENGINE.decode)))
        await self._user_agent.start([ListenAddress.parse(str(address)) for address in self._config.sip])
        if earlier.is_of_other_machine:
            self._end_stale_connections()
        self._runner.start()
        self._tasks.spawn(self._watch_tolls())
        self._tasks.spawn(self._own_shard.live(lambda: self._tasks.spawn(self._stored.look())))
        if not goes_on:
            self._b2bua.end_calls(Cause.SERVER_RESTARTED)
        self._watching.begin()
        self._live_log.begin_anew(Life(this_machine(), run, self._clock.start))
        await self._control.start()
        # No caller is to wait until what they are told has been spoken.
        self._speech.prepare((goodbye(language), language) for language in SPOKEN_LANGUAGES)
        self._speech.prepare(self._boxes.sentences())

    def _end_stale_connections(self) -> None:
        """Let phones and pages connect to this machine now, rather than when they miss something."""
        kinds = {"phone": self._live_records.codec.decode, "leg": LEG_RECORDS.decode}
        found = [self._earlier.records(kind, read) for kind, read in kinds.items()]
        end_stale(connections_in(found))

    def _take_back(self) -> None:
        """Know again what an earlier process has written down, but for its calls."""
        loop, earlier, read = asyncio.get_running_loop(), self._earlier, self._live_records.codec.decode
        for name in earlier.unreadable:
            log.warning("a record of an earlier process cannot be read", extra={"record": name})
        for record in earlier.unsettled:
            self._unsettled.add(record, again=True)
        for leg_id, state in earlier.records("media", MEDIA_RECORDS.decode).items():
            self._media.adopt(leg_id, shifted(state, earlier.clock_shift))
        # Before the phones: those that come back by another connection are told there.
        for name, state in earlier.records("subscription", read).items():
            self._subscriptions.restore(name, state, loop.time(), unix_offset())
        for user_id, state in earlier.records("phone", read).items():
            self._registrar.restore(user_id, state, loop.time(), unix_offset())
        for user_id, state in earlier.records("presence", read).items():
            self._presence.restore(user_id, state, loop.time(), unix_offset())
        for user_id, state in earlier.records("toll", read).items():
            self._tolls.restore(user_id, state)
        for key, state in earlier.records("trunk", read).items():
            self._trunks.restore(key, state, unix_offset())
        self._reachability.take_up(earlier.reachable)
        loop.call_later(
            TIME_TO_RETURN, self._reachability.stop_waiting, lambda name: bool(self._registrar.bindings(name))
        )

    def _take_up_calls(self) -> None:
        """Go on with the calls of an earlier process."""
        earlier = self._earlier
        shift = earlier.clock_shift
        found = earlier.records("leg", LEG_RECORDS.decode).values()
        legs: list[LegRecord] = [shifted(leg, shift) for leg in found]
        if earlier.is_of_other_machine:
            legs = [after_unknown_requests(leg) for leg in legs]
            self._tasks.spawn(ask_peers(legs, self._user_agent.ask_whether_there, TIME_TO_RETURN))
        self._user_agent.restore(legs, asyncio.get_running_loop().time())
        living = {leg.leg_id: leg for leg in legs if leg.leg_id and not leg.is_over}
        engine = earlier.engine.checkpoint()
        known = earlier.records("call", self._live_records.codec.decode).values()
        calls = [shifted(call, shift) for call in known]
        if calls or living:
            log.warning("calls of an earlier process", extra={"calls": len(calls), "legs": len(living)})
        self._b2bua.take_up(calls, living, self._media.leg_ids, list(engine.calls), list(engine.rings))
        said, self._media_says = self._media_says or [], None
        for event in said:
            self._b2bua.handle_media(event)

    async def stop(self) -> None:
        """Hang up and write down what became of the calls, before anything that may take its time or fail;
        then give everything back."""
        self._b2bua.close_doors()
        self._b2bua.end_calls()
        self._refusals.close()
        await asyncio.to_thread(self._history.close)
        await self._loading.close()
        await self._copying.close()
        await self._control.close()
        self._live.close()
        await self._b2bua.close()
        await self._speech.close()
        self._trunks.turn(on=False)
        await self._user_agent.stop()
        self._runner.close()
        await self._media.close()
        self._live_log.close()
        self._database.dispose()

    async def hand_over(self) -> None:
        """Leave all calls as they are to the next process, and end: nobody is told anything, and nothing is
        taken out of the sockets any more that would not be on record."""
        await asyncio.to_thread(self._history.close)
        self._live_log.close()
        os._exit(0)

    async def _watch_tolls(self) -> None:
        """Look again and again at what calls under way have come to. Ends when cancelled."""
        while True:
            await asyncio.sleep(TOLLS_EVERY)
            try:
                for leg_id in self._tolls.look():
                    self._b2bua.cut_off(leg_id, Cause.CEILING_REACHED)
            except Exception:
                log.exception("the ceilings of calls under way could not be looked at")

    # -- what parts tell each other

    def _on_sip(self, event: sip.SipEvent) -> None:
        if isinstance(event, sip.RequestReceived):
            self._requests.handle(event)
        elif isinstance(event, sip.ResponseReceived):
            if not self._trunks.answered(event):
                self._subscriptions.answered(event, self._user_agent.now())
        else:
            self._b2bua.handle_sip(event)

    def _on_media(self, event: MediaEvent) -> None:
        """Media tells at once what it has kept while nobody was there: keys, ends of prompts."""
        if self._media_says is not None:
            self._media_says.append(event)
        else:
            self._b2bua.handle_media(event)

    def _flow_lost(self, flow: Flow, now: float) -> None:
        self._registrar.flow_lost(flow, now)
        self._trunks.flow_lost(flow, now)
        self._subscriptions.flow_lost(flow)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(work)

    def _calls_by_trunk(self, trunk: str) -> int:
        return self._book.calls_by_trunk(trunk)

    def _quota_usage(self, organization_id: str) -> dict[str, Any]:
        return {
            "calls": self._book.calls_in(organization_id),
            "registrations": self._registrar.phones_in(organization_id),
            "refused": self._quotas.refused_lately(organization_id, self._user_agent.now()),
        }

    def _plan_changed(self, plan: ServerPlan) -> None:
        # No caller is to wait until what attendants and queues say has been spoken.
        self._speech.prepare(plan.attendant_texts())
        self._speech.prepare(plan.queue_texts())
        self._trunks.plan_changed(plan)
        self._watching.settings_changed()
        self._copying.changed()

    def _phone_returned(self, before: Flow, flow: Flow) -> None:
        self._user_agent.move_flow(before, flow)
        self._subscriptions.move_flow(before, flow, self._user_agent.now())

    def _presence_changed(self, user_id: str, presence: Presence) -> None:
        self._runner.post(told.PresenceChanged(user_id, presence))
        self._watching.presence_changed(user_id)

    def _dispatch(self, command: do.Command) -> None:
        self._b2bua.dispatch(command)

    def _record(self, record: Recorded) -> None:
        self._unsettled.add(record)
        if isinstance(record, do.RecordCall):
            self._counts.add(record)

    def _record_refused(self, refused: RefusedCall) -> None:
        self._history.add_refused(refused, self._clock.wall())
        self._counts.add_refused(refused)

    def _engine_told(self, event: told.Event | None, now: datetime) -> None:
        self._live_log.told(event, now)

    def _legs_changed(self) -> None:
        self._live_log.legs_changed()

    def _write_down(self) -> None:
        self._live_log.flush()

    def _draining_record(self, name: str) -> bytes | None:
        return ENGINE.encode(True) if self._draining.is_on else None

    def _draining_turned(self) -> None:
        # Whoever refuses new calls is to be sent none.
        self._trunks.turn(on=not self._draining.is_on)
        self._live_log.changed("draining", "")

    def _box_changed(self, box_id: str) -> None:
        """The messages of a mailbox are others."""
        self._tasks.spawn(self._lamps.refresh(box_id))

    def _messages_changed(self, user_id: str) -> None:
        self._watching.messages_changed(user_id)
        self._live.changed()

    def _media_changed(self, leg_id: str) -> None:
        self._live_log.changed("media", leg_id)

    def _call_changed(self, call: Call) -> None:
        self._live_log.changed("call", call.call_id)
        self._watching.busy_lamps.call_changed(call)
        self._live.changed()

    def _something_changed(self) -> None:
        self._live.changed()

    def _publish(self, news: dict[str, Any]) -> None:
        self._control.publish(news)

    def _resources(self) -> dict[str, Any]:
        return {
            "legs": self._core.leg_count,
            "transactions": self._core.transaction_count,
            "registrations": len(self._registrar),
            "subscriptions": len(self._subscriptions),
            **self._media.usage(),
            **self._user_agent.usage(),
        }
