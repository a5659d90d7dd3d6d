"""Prompting: what is played to callers who talk to nobody, and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from huntline.calls.model import Call
from huntline.media.interface import Media


class Prompting:
    """All methods return at once. The end of a prompt is told to the owner of the call, unless something else
    was played before it, or somebody has answered."""

    def __init__(
        self, media: Media, on_change: Callable[[Call], None], on_announced: Callable[[Call], None]
    ) -> None:
        """``on_announced`` is told of the end of each announcement."""
        self._media = media
        self._on_change = on_change
        self._on_announced = on_announced

    def play(self, call: Call, sources: Sequence[str]) -> None:
        """Play prompts once, one after the other, in place of what the caller hears."""
        call.prompt, call.announcement = tuple(sources), ()
        self._media.play(call.caller.media_id, call.prompt, loop=False)
        self._on_change(call)

    def play_music(self, call: Call, source: str) -> None:
        """Play music until something else is asked for."""
        call.prompt, call.announcement, call.music = (), (), source
        self._media.play(call.caller.media_id, (source,), loop=True)
        self._on_change(call)

    def announce(self, call: Call, sources: Sequence[str]) -> None:
        """Say something over the music."""
        call.announcement = tuple(sources)
        self._media.announce(call.caller.media_id, call.announcement)
        self._on_change(call)

    def cut_announcement(self, call: Call) -> None:
        """Say nothing more of it, where something is being said: the music goes on where it is by now."""
        if call.announcement:
            self.play_music(call, call.music)

    def cut(self, call: Call) -> None:
        """Let a prompt end now, without a word of it: silence follows."""
        call.prompt = call.announcement = ()
        self._media.stop(call.caller.media_id)
        self._on_change(call)

    def finished(self, call: Call, media_id: str, sources: tuple[str, ...]) -> None:
        """Something was played to a leg to its end."""
        if media_id == call.caller.media_id and sources == call.prompt:
            call.prompt = ()
            call.owner.prompt_finished(call, sources)
        elif media_id == call.caller.media_id and sources == call.announcement:
            call.announcement = ()
            self._on_announced(call)
