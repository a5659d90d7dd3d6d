"""The language of an answer: what ``?language=`` says, else what the browser prefers, else English.

Sentences are made in English and put into the language as the answer is written: in views by their type,
``Sentence``, elsewhere by ``said``.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Annotated, get_args

from fastapi import Query
from pydantic import PlainSerializer
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huntline.languages.translation import Language, in_language
from huntline.web.paths import API_PATH, DESCRIPTION_PATH

LANGUAGES: tuple[Language, ...] = get_args(Language)

_DEFAULT: Language = "en"
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)
_WITH_SENTENCES = ("application/json", "application/problem+json", "text/event-stream")

_language: ContextVar[Language] = ContextVar("language", default=_DEFAULT)


def spoken() -> Language:
    """The language of the answer that is being made."""
    return _language.get()


def said(text: str) -> str:
    """A sentence of ours in the language of the answer."""
    return in_language(text, spoken())


Sentence = Annotated[str, PlainSerializer(said, return_type=str)]
"""In a view: a sentence of ours, which goes out in the language of the answer."""


def language_in_query(
    language: Annotated[
        Language | None,
        Query(description="What sentences are in; else what `Accept-Language` prefers, or English."),
    ] = None,
) -> None:
    """For all routes: that there is such a parameter, and which languages there are."""


def preferred(accepted: str) -> Language:
    """The language of ours that an ``Accept-Language`` wants most (RFC 9110 section 12.5.4).

    ``fr-CA`` takes French, as RFC 4647 section 3.4 looks languages up; of equals the first counts. English
    where none is wanted.
    """
    qualities: dict[str, float] = {}
    for each in accepted.split(","):
        words = [word.strip() for word in each.split(";")]
        name = words[0].partition("-")[0].lower()
        if (quality := _quality_in(words[1:])) is not None:
            qualities[name] = max(quality, qualities.get(name, 0.0))
    for language in LANGUAGES:
        qualities.setdefault(language, qualities.get("*", 0.0))
    places = list(qualities)
    wanted = [language for language in sorted(LANGUAGES, key=places.index) if qualities[language]]
    return max(wanted, key=lambda language: qualities[language], default=_DEFAULT)


def _quality_in(parameters: list[str]) -> float | None:
    """The weight among the parameters of a range; None when it cannot be read."""
    if not parameters:
        return 1.0
    match = _QUALITY.fullmatch(parameters[0])
    return float(match[1]) if match is not None else None


class AnswersInLanguage:
    """Lets everything below the API's path be answered in the language that is asked for, and says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(API_PATH) or path == DESCRIPTION_PATH:
            await self._app(scope, receive, send)
            return
        language = _asked_for(scope)

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(_WITH_SENTENCES):
                    headers["Content-Language"] = language
                    headers.add_vary_header("Accept-Language")
            await send(message)

        before = _language.set(language)
        try:
            await self._app(scope, receive, labelled)
        finally:
            _language.reset(before)


def _asked_for(scope: Scope) -> Language:
    named = QueryParams(scope["query_string"]).get("language")
    for language in LANGUAGES:
        if named == language:
            return language
    return preferred(",".join(Headers(scope=scope).getlist("accept-language")))
