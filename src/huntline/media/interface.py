"""The media verbs, modelled on rtpengine's ng protocol: what signalling may ask of any media driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from huntline.directory.encryption import Encryption
from huntline.errors import ConfigurationError, PeerError
from huntline.plain import frozen


class NotAcceptable(PeerError):
    """The session description has no audio we can speak (488) or cannot be read (400).

    ``is_by_encryption``: it is, or is not, encrypted, where the other thing is wanted.
    """

    def __init__(self, message: str, sip_status: int = 488, *, is_by_encryption: bool = False) -> None:
        super().__init__(message)
        self.sip_status, self.is_by_encryption = sip_status, is_by_encryption


class MediaUnavailable(PeerError):
    """No port is free, or the media process is away: the call can be tried again (503)."""

    sip_status = 503


class PortTaken(MediaUnavailable):
    """A leg's own port is another's at the moment."""


@frozen
class PlayFinished:
    """What does not loop was played to its end. ``error`` says what could not be read of it and was left out,
    or why none of it was heard. Told only of what the leg was asked to play last."""

    leg_id: str
    sources: tuple[str, ...]
    error: str | None = None


@frozen
class DtmfPressed:
    """A telephone-event (RFC 4733) arrived whole: one event a key press."""

    leg_id: str
    digit: str


@frozen
class MediaSilent:
    """Nothing (RTP or RTCP) has come for the silence time from a leg that has sent before and still may.

    That proves nothing: the right to send is no duty (RFC 3264 section 5.1). Ask the peer by signalling; it
    is told again after each such time. Never for a leg that is on hold or has not sent yet.
    """

    leg_id: str


@frozen
class MediaDied:
    """A browser no longer consents to be sent to, or its encryption failed or was closed."""

    leg_id: str


@frozen
class MediaLegLost:
    """The media process could not restore this leg after a restart. ``is_renewable``: see ``Media.renew``."""

    leg_id: str
    is_renewable: bool = False


WhyEnded = Literal["stopped", "silence", "limit", "disk", "deleted"]
"""Why a recording ended: as asked for, by silence, at its longest, because the disk took no more, or with its
leg."""


@frozen
class RecordingEnded:
    """A recording is whole: its file has all that was heard, as far as the disk took it.

    It is told once for each, also where the leg is gone already.
    """

    leg_id: str
    path: str
    seconds: float
    why: WhyEnded


MediaEvent = RecordingEnded | PlayFinished | DtmfPressed | MediaSilent | MediaDied | MediaLegLost


class Speaking(Protocol):
    """Makes prompts of sentences, each once; ``language`` is one of ``languages.speaking.SPOKEN_LANGUAGES``.

    Numbers, times and the like may stand in a sentence as people write them.
    """

    def known(self, text: str, language: str) -> str | None:
        """The prompt that says the text, where it has been spoken before; at once."""
        ...

    async def source(self, text: str, language: str) -> str:
        """The prompt that says the text, as ``Media.play`` takes it. Raises SpeechUnavailable."""
        ...


class SpeechUnavailable(ConfigurationError):
    """The text cannot be spoken: the message says why, and what would help."""


class Media(Protocol):
    """A media driver. Verbs that return nothing are sent and forgotten; what goes wrong comes as an event.

    A leg is that of a phone or a trunk, plain or with keys in its descriptions (SDES), or a secure one, as
    browsers have them (ICE, DTLS-SRTP): it keeps its kind. Whether it is encrypted by SDES follows from its
    ``encryption``, which is told with the verb that makes it, and from each exchange of descriptions anew.

    A leg is one party's RTP: one local port pair, one remote address. A leg that is connected to nothing
    and plays nothing sends silence, so that NAT bindings stay open. ``source`` names an encoded prompt
    (see ``media/prompts``): the path of the audio without its codec's suffix.
    """

    async def answer(self, leg_id: str, sdp_offer: str, *, encryption: Encryption = Encryption.NEVER) -> str:
        """Create the leg (or change it, when it exists) by the peer's offer; returns our SDP answer.

        The kind of a new leg follows the offer's profile. With a browser the audio path is made afterwards.
        Raises NotAcceptable, MediaUnavailable.
        """
        ...

    async def offer(
        self,
        leg_id: str,
        like: str | None = None,
        *,
        is_secure: bool = False,
        encryption: Encryption = Encryption.NEVER,
    ) -> str:
        """Create the leg (or re-offer it, when it exists); returns our SDP offer.

        ``like`` names a leg whose agreed codec and event payload numbers are to be preferred. A new leg is
        a browser's with ``is_secure``; its offer may go to many browsers, of whom only the one whose answer
        is accepted can connect. Raises MediaUnavailable.
        """
        ...

    async def renew(self, leg_id: str) -> str:
        """Make a browser's leg again that was lost with its keys, for the same session; returns our offer.

        Once, after ``MediaLegLost`` has said so; what is not renewed is to be deleted. It is connected with
        nothing, and plays nothing. Raises MediaUnavailable.
        """
        ...

    async def accept(self, leg_id: str, sdp_answer: str, *, bridge: str | None = None) -> None:
        """Apply the peer's answer to our offer; then connect it with the leg ``bridge``, as ``bridge`` does.

        Where it fails, or the leg is deleted meanwhile, what that other leg heard may be over all the same.

        With a browser it returns once the audio path is made and the certificate was found to be that of the
        answer; this may take up to 8 s. Raises NotAcceptable, MediaUnavailable.
        """
        ...

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        """Play prompts to the leg, one after the other without a gap, in place of all else.

        Without loop their end comes as PlayFinished, once; not where ``play``, ``stop`` or ``bridge`` cut it.
        """
        ...

    def announce(self, leg_id: str, sources: Sequence[str]) -> None:
        """Play prompts over the music that the leg hears, which goes on below, 15 dB softer, and afterwards
        is what it would be by then; their end comes as PlayFinished. What cuts the music cuts them, too.

        Only music, or silence, is spoken over: where the leg is bridged, or prompts are played to it,
        PlayFinished comes at once, with an error.
        """
        ...

    def stop(self, leg_id: str) -> None:
        """Stop playing: silence, or the leg it is bridged with."""
        ...

    def record(self, leg_id: str, path: str, *, most_s: float, silence_s: float) -> None:
        """Record what the party says, as G.711 in WAV, until it is ``most_s`` seconds long or silence lasts.

        What is lost is silence of its length, and keys are not part of it. The file can be read at any
        moment, and has all but the last second. A file that is there already is gone on with. A leg has one
        recording at a time; RecordingEnded tells of its end, also when the leg is deleted.
        """
        ...

    def stop_recording(self, leg_id: str) -> None:
        """End the leg's recording, if there is one."""
        ...

    def takes_keys(self, leg_id: str) -> bool:
        """Whether telephone-events were agreed with the peer, so that it takes them and may send them."""
        ...

    def to_narrow(self, leg_a: str, leg_b: str) -> list[str]:
        """Which of two legs are to be offered G.711 (``offer_narrow``), so that neither has to be changed
        into the other's codec: none where they speak the same, or the peer has no G.711."""
        ...

    async def offer_narrow(self, leg_id: str, like: str) -> str:
        """Re-offer a leg with G.711 alone, first in the law of ``like``. Raises MediaUnavailable."""
        ...

    def press(self, leg_id: str, key: str) -> None:
        """Let the peer hear a key (0-9, *, #, A-D) as a telephone-event, in place of its audio for a moment.

        Nothing happens where it takes none, or may not be sent to.
        """
        ...

    def bridge(self, leg_a: str, leg_b: str) -> None:
        """Relay both ways; ends any playing and any earlier bridge on both. Bridged with itself, a leg hears
        itself."""
        ...

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        """Relay both ways; but until audio comes from the speaker, the listener hears ``meanwhile``, once."""
        ...

    def unbridge(self, leg_id: str) -> None:
        """End the leg's bridge; both go on with silence."""
        ...

    def relatch(self, leg_id: str) -> None:
        """Forget where RTP came from and learn it anew from the next packet (after a forked answer, say).

        A secure leg has nothing to forget: it hears only the browser whose answer was accepted last.
        """
        ...

    def delete(self, leg_id: str) -> None:
        """Give the leg and its ports back. Unknown legs are ignored."""
        ...
