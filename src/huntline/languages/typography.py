"""How French sets its marks: with spaces that no line breaks at, and with its own apostrophe."""

from __future__ import annotations

import re

_BEFORE_MARKS = re.compile(r" (?=[:;?!»])")
_BEFORE_UNITS = re.compile(r"(?<=[0-9}]) (?=%|(?:s|Mo|Hz|dBFS)(?![\w'’]))")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=[\w{«])")


def typeset(text: str) -> str:
    """A French sentence, or a template of one, with the spaces beside marks and before units unbroken, and
    with the apostrophe that is not a straight line."""
    text = _APOSTROPHE.sub("’", text)
    text = _BEFORE_MARKS.sub("\u00a0", text).replace("« ", "«\u00a0")
    return _BEFORE_UNITS.sub("\u00a0", text)
