"""Sentences of ours in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from huntline.languages.catalogue import Catalogue
from huntline.languages.french import FRENCH

Language = Literal["en", "fr"]

_CATALOGUES: Mapping[Language, Catalogue] = {"fr": FRENCH}
"""Of all languages but English, in which everything is said at first."""


def in_language(text: str, language: Language) -> str:
    """An English sentence of ours in a language; what is none of ours, or is so already, stays as it is."""
    catalogue = _CATALOGUES.get(language)
    return text if catalogue is None else catalogue.find(text) or text


def joined(sentences: Iterable[str], language: Language) -> str:
    """Sentences that are in a language already, as one."""
    catalogue = _CATALOGUES.get(language)
    return "; ".join(sentences) if catalogue is None else catalogue.joined(sentences)


def about(name: str, sentence: str, language: Language) -> str:
    """A sentence that is in a language already, with what it is about in front."""
    catalogue = _CATALOGUES.get(language)
    return f"{name}: {sentence}" if catalogue is None else catalogue.about(name, sentence)
