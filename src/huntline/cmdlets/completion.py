"""What could come next at the prompt: cmdlets, parameters, words, variables, and names of things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from huntline.cli.api_client import Api
from huntline.cmdlets.parameters import Parameter, find_parameter
from huntline.cmdlets.session import Cmdlet, CmdletSession
from huntline.cmdlets.values import CmdletRefused
from huntline.errors import HuntlineError

_TOKEN = re.compile(r"""\"[^\"]*\"?|'[^']*'?|[^\s,]+|,""")
_BEGINNING = re.compile(r"[|;\n({=]")
_CONTINUED = re.compile(r"`\r?\n")
_PLAIN = re.compile(r"[A-Za-z0-9_.:+@*-]+")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to put in the place of the last ``replaces`` characters, and what it is."""

    text: str
    replaces: int
    about: str = ""


def suggestions(before: str, session: CmdletSession) -> Iterator[Suggestion]:
    """What could stand at the end of an unfinished script."""
    command = _CONTINUED.sub(" ", before)
    command = command[_last_beginning(command) :]
    tokens = _TOKEN.findall(command)
    word = tokens.pop() if tokens and not command[-1].isspace() and tokens[-1] != "," else ""
    for text, about in _candidates(tokens, word, session):
        if text.casefold().strip("\"'").startswith(word.casefold().strip("\"'")):
            yield Suggestion(text, len(word), about)


def _last_beginning(text: str) -> int:
    """Where the last command begins: signs in quotes begin none."""
    hidden = re.sub(r"\"[^\"]*\"?|'[^']*'?", lambda quoted: "_" * len(quoted[0]), text)
    return max((found.end() for found in _BEGINNING.finditer(hidden)), default=0)


def _candidates(tokens: list[str], word: str, session: CmdletSession) -> Iterable[tuple[str, str]]:
    if word.startswith("$"):
        return [(f"${name}", "") for name in ("true", "false", "null", *session.names)]
    if not tokens:
        return [(cmdlet.name, cmdlet.synopsis) for cmdlet in session.cmdlets]
    cmdlet = session.cmdlet(tokens[0])
    if cmdlet is None:
        return []
    if word.startswith("-"):
        return [(f"-{each.name}", each.help) for each in cmdlet.parameters if not each.is_ignored]
    parameter = _parameter_at_the_end(tokens, cmdlet)
    return [] if parameter is None else _values(parameter, session)


def _parameter_at_the_end(tokens: list[str], cmdlet: Cmdlet) -> Parameter | None:
    """What a value typed now belongs to."""
    place = len(tokens) - 1
    while place > 1 and tokens[place] == ",":
        place -= 2
    if place > 0 and tokens[place].startswith("-"):
        try:
            found = find_parameter(tokens[place].removeprefix("-").removesuffix(":"), cmdlet.parameters)
        except CmdletRefused:
            return None
        return None if found.is_switch else found
    return next((each for each in cmdlet.parameters if each.position == place == 0), None)


def _values(parameter: Parameter, session: CmdletSession) -> Iterable[tuple[str, str]]:
    if parameter.kind.words:
        return [(word, "") for word in parameter.kind.words]
    if parameter.names == "cmdlets":
        return [(cmdlet.name, cmdlet.synopsis) for cmdlet in session.cmdlets]
    known = _NAMES.get(parameter.names)
    if known is None:
        return []
    try:
        return [(_quoted(name), about) for name, about in known(session.api)]
    except HuntlineError:
        # Completion helps where it can; what is wrong is said when the command runs.
        return []


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def _service_numbers(api: Api) -> list[str]:
    return [item["number"] for item in _page(api, "/numbers") if item["kind"] != "user"]


def _page(api: Api, path: str) -> list[dict[str, str]]:
    return list(api.get(path, limit=_MOST)["items"])


_NAMES: dict[str, Callable[[Api], list[tuple[str, str]]]] = {
    "policies": lambda api: [(each["name"], "") for each in _page(api, "/caller-id-policies")],
    "users": lambda api: [(each["upn"], each["display_name"]) for each in _page(api, "/users")],
    "groups": lambda api: [(each["name"], each["kind"]) for each in _page(api, "/groups")],
    "primary_uris": lambda api: [(each["primary_uri"], each["name"]) for each in _page(api, "/queues")],
    "line_uris": lambda api: [(f"tel:{number}", "") for number in _service_numbers(api)],
    "service_numbers": lambda api: [(number.removeprefix("+"), "") for number in _service_numbers(api)],
    "domains": lambda api: [(domain, "") for domain in api.get("/organization")["domains"]],
}
"""How to ask the API for the names that complete a parameter, each with what it is."""
