"""What other processes of this server ask of the signalling process, each by one word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from huntline.calls.caller_identity import TEST_CALL
from huntline.calls.tolls import TollAlarm, Tolls
from huntline.clean_text import cleaned
from huntline.config import Config
from huntline.control.server import Handler
from huntline.directory.in_force import SettingsInForce
from huntline.engine import events as told
from huntline.engine.model import Presence
from huntline.errors import ConfigurationError, Refused
from huntline.signalling.call_counts import CallCounts
from huntline.signalling.draining import Draining
from huntline.signalling.lamps import Lamps
from huntline.signalling.live_feed import LiveFeed
from huntline.signalling.live_log import LiveLog
from huntline.signalling.mailroom import Boxes
from huntline.signalling.process_status import ProcessStatus
from huntline.signalling.reachability import Reachability
from huntline.signalling.routing import Routing
from huntline.signalling.runner import Runner
from huntline.signalling.settings_loading import SettingsLoading
from huntline.signalling.trunk_service import TrunkService
from huntline.sip.servers.phone_credentials import Holder, PhoneCredential, PhoneCredentials
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.transport.tls_settings import TlsSettings

REACHABLE_BY = (
    *("sip", "http", "websocket_url", "page_origins", "certificate", "trusted_certificates"),
    *("media_address", "media_ports", "network"),
)

Request = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ControlVerbs:
    """Each verb takes the fields of its request and returns those of its answer, as JSON has them; what
    cannot be is Refused."""

    settings: SettingsInForce
    loading: SettingsLoading
    runner: Runner
    routing: Routing
    presence: PresenceServer
    reachability: Reachability
    credentials: PhoneCredentials
    status: ProcessStatus
    live: LiveFeed
    draining: Draining
    live_log: LiveLog
    boxes: Boxes
    lamps: Lamps
    tls: TlsSettings
    tolls: Tolls
    config: Config
    trunks: TrunkService
    quota_usage: Callable[[str], Answer]
    counts: CallCounts
    be_deaf: Callable[[float], None]

    def table(self) -> Mapping[str, Handler]:
        """The verbs by their words."""
        return {
            "ping": self._ping,
            "drain": self._drain,
            "be-deaf": self._be_deaf,
            "status": self._status,
            "call-counts": self._call_counts,
            "watch": self._watch,
            "settings-changed": self._settings_changed,
            "number-erased": self._number_erased,
            "voicemail-changed": self._voicemail_changed,
            "opt-out": self._opt_out,
            "opt-in": self._opt_in,
            "pause": self._pause,
            "resume": self._resume,
            "agent": self._agent,
            "people": self._people,
            "choose-presence": self._choose_presence,
            "phone-credential": self._phone_credential,
            "guest-credential": self._guest_credential,
            "reachable-at": self._reachable_at,
            "reload-certificates": self._reload_certificates,
            "toll-alarms": self._toll_alarms,
            "toll-alarm-mailed": self._toll_alarm_mailed,
            "quota-usage": self._quota_usage,
            "trunk-state": self._trunk_state,
            "trunk-test": self._trunk_test,
        }

    def _ping(self, request: Request) -> Answer:
        resources = self.status.resources()
        told = {key: resources[key] for key in ("is_overloaded", "turned_away")}
        alarms = {"toll_alarms": len(self.tolls.alarms()), "trunk_alarms": self.trunks.alarms()}
        return {"is_draining": self.draining.is_on, **alarms, **told}

    def _be_deaf(self, request: Request) -> Answer:
        """Another machine may be taking the server over, which would know nothing of what is heard now."""
        self.be_deaf(float(request["seconds"]))
        return {}

    def _drain(self, request: Request) -> Answer:
        """Without ``on`` nothing changes."""
        if (on := request.get("on")) is not None:
            self.draining.turn(on=bool(on))
        return {"is_draining": self.draining.is_on, "calls_left": self.draining.calls_left}

    def _status(self, request: Request) -> Answer:
        return self.status.now()

    def _call_counts(self, request: Request) -> Answer:
        return self.counts.written()

    def _watch(self, request: Request) -> Answer:
        return self.live.snapshot()

    def _number_erased(self, request: Request) -> Answer:
        """What is over goes out of the journal, too, and the number with it."""
        self.live_log.renew()
        return {}

    async def _settings_changed(self, request: Request) -> Answer:
        await self.loading.load()
        return {"organizations": len(self.settings.plan.organizations)}

    async def _voicemail_changed(self, request: Request) -> Answer:
        """How a box is set, or its messages: with both its lamps go on or off."""
        await asyncio.to_thread(self.boxes.load)
        await self.lamps.refresh(str(request.get("box_id")))
        return {}

    def _trunk_state(self, request: Request) -> Answer:
        return self.trunks.shown(str(request.get("organization_id")), str(request.get("name")))

    async def _trunk_test(self, request: Request) -> Answer:
        name = str(request.get("name"))
        return {"steps": await self.trunks.test(str(request.get("organization_id")), name)}

    async def _opt_out(self, request: Request) -> Answer:
        return await self._opt(request, is_opted_out=True)

    async def _opt_in(self, request: Request) -> Answer:
        return await self._opt(request, is_opted_out=False)

    async def _opt(self, request: Request, *, is_opted_out: bool) -> Answer:
        account = self.routing.user_named(str(request.get("upn")))
        queue_id = request.get("queue_id")
        return {"queues": await self.routing.set_opted_out(account, queue_id, is_opted_out=is_opted_out)}

    def _pause(self, request: Request) -> Answer:
        account = self.routing.agent_named(str(request.get("upn")))
        self.runner.request(told.PauseRequested(account.user_id, cleaned(str(request.get("reason") or ""))))
        return {}

    def _resume(self, request: Request) -> Answer:
        account = self.routing.agent_named(str(request.get("upn")))
        self.runner.request(told.ResumeRequested(account.user_id))
        return {}

    def _agent(self, request: Request) -> Answer:
        account = self.routing.user_named(str(request.get("upn")))
        return {
            "presence": str(self.presence.presence(account.user_id)),
            "is_presence_chosen": self.presence.is_chosen(account.user_id),
            "agent": self.status.agent(account.user_id),
        }

    def _people(self, request: Request) -> Answer:
        states = {status.agent_id: str(status.state) for status in self.runner.snapshot().agents}
        return {
            "people": {
                user_id: {
                    "presence": str(self.presence.presence(user_id)),
                    "state": states.get(user_id),
                    "is_reachable": user_id in self.reachability,
                }
                for user_id in map(str, request.get("user_ids") or ())
            }
        }

    def _choose_presence(self, request: Request) -> Answer:
        account = self.routing.user_named(str(request.get("upn")))
        wanted = request.get("presence")
        self.presence.choose(account.user_id, Presence(wanted) if wanted is not None else None)
        return {}

    def _phone_credential(self, request: Request) -> Answer:
        account = self.routing.user_named(str(request.get("upn")))
        credential = self.credentials.issue(Holder.USER, account.user_id)
        return _shown(credential, f"sip:{account.upn}", account.display_name)

    def _guest_credential(self, request: Request) -> Answer:
        organization = self.routing.organization_with_id(str(request.get("organization_id")))
        credential = self.credentials.issue(Holder.GUEST, organization.organization_id)
        return _shown(credential, f"sip:{TEST_CALL.user}@{organization.realm}", TEST_CALL.display_name)

    def _toll_alarms(self, request: Request) -> Answer:
        """Of all organizations, or of one. The moments are those of the wall clock."""
        wanted = request.get("organization_id")
        found = [each for each in self.tolls.alarms() if wanted in (None, each.organization_id)]
        return {"alarms": [_toll_alarm(each) for each in found]}

    def _toll_alarm_mailed(self, request: Request) -> Answer:
        self.tolls.mailed(str(request.get("user_id")))
        return {}

    def _quota_usage(self, request: Request) -> Answer:
        """What an organization uses of its quota, and what was refused within the last minute."""
        return self.quota_usage(str(request.get("organization_id")))

    def _reachable_at(self, request: Request) -> Answer:
        """The settings by which others reach this server, wherever they were said; no secret among them."""
        return self.config.model_dump(mode="json", include=set(REACHABLE_BY))

    async def _reload_certificates(self, request: Request) -> Answer:
        """Where they cannot be used all stays as it was."""
        try:
            await asyncio.to_thread(self.tls.load)
        except ConfigurationError as error:
            raise CertificateUnusable(str(error)) from None
        return {
            "certificates": [
                {"subject": each.subject, "names": each.names, "until": f"{each.ends_at:%Y-%m-%d}"}
                for each in self.tls.facts
            ]
        }


class CertificateUnusable(Refused):
    """The files of a certificate are not what they should be."""

    error_id = "certificate-unusable"


def _toll_alarm(alarm: TollAlarm) -> Answer:
    day = alarm.day
    return {
        "organization_id": alarm.organization_id,
        "user_id": alarm.user_id,
        "upn": alarm.upn,
        "ceiling": str(day.alarm),
        "at": (day.alarm_at or day.began).isoformat(),
        "calls": day.calls,
        "minutes": round(alarm.seconds / 60, 1),
        "is_mailed": day.is_mailed,
    }


def _shown(credential: PhoneCredential, uri: str, display_name: str) -> Answer:
    return {
        "uri": uri,
        "display_name": display_name,
        "username": credential.username,
        "password": credential.password,
        "expires_at": datetime.fromtimestamp(credential.expires_at, UTC).isoformat(),
    }
