"""Checking a file's form, and going on in spite of what is wrong, so that all problems show at once."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from huntline.directory.organization import QUEUE_SOUNDS
from huntline.directory.problems import Path, Problem, did_you_mean
from huntline.organization_file.form import FORM_OF, OrganizationForm

_SECRETS = (
    "sip_password",
    "sip_digests",
    "ha1",
    "password",
    "sealed_password",
    "address_sha256",
    "current",
    "new",
)
_ROUNDS = 4  # a stand-in may be wrong in its turn once or twice; then the form alone is reported

_A_DAY = "must be a day such as 2027-07-14"
_A_MOMENT = "must be a moment with its time zone, such as 2026-11-23T08:00:00Z"
_MESSAGES = {
    "string_type": "must be text; put it in quotes",
    "string_too_long": "must be at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be settings by name, such as {{name: value}}",
    "model_attributes_type": "must be settings by name, such as {{name: value}}",
    "missing": "is missing",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "datetime_type": _A_MOMENT,
    "datetime_parsing": _A_MOMENT,
    "datetime_from_date_parsing": _A_MOMENT,
    "datetime_object_invalid": _A_MOMENT,
    "timezone_aware": _A_MOMENT,
    "date_type": _A_DAY,
    "date_parsing": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "date_from_datetime_inexact": _A_DAY,
}
"""By the type of error; braces take what it has in its context."""

_MAY_CALL = {"licences": ["E5"], "voice_enabled": True, "homed": "online"}
"""What a user with a fault is taken to have: that nobody then "lacks a licence" on top of it."""

_STAND_INS: dict[tuple[str, str], Any] = {
    ("trunks", "name"): "?",
    ("numbers", "number"): "?",
    ("numbers", "kind"): "service-toll",
    ("users", "upn"): "?",
    ("groups", "name"): "?",
    ("groups", "kind"): "distribution-list",
    ("audio", "file"): "?",
    ("queues", "name"): "?",
    ("attendants", "name"): "?",
    ("caller_id_policies", "name"): "?",
    ("queue_table", "queues"): 0,
    ("service_number_table", "phone_system_licences"): 0,
    ("service_number_table", "service_numbers"): 0,
}
"""For settings without a default."""


def validated(value: dict[str, Any]) -> tuple[OrganizationForm | None, list[Problem]]:
    """The file in its form, and what is wrong with that.

    With problems, faulty settings have been replaced by harmless ones, so that the rest can be looked at;
    complaints about the paths of the problems mean nothing then. None: too much is missing for that.
    """
    problems: list[Problem] = []
    repaired = copy.deepcopy(value)
    for _ in range(_ROUNDS):
        try:
            return OrganizationForm.model_validate(repaired), problems
        except ValidationError as error:
            found = [problem_of(each, OrganizationForm) for each in error.errors(include_url=False)]
            problems = problems or found
            is_repaired = [_repair(repaired, problem.path) for problem in found]
            if not all(is_repaired):
                break
    return None, problems


def problem_of(error: ErrorDetails, form: type[BaseModel]) -> Problem:
    """What pydantic found wrong with settings in a form, in words for people."""
    # pydantic puts the tags of unions into the path, ours are in upper case, and [key] behind a wrong name.
    *inner, last = error["loc"][:-1] if error["loc"][-1] == "[key]" else error["loc"]
    path: Path = (*(part for part in inner if not isinstance(part, str) or part.islower()), last)
    kind = error["type"]
    value: object = None if kind == "missing" else error["input"]
    message = _message(error)
    if kind == "extra_forbidden":
        value = None
        message = f"there is no such setting{did_you_mean(str(path[-1]), _known_beside(path, form))}"
    if last in _SECRETS:
        value = None
    return Problem(path, value if isinstance(value, str | int | float | None) else _shown(value), message)


def _message(error: ErrorDetails) -> str:
    words = _MESSAGES.get(error["type"])
    if words is None:
        return error["msg"].removeprefix("Value error, ")
    facts = error.get("ctx", {})
    expected = str(facts.get("expected", "")).replace("'", "").replace(" or ", ", ")
    return words.format(**{**facts, "expected": expected})


def _known_beside(path: Path, whole: type[BaseModel]) -> list[str]:
    names = [part for part in path[:-1] if isinstance(part, str)]
    form = FORM_OF.get(names[-1], whole) if names else whole
    return list(form.model_fields)


def _shown(value: object) -> str:
    return "(a list)" if isinstance(value, list) else "(settings)" if isinstance(value, dict) else str(value)


def _repair(value: dict[str, Any], path: Path) -> bool:
    """Put something harmless in the place of a fault; False when nothing sensible would be left."""
    is_part_of_item = len(path) >= 3 and isinstance(path[1], int)
    if len(path) == 1 or (len(path) == 2 and isinstance(path[1], int)):
        return False  # a whole list or a whole item is lost: everything that names it would be blamed
    if path[0] == "attendants" and len(path) > 3:
        path = path[:3]  # of a flow that is wrong somewhere, nothing is left
    if sound := next((part for part in path if part in (*QUEUE_SOUNDS, "messages")), None):
        path = path[: path.index(sound) + 1]
    holder: Any = value
    for part in path[:-1]:
        holder = holder.get(part, {}) if isinstance(holder, dict) else holder[part]
    if isinstance(holder, list):
        holder[int(path[-1])] = "E5" if path[-2] == "licences" else "?"
    elif is_part_of_item and len(path) == 3 and (stand_in := (str(path[0]), str(path[2]))) in _STAND_INS:
        holder[path[-1]] = copy.deepcopy(_STAND_INS[stand_in])
    elif path[-1] == "action":
        holder.update(action="disconnect", target=None)
    else:
        holder.pop(path[-1], None)
    if path[0] == "users":
        value["users"][path[1]].update(_MAY_CALL)
    return True
