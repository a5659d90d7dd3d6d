"""The verbs: all legs of the worker, and which of them hears what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace

from huntline.directory.encryption import Encryption
from huntline.media.g711 import needs_change
from huntline.media.interface import (
    DtmfPressed,
    MediaDied,
    MediaSilent,
    MediaUnavailable,
    NotAcceptable,
    PlayFinished,
    RecordingEnded,
    WhyEnded,
)
from huntline.media.worker.leg import MediaLeg
from huntline.media.worker.leg_maker import LegMaker, with_new_credentials
from huntline.media.worker.leg_states import is_restart, refusals, resumed, state_of
from huntline.media.worker.media_clock import TICKS_PER_SECOND
from huntline.media.worker.player import Player
from huntline.media.worker.playing import Playing
from huntline.media.worker.recorder import Recorder
from huntline.media.worker.relay import ChangingRelay, Relay
from huntline.media.worker.rtp import OutgoingStream
from huntline.media.worker.sounds import SoundMissing, SoundPending
from huntline.media.worker.wire import MediaLegState, RecordState, SecretsChanged, StreamPosition, WorkerEvent
from huntline.sdp import (
    G711,
    Agreed,
    Codec,
    accept,
    answer,
    offer,
    wants_dtls,
)


class Switchboard:
    """Owns the legs. Every verb has been carried out when it returns."""

    def __init__(self, maker: LegMaker, on_event: Callable[[WorkerEvent], None]) -> None:
        self.clock = maker.clock
        self.clock.on_tick = self._tick
        self._maker = maker
        self._on_event = on_event
        self._codecs = maker.codecs
        self._player = Player(self.clock, maker.codecs, self._on_finished, self._on_sound_made)
        self._applying: MediaLeg | None = None
        """The leg that takes over what was agreed: what it hears is decided once, afterwards."""
        self._awaiting: set[MediaLeg] = set()
        """Legs that hear silence while their sound is being made."""
        self._recorder = Recorder(self.clock, self._on_recorded)
        self._legs: dict[str, MediaLeg] = {}
        self._pressing: dict[str, MediaLeg] = {}
        self._being_pressed: dict[str, MediaLeg] = {}
        # Once a second each leg is looked after, in turns, so that no tick has much to do.
        self._turns: list[dict[str, MediaLeg]] = [{} for _ in range(TICKS_PER_SECOND)]

    def _tick(self) -> None:
        """Send what is due now; with nobody to send it to, the clock rests."""
        if not self._legs and not self._recorder.count:
            self.clock.rest()
            return
        self._player.tick()
        for leg in list(self._pressing.values()):
            leg.press_on()
            if not leg.is_pressing:
                del self._pressing[leg.leg_id]
                self._route(leg)
        self._recorder.tick()
        for leg in [leg for leg in self._being_pressed.values() if leg.expire_key()]:
            del self._being_pressed[leg.leg_id]
        for leg in list(self._turns[self.clock.count % TICKS_PER_SECOND].values()):
            leg.look_after()

    def close(self) -> None:
        """Give all legs back; what is recorded is on file then."""
        self._recorder.close()
        self.keep(())
        self.clock.rest()

    # Offer and answer

    def answer(self, leg_id: str, sdp_offer: str, encryption: Encryption) -> MediaLegState:
        """Raises NotAcceptable, MediaUnavailable; a leg that was there is then as it was before."""
        known = self._legs.get(leg_id)
        with refusals():
            leg = known or self._make(leg_id, encryption, is_secure=wants_dtls(sdp_offer))
        try:
            with refusals():
                self._answer(leg, sdp_offer)
        except NotAcceptable:
            if known is None:
                self.delete(leg_id)
            raise
        return state_of(leg)

    def offer(
        self,
        leg_id: str,
        like: str | None,
        encryption: Encryption,
        *,
        is_secure: bool = False,
        is_narrow: bool = False,
    ) -> MediaLegState:
        """Our offer, of G.711 in place of what is spoken with ``is_narrow``. Raises MediaUnavailable."""
        if is_narrow:
            leg = self._leg(leg_id)
        else:
            leg = self._legs.get(leg_id) or self._make(leg_id, encryption, is_secure=is_secure)
        model = self._legs.get(like) if like is not None else leg
        prefer = model.agreed if model else None
        text = _offer(leg, prefer, is_narrow=is_narrow)
        if leg.sdp and text != leg.sdp:
            leg.local = leg.local.revised()
            text = _offer(leg, prefer, is_narrow=is_narrow)
        leg.sdp = text
        return state_of(leg)

    def renew(self, leg_id: str, lost: MediaLegState) -> MediaLegState:
        """Our offer of a browser's leg in the place of one whose keys are lost: with another identity and
        other credentials, the browser begins anew in its session. Raises MediaUnavailable."""
        self.delete(leg_id)
        leg = self._install(self._maker.make_anew(leg_id, self, lost))
        leg.sdp = _offer(leg, None, is_narrow=False)
        return state_of(leg)

    def accept(self, leg_id: str, sdp_answer: str) -> MediaLegState:
        """Raises NotAcceptable, and MediaUnavailable when there is no such leg. See ``made``, too."""
        leg = self._leg(leg_id)
        with refusals():
            agreed = accept(sdp_answer, leg.local)
        self._apply(leg, agreed)
        return state_of(leg)

    def made(self, leg_id: str) -> asyncio.Future[None] | None:
        """What tells that the leg's path was made, or why not (NotAcceptable, MediaUnavailable).

        None when it can be used already, as that of a plain leg always. Cancelled when the leg is deleted.
        """
        return self._leg(leg_id).path.made()

    def state(self, leg_id: str) -> MediaLegState:
        """What is needed to restore the leg now. Raises MediaUnavailable when there is no such leg."""
        return state_of(self._leg(leg_id))

    def relatch(self, leg_id: str) -> None:
        """Learn anew where the peer is."""
        if leg := self._legs.get(leg_id):
            leg.path.relatch()

    # What is heard

    def play(self, leg_id: str, sources: tuple[str, ...], loop: bool) -> None:
        """Play in place of all else."""
        if leg := self._legs.get(leg_id):
            leg.wants(Playing(sources, loop))
            self._route(leg)

    def announce(self, leg_id: str, sources: tuple[str, ...]) -> None:
        """Speak over music or silence."""
        leg = self._legs.get(leg_id)
        if leg is None:
            return
        if leg.peer is not None or (leg.playing is not None and not leg.playing.loop):
            self._on_event(PlayFinished(leg_id, sources, "the leg hears something else than music"))
            return
        leg.announcing = Playing(sources, loop=False)
        self._route(leg)

    def stop(self, leg_id: str) -> None:
        """Back to the bridge, or to silence."""
        if leg := self._legs.get(leg_id):
            leg.wants(None)
            self._route(leg)

    def record(self, leg_id: str, wanted: RecordState) -> None:
        """Record what the peer says, in place of an earlier recording. Nothing happens without a leg."""
        if (leg := self._legs.get(leg_id)) is not None:
            self.stop_recording(leg_id)
            law = leg.agreed.codec if leg.agreed and leg.agreed.codec in G711 else "PCMU"
            leg.record(
                self._recorder.begin(
                    leg_id,
                    wanted.path,
                    law,
                    most_s=wanted.most_s,
                    silence_s=wanted.silence_s,
                    begun_at=wanted.begun_at,
                )
            )

    def stop_recording(self, leg_id: str) -> None:
        """End a leg's recording, where there is one."""
        self._end_recording(leg_id, "stopped")

    def press(self, leg_id: str, key: str) -> None:
        """Send a key in place of all else, then go on with that."""
        if leg := self._legs.get(leg_id):
            leg.press(key)
            if leg.is_pressing and leg_id not in self._pressing:
                self._pressing[leg_id] = leg
                self._route(leg)

    def bridge(self, leg_a: str, leg_b: str) -> None:
        """Let two legs hear each other, or one itself, and nothing else."""
        a, b = self._legs.get(leg_a), self._legs.get(leg_b)
        if a is None or b is None:
            return
        a.wants(None)
        b.wants(None)
        self._connect(a, b)

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        """Let two legs hear each other; until the speaker is heard the listener hears a sound."""
        self.bridge(listener, speaker)
        leg = self._legs.get(listener)
        if leg is not None and leg.peer is not None:
            leg.wants(Playing((meanwhile,), loop=False, until_heard=True))
            self._route(leg)

    def unbridge(self, leg_id: str) -> None:
        """Part a leg from the one it is bridged with; unknown and free ones are left alone."""
        leg = self._legs.get(leg_id)
        if leg is not None and leg.peer is not None:
            self._part(leg)
            self._route(leg)

    # Coming and going

    def delete(self, leg_id: str) -> None:
        """Give a leg and its ports back."""
        self._end_recording(leg_id, "deleted")
        leg = self._legs.pop(leg_id, None)
        if leg is None:
            return
        if leg.peer is not None:
            self._part(leg)
        self._player.leave(leg)
        self._awaiting.discard(leg)
        self._pressing.pop(leg_id, None)
        self._being_pressed.pop(leg_id, None)
        del self._turn_of(leg.local.port)[leg_id]
        self._maker.take_apart(leg)

    def give_up(self, leg_id: str) -> StreamPosition | None:
        """Delete a leg that another worker goes on with. Returns where its stream stands; None for what is
        encrypted, where a packet of one number must not be sent twice (RFC 3711 section 9.1)."""
        leg = self._legs.get(leg_id)
        if leg is None:
            return None
        self._player.settle(leg)
        position = leg.stream.position if leg.path.secrets() is None else None
        self.delete(leg_id)
        return position

    def keep(self, leg_ids: Collection[str]) -> list[str]:
        """Delete all legs but these; returns those that are there."""
        wanted = set(leg_ids)
        for leg_id in [leg_id for leg_id in self._legs if leg_id not in wanted]:
            self.delete(leg_id)
        return list(self._legs)

    def tell_secrets(self) -> None:
        """Tell what restores each encrypted leg, for a client that may not know it."""
        for leg in self._legs.values():
            self.on_secrets(leg)

    def restore(self, leg_id: str, state: MediaLegState, position: StreamPosition | None = None) -> None:
        """Make a leg what it was, on the same ports; what is as it was is left alone, and nobody hears of it.
        One that is made goes on with the stream of another worker where its ``position`` is known.

        Raises MediaUnavailable when the ports are taken, or the keys of an encrypted leg not known any more.
        """
        try:
            self._restore(leg_id, state, position)
        except Exception:
            self.delete(leg_id)
            raise

    def statistics(self) -> dict[str, int]:
        """Counts for people and tests."""
        legs = self._legs.values()
        for leg in legs:
            self._player.settle(leg)
        return {
            "legs": len(self._legs),
            "bridged_legs": sum(leg.peer is not None for leg in legs),
            "recordings": self._recorder.count,
            "codec_streams": self._codecs.streams,
            "ports_in_use": self._maker.ports_in_use,
            "packets_sent": sum(leg.sent_before + leg.stream.packets for leg in legs),
            "packets_received": sum(leg.received for leg in legs),
            "packets_refused": sum(leg.path.refused for leg in legs),
            "ticks": self.clock.count,
            "ticks_skipped": self.clock.skipped,
        }

    # What legs and player tell

    def on_keys(self, leg: MediaLeg, keys: str) -> None:
        """Keys were pressed."""
        for key in keys:
            self._on_event(DtmfPressed(leg.leg_id, key))

    def on_key_begun(self, leg: MediaLeg) -> None:
        """The end of a key is waited for."""
        self._being_pressed[leg.leg_id] = leg

    def on_awaited(self, leg: MediaLeg) -> None:
        """The leg that its peer waits for is heard."""
        if leg.peer is not None:
            leg.peer.playing = None
            self._route(leg.peer)

    def on_redirected(self, leg: MediaLeg) -> None:
        """Packets for the leg go elsewhere now."""
        if leg is not self._applying:
            self._route(leg)

    def on_report_due(self, leg: MediaLeg) -> None:
        """The leg's counts must be true now."""
        self._player.settle(leg)

    def on_secrets(self, leg: MediaLeg) -> None:
        """What restores the leg has changed."""
        secrets = leg.path.secrets()
        if secrets is not None:
            self._on_event(SecretsChanged(leg.leg_id, secrets))

    def on_silent(self, leg: MediaLeg) -> None:
        """Nothing has come for long."""
        self._on_event(MediaSilent(leg.leg_id))

    def on_died(self, leg: MediaLeg) -> None:
        """Nothing can come any more."""
        self._on_event(MediaDied(leg.leg_id))

    def _on_finished(self, leg: MediaLeg, playing: Playing) -> None:
        if playing in (leg.announcing, leg.playing):
            self._end(leg, playing, playing.error)
            self._route(leg)

    def _end(self, leg: MediaLeg, playing: Playing, error: str | None) -> None:
        if leg.announcing is playing:
            leg.announcing = None
        else:
            leg.playing = None
        self._on_event(PlayFinished(leg.leg_id, playing.sources, error))

    def _on_sound_made(self) -> None:
        awaiting, self._awaiting = self._awaiting, set()
        for leg in awaiting:
            self._route(leg)

    def _on_recorded(self, event: RecordingEnded) -> None:
        leg = self._legs.get(event.leg_id)
        if leg is not None and leg.recording is not None and leg.recording.path == event.path:
            leg.record(None)
        self._on_event(event)

    # How it is done

    def _end_recording(self, leg_id: str, why: WhyEnded) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.recording is not None:
            recording = leg.recording
            leg.record(None)
            self._recorder.end(recording, why)

    def _record_again(self, leg: MediaLeg, wanted: RecordState | None) -> None:
        """Go on with a recording, in its file; one that is as it was is left alone."""
        if wanted is None:
            self.stop_recording(leg.leg_id)
        elif leg.recording is None or leg.recording.path != wanted.path:
            self.record(leg.leg_id, wanted)

    def _leg(self, leg_id: str) -> MediaLeg:
        try:
            return self._legs[leg_id]
        except KeyError:
            raise MediaUnavailable(f"there is no leg {leg_id}") from None

    def _answer(self, leg: MediaLeg, sdp_offer: str) -> None:
        """Raises SdpError; the leg is then as it was before."""
        text, agreed = answer(sdp_offer, leg.local)
        if leg.local.security is not None and is_restart(leg.agreed, agreed):
            # RFC 8839 section 4.4.1.1.1: a peer that begins ICE anew must see that we do, too.
            leg.local = replace(leg.local, security=with_new_credentials(leg.local.security))
            text, agreed = answer(sdp_offer, leg.local)
        if leg.sdp and text != leg.sdp:
            leg.local = leg.local.revised()
            text, agreed = answer(sdp_offer, leg.local)
        leg.sdp = text
        self._apply(leg, agreed)

    def _make(self, leg_id: str, encryption: Encryption, *, is_secure: bool) -> MediaLeg:
        return self._install(self._maker.make(leg_id, self, encryption, is_secure=is_secure))

    def _install(self, leg: MediaLeg) -> MediaLeg:
        self._legs[leg.leg_id] = self._turn_of(leg.local.port)[leg.leg_id] = leg
        self.clock.go()
        return leg

    def _restore(self, leg_id: str, state: MediaLegState, position: StreamPosition | None) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.local.port != state.port:
            self.delete(leg_id)
            leg = None
        if leg is None:
            leg = self._install(self._maker.make_again(leg_id, self, state))
            if position is not None:
                leg.stream = OutgoingStream.resumed(position, self.clock.samples)
            self._agree_again(leg, state)
            leg.path.resume(state.secrets if state.agreed is not None else None)
        else:
            self._agree_again(leg, state)
        self._hear_again(leg, state)
        self._record_again(leg, state.record)

    def _agree_again(self, leg: MediaLeg, state: MediaLegState) -> None:
        is_same = leg.sdp == state.sdp
        leg.local = replace(leg.local, session_id=state.session_id, version=state.version)
        leg.sdp = state.sdp
        if state.agreed is not None:
            agreed = Agreed.from_dict(state.agreed)
            if not is_same or agreed != leg.agreed:
                self._apply(leg, agreed)

    def _hear_again(self, leg: MediaLeg, state: MediaLegState) -> None:
        other = self._legs.get(state.bridge) if state.bridge is not None else None
        is_bridged = leg.peer is other
        wanted = state.play
        if wanted is not None and wanted.until_heard and is_bridged and leg.peer and leg.playing is None:
            wanted = None  # the speaker was heard meanwhile
        playing = resumed(leg.playing, wanted)
        announcing = resumed(leg.announcing, state.announcement)
        if not is_bridged and leg.peer is not None:
            self.unbridge(leg.leg_id)
        is_playing_that = (playing, announcing) == (leg.playing, leg.announcing)
        leg.playing, leg.announcing = playing, announcing
        if other is not None and not is_bridged:
            self._connect(leg, other)
        elif not is_playing_that:
            self._route(leg)

    def _turn_of(self, port: int) -> dict[str, MediaLeg]:
        return self._turns[port // 2 % TICKS_PER_SECOND]

    def _apply(self, leg: MediaLeg, agreed: Agreed) -> None:
        ours, theirs = leg.local.security, agreed.security
        if ours is not None and theirs is not None:
            lasting = replace(ours, mid=theirs.mid or ours.mid, role=theirs.role)
            leg.local = replace(leg.local, security=lasting)
        if leg.local.crypto is not None and agreed.crypto is not None:
            lasting_crypto = replace(leg.local.crypto, agreed_profile=agreed.crypto.profile)
            leg.local = replace(leg.local, crypto=lasting_crypto)
        self._applying = leg
        try:
            leg.apply(agreed)
        finally:
            self._applying = None
        self._route(leg)
        if leg.peer is not None:
            self._route(leg.peer)

    def _connect(self, a: MediaLeg, b: MediaLeg) -> None:
        for leg, other in ((a, b), (b, a)):
            if leg.peer is not None and leg.peer is not other:
                self.unbridge(leg.leg_id)
        a.peer, b.peer = b, a
        self._route(a)
        self._route(b)

    def _part(self, leg: MediaLeg) -> None:
        """Take the bridge away from a leg that has one; the other one hears something else already."""
        other, leg.peer = leg.peer, None
        leg.forward(None)
        if other is not None and other is not leg:
            other.peer = None
            other.forward(None)
            self._route(other)

    def _route(self, leg: MediaLeg) -> None:
        """Decide what a leg hears: what is played to it, else its bridge, else silence."""
        relay: Relay | ChangingRelay | None = None
        if leg.agreed is None or not leg.may_be_sent_to or leg.is_pressing:
            self._player.leave(leg)
        elif not self._play(leg, leg.agreed.codec):
            if leg.peer is not None and leg.peer.may_be_heard:
                self._player.leave(leg)
                relay = self._relay(leg.peer, leg, leg.agreed)
            else:
                self._player.silence(leg, leg.agreed.codec)
        if leg.peer is not None:
            is_awaited = leg.playing is not None and leg.playing.until_heard
            leg.peer.forward(relay, is_awaited=is_awaited)

    def _play(self, leg: MediaLeg, law: str) -> bool:
        """Play what is wanted; False when nothing is, or it cannot be."""
        for playing, below in ((leg.announcing, leg.playing), (leg.playing, None)):
            if playing is None:
                continue
            try:
                self._player.play(leg, playing, law, below)
            except SoundPending:
                self._player.silence(leg, law)
                self._awaiting.add(leg)
                return True
            except SoundMissing as error:
                self._end(leg, playing, str(error))
            else:
                return True
        return False

    def _relay(self, speaker: MediaLeg, listener: MediaLeg, to: Agreed) -> Relay | ChangingRelay:
        source = speaker.agreed.codec if speaker.agreed is not None else to.codec
        if needs_change(source, to.codec):
            return ChangingRelay(
                speaker.spoken, source, to, listener.stream, listener.send, self.clock, self._codecs
            )
        return Relay(speaker.spoken, to, listener.stream, listener.send, self.clock)


def _offer(leg: MediaLeg, prefer: Agreed | None, *, is_narrow: bool) -> str:
    return offer(replace(leg.local, codecs=_narrow(leg)) if is_narrow else leg.local, prefer)


def _narrow(leg: MediaLeg) -> tuple[Codec, ...]:
    """G.711, and behind it what is spoken where the peer may have nothing else: who has answered has said one
    codec, and might take an offer without it for the end of all audio."""
    if leg.local.needs_g711 or leg.agreed is None:
        return G711
    return (*G711, leg.agreed.codec)
