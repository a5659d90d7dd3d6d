"""Our side of an audio description."""

from __future__ import annotations

from huntline.directory.encryption import Encryption
from huntline.media.interface import Media


async def our_description(
    media: Media, media_id: str, offered: str | None, encryption: Encryption = Encryption.NEVER
) -> str:
    """Our answer to the peer's offer; our offer where the peer leaves it to us (RFC 3261 section 13.2.1).

    ``encryption`` is for a leg that this makes. Raises NotAcceptable, MediaUnavailable.
    """
    if offered is None:
        return await media.offer(media_id, encryption=encryption)
    return await media.answer(media_id, offered, encryption=encryption)
