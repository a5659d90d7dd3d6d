"""A last look at what goes to a terminal: whatever a stranger could set must not steer it."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from huntline.clean_text import printed


class Guard(RenderHook):
    """Lets a console print what people can see, and its own colours."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Guarded(each) for each in renderables]


class _Guarded:
    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._inner, options):
            yield Segment(printed(segment.text), segment.style, segment.control)
