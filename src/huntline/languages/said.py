"""What the server says to callers by itself, in the language of whoever speaks for it."""

from __future__ import annotations

from huntline.languages.translation import Language, in_language

_GOODBYE = "We are sorry: nobody can take your call at the moment. Please call again later. Goodbye."


def goodbye(language: str) -> str:
    """What callers hear who have been answered and are hung up on."""
    return in_language(_GOODBYE, _known(language))


def _known(language: str) -> Language:
    return "fr" if language == "fr" else "en"
