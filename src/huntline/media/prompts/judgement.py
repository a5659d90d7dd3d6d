"""What callers will mind about a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from huntline.media.prompts.encode import EncodedPrompt

_SILENT_DBFS = -60.0
_QUIET_DBFS = -35.0
_CLIPPED_SHARE = 0.002
_SHORT_S = 0.5
_LONG_GREETING_S = 60.0


def warnings_about(prompt: EncodedPrompt) -> Iterator[str]:
    """In words for whoever uploads it; none of it is a reason to refuse."""
    if prompt.peak_dbfs <= _SILENT_DBFS:
        yield "is silent: callers hear nothing"
    elif prompt.rms_dbfs <= _QUIET_DBFS:
        yield f"is very quiet ({prompt.rms_dbfs:.0f} dBFS): callers may not hear it; -20 dBFS is a good level"
    if prompt.clipped_share >= _CLIPPED_SHARE:
        share = max(round(prompt.clipped_share * 100), 1)
        yield f"is clipped in {share} % of its length: it sounds distorted; record it at a lower level"
    if prompt.duration_s < _SHORT_S:
        yield f"is very short ({prompt.duration_s:.2f} s)"
    if prompt.duration_s > _LONG_GREETING_S:
        yield f"lasts {prompt.duration_s:.0f} s: long for a greeting, good for music on hold"
