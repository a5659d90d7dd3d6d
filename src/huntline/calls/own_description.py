"""Our side of an audio description."""

from __future__ import annotations

from huntline.media.interface import Media


async def our_description(media: Media, media_id: str, offered: str | None) -> str:
    """Our answer to the peer's offer; our offer where the peer leaves it to us (RFC 3261 section 13.2.1).

    Raises NotAcceptable, MediaUnavailable.
    """
    return await (media.offer(media_id) if offered is None else media.answer(media_id, offered))
