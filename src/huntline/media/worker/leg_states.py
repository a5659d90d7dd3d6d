"""Legs as records and back: what is needed to make one again, and what is different in it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from huntline.directory.encryption import Encryption
from huntline.media.interface import NotAcceptable
from huntline.media.worker.leg import MediaLeg
from huntline.media.worker.media_clock import SAMPLES_PER_TICK, TICK
from huntline.media.worker.playing import Playing
from huntline.media.worker.wire import MediaLegState, PlayState
from huntline.sdp import Agreed, EncryptionMismatch, SdpError


def state_of(leg: MediaLeg) -> MediaLegState:
    """What is needed to restore the leg, but for what it hears: that is known to whoever asked for it."""
    return MediaLegState(
        port=leg.local.port,
        session_id=leg.local.session_id,
        version=leg.local.version,
        sdp=leg.sdp,
        agreed=leg.agreed.to_dict() if leg.agreed else None,
        secrets=leg.path.secrets(),
        encryption=_encryption_of(leg),
    )


def _encryption_of(leg: MediaLeg) -> Encryption:
    if leg.local.crypto is None:
        return Encryption.NEVER
    return Encryption.REQUIRED if leg.local.crypto.is_required else Encryption.OFFERED


def is_restart(known: Agreed | None, agreed: Agreed) -> bool:
    """Whether a peer that was known has other ICE credentials now."""
    before, now = known.security if known else None, agreed.security
    return before is not None and now is not None and before.ufrag != now.ufrag


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Descriptions that cannot be used are not acceptable."""
    try:
        yield
    except SdpError as error:
        is_by_encryption = isinstance(error, EncryptionMismatch)
        raise NotAcceptable(str(error), error.sip_status, is_by_encryption=is_by_encryption) from error


def resumed(current: Playing | None, wanted: PlayState | None) -> Playing | None:
    """What a restored leg plays: the same thing goes on, another one where it would be by now."""
    if wanted is None:
        return None
    if current is not None and (current.sources, current.loop) == (wanted.sources, wanted.loop):
        return current
    ticks = max(0, int((time.monotonic() - wanted.started_at) / TICK))
    return Playing(wanted.sources, wanted.loop, ticks * SAMPLES_PER_TICK, wanted.until_heard)
