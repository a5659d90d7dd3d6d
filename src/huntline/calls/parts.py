"""The steps of call control that owners of calls and of rings share."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.calls.alerting import Alerting
from huntline.calls.audio_paths import AudioPaths
from huntline.calls.connected_identity import ConnectedIdentity
from huntline.calls.dialling import Dialling
from huntline.calls.early_audio import EarlyAudio
from huntline.calls.ends import CallEnds
from huntline.calls.hold import Holding
from huntline.calls.prompting import Prompting
from huntline.calls.refusals import Refusals
from huntline.calls.tools import CallTools
from huntline.engine.events import AnnouncementFinished


@dataclass(frozen=True, slots=True)
class CallParts:
    """One of each; none of them knows an owner but through a ring or a call."""

    dialling: Dialling
    holding: Holding
    prompting: Prompting
    early: EarlyAudio
    alerting: Alerting
    identity: ConnectedIdentity
    audio_paths: AudioPaths
    ends: CallEnds

    @classmethod
    def of(cls, tools: CallTools, refusals: Refusals) -> CallParts:
        """Build them."""
        user_agent, media, spawn, changed = tools.user_agent, tools.media, tools.tasks.spawn, tools.changed
        dialling = Dialling(user_agent, media, tools.book, tools.trunks, spawn, changed)
        holding = Holding(user_agent, media, tools.book, tools.site.ringing_tone, spawn, changed)
        early = EarlyAudio(user_agent, media, holding, spawn, changed)
        alerting = Alerting(tools.settings, tools.site, dialling, early, tools.tolls, changed)
        identity = ConnectedIdentity(user_agent, tools.settings, tools.book, tools.changed)
        return cls(
            dialling,
            holding,
            Prompting(media, changed, lambda call: tools.post(AnnouncementFinished(call.call_id))),
            early,
            alerting,
            identity,
            AudioPaths(tools, dialling, holding, early, identity),
            CallEnds(tools, dialling, alerting, refusals),
        )
