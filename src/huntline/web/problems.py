"""Refusals as ``application/problem+json`` (RFC 9457), with the field, the value and what would be right."""

from __future__ import annotations

import errno
import logging
import math
from collections.abc import Sequence
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as AnyHTTPException

from huntline.control.messages import ServerDoesNotAnswer, ServerNotRunning
from huntline.directory.problems import Problem
from huntline.errors import ConfigurationError, Refused
from huntline.languages.translation import about, joined
from huntline.organization_file.validation import problem_of
from huntline.storage.elsewhere import OrganizationElsewhere
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.settings import SettingsRefused
from huntline.web.attempts import TooManyAttempts
from huntline.web.language import Sentence, said, spoken
from huntline.web.paths import loggable

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)


class FieldProblem(BaseModel):
    """One thing that is wrong: ``allowed`` says what would be right."""

    field: str
    value: Any = None
    allowed: Sentence


class ProblemDetails(BaseModel):
    """Why a request was refused; nothing has changed. ``error`` is a stable word for programs.

    ``field``, ``value`` and ``allowed`` are those of the first of ``errors``.
    """

    type: str
    title: Sentence
    status: int
    detail: Sentence
    error: str
    field: str | None = None
    value: Any = None
    allowed: Sentence | None = None
    errors: list[FieldProblem] = []


_DESCRIBED = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused; nothing has changed", "content": _DESCRIBED},
    "500": {"description": "The server failed; its log says more under `error_id`", "content": _DESCRIBED},
    "503": {
        "description": "The signalling process, the database or the disk does not answer, or too much is"
        " asked at a time",
        "content": _DESCRIBED,
    },
}
"""What every route may answer besides. Were the model named, each route would make three of its own."""

DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""The system's errors when a disk takes nothing more."""

_ERROR_NAMES = {
    400: "invalid",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    503: "too-busy",
}
_LONGEST_VALUE = 200  # characters
_LARGEST_INTEGER = 2**63


class FieldsRefused(Refused):
    """Something about single fields is wrong; ``problems`` holds all of it."""

    error_id = "invalid"
    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


class RefusedUnread(HTTPException):
    """A refusal before a body is read: of a kind that FastAPI lets through while it reads one."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.status, str(refusal))
        self.refusal = refusal


def install(app: FastAPI) -> None:
    """Make the application answer every refusal as a problem, and say so in its description."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = described()
        components = description["components"]
        components["schemas"] = _schemas() | components["schemas"]
        return description

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI wants it extended
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(AnyHTTPException, _http_error)
    app.add_exception_handler(ConfigurationError, _misconfigured)
    app.add_exception_handler(ServerNotRunning, _unavailable)
    app.add_exception_handler(ServerDoesNotAnswer, _unavailable)
    app.add_exception_handler(OperationalError, _database_unavailable)
    app.add_exception_handler(DatabaseUnavailable, _database_unavailable)
    app.add_exception_handler(OSError, _disk_unavailable)


def _schemas() -> dict[str, Any]:
    """The forms that ``RESPONSES`` refer to, by name."""
    schema = ProblemDetails.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    parts: dict[str, Any] = schema.pop("$defs")
    return parts | {ProblemDetails.__name__: schema}


def problem_response(
    status: int,
    error: str,
    detail: str,
    problems: Sequence[Problem] = (),
    headers: dict[str, str] | None = None,
    extensions: dict[str, Any] | None = None,
) -> JSONResponse:
    """A refusal as it goes over the wire; ``extensions`` are members besides the common ones."""
    content = problem_content(status, error, detail, problems) | (extensions or {})
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def problem_content(status: int, error: str, detail: str, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    """The members that every refusal has, for JSON."""
    errors = [field_problem(problem) for problem in problems]
    first = dict(errors[0]) if errors else {}
    details = ProblemDetails(
        type=f"urn:huntline:{error}",
        title=error.replace("-", " ").capitalize(),
        status=status,
        detail=_writable(detail),
        error=error,
        errors=errors,
        **first,
    )
    return details.model_dump()


def field_problem(problem: Problem) -> FieldProblem:
    """One thing that is wrong, as it goes over the wire."""
    return FieldProblem(field=_writable(problem.field), value=_plain(problem.value), allowed=problem.message)


def _plain(value: object) -> object:
    """A value as JSON can carry it back; what is long is cut."""
    match value:
        case None | bool():
            return value
        case int() if abs(value) < _LARGEST_INTEGER:
            return value
        case float() if math.isfinite(value):
            return value
        case int():
            return "a huge number"
        case _:
            return _writable(str(value)[:_LONGEST_VALUE])


def _writable(text: str) -> str:
    """Text without lone surrogates, which JSON may bring in but UTF-8 cannot carry out."""
    return text.encode("utf-8", "replace").decode()


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return refused_response(error)


def refused_response(error: Refused) -> JSONResponse:
    """A refusal as it goes over the wire."""
    problems = error.problems if isinstance(error, SettingsRefused | FieldsRefused) else ()
    extensions = {"pages": error.pages} if isinstance(error, OrganizationElsewhere) else None
    return problem_response(
        *(error.status, error.error_id, _detail(error, problems), problems, _headers(error)), extensions
    )


def _detail(error: Refused, problems: Sequence[Problem]) -> str:
    """The message; one that is made of several problems is no sentence, but several."""
    if not problems or spoken() == "en":
        return str(error)
    language = spoken()
    lines = (about(problem.field, said(problem.message), language) for problem in problems)
    return joined(lines, language)


def _headers(error: Refused) -> dict[str, str]:
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    field = getattr(request.scope.get("route"), "body_field", None)
    form = field.field_info.annotation if field is not None else BaseModel
    problems = []
    for each in error.errors():
        # FastAPI puts where a value came from (body, query, path) in front.
        where, *path = each["loc"]
        if each["type"] == "json_invalid":
            path = []
        problems.append(problem_of(cast(ErrorDetails, {**each, "loc": tuple(path) or (where,)}), form))
    return refused_response(FieldsRefused(problems))


def fault_response(error_id: str) -> JSONResponse:
    """What nobody expected, as it goes over the wire: its log line has the same id."""
    detail = f"the server failed; its log says more under the id {error_id}"
    return problem_response(500, "internal-error", detail, extensions={"error_id": error_id})


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    if isinstance(error, RefusedUnread):
        return refused_response(error.refusal)
    name = _ERROR_NAMES.get(error.status_code, "refused")
    headers = dict(error.headers) if error.headers else None
    return problem_response(error.status_code, name, str(error.detail), headers=headers)


def _misconfigured(request: Request, error: Exception) -> JSONResponse:
    return problem_response(422, "invalid", str(error))


def _unavailable(request: Request, error: Exception) -> JSONResponse:
    _log.warning("the signalling process cannot be asked", extra={"reason": str(error)})
    return problem_response(503, "server-unavailable", str(error))


def _database_unavailable(request: Request, error: Exception) -> JSONResponse:
    """The database is locked for too long, gone, read-only or has no room. Where it is, and who asks it, is
    for the log, and for a command that runs the application in its own process."""
    if isinstance(error, DatabaseUnavailable) and request.app.state.backstage.trusted is not None:
        return refused_response(error)
    reason = getattr(error, "orig", None) or error
    _log.error(
        "the database cannot be used", extra={"reason": str(reason), "path": loggable(request.url.path)}
    )
    detail = "the database cannot be used now; nothing has changed. GET /healthz says what is wrong"
    return problem_response(503, "database-unavailable", detail, headers={"Retry-After": "5"})


def _disk_unavailable(request: Request, error: Exception) -> JSONResponse:
    """The disk is full or read-only; any other error of the system was not expected."""
    assert isinstance(error, OSError)
    if error.errno not in DISK_ERRORS:
        raise error
    _log.error("the disk cannot be written", extra={"reason": str(error), "path": loggable(request.url.path)})
    detail = "the server's disk cannot be written; nothing has changed. GET /healthz says what is wrong"
    return problem_response(503, "disk-unavailable", detail, headers={"Retry-After": "5"})
