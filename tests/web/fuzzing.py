"""Random requests by the API's own description, mostly about things that are there, and their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

load_all_checks()
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
Send = Callable[[AnyCase], Response]

SEEDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/users", {"upn": "amal@contoso.com", "licences": ["E5"], "voice_enabled": True}),
    ("/users", {"upn": "bao@contoso.com", "licences": ["E5"], "voice_enabled": True}),
    ("/groups", {"name": "First line", "kind": "security-group", "members": ["amal@contoso.com"]}),
    ("/numbers", {"number": "+14255550100", "kind": "service-toll"}),
    ("/trunks", {"name": "provider", "addresses": ["192.0.2.1"]}),
    (
        "/queues",
        {
            "name": "Help Desk",
            "agents": ["bao@contoso.com"],
            "groups": ["First line"],
            "line_uri": "tel:+14255550100",
        },
    ),
    ("/attendants", {"name": "Reception", "operator": "Help Desk"}),
    ("/accounts", {"name": "auditor", "role": "auditor"}),
)
"""What is in the organization: a path and a body each."""

_KNOWN = {
    "/users": "amal@contoso.com",
    "/agents": "amal@contoso.com",
    "/groups": "First line",
    "/numbers": "+14255550100",
    "/trunks": "provider",
    "/queues": "Help Desk",
    "/attendants": "Reception",
    "/holiday-calendars": "FR",
    "/accounts": "auditor",
    "/caller-id-policies": "Global",
    "/domains": "contoso.com",
    "/licences": "E5",
}


def operations_of(schema: BaseSchema) -> Iterator[Operation]:
    """All that can be asked and has an end: streams of events have none."""
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if not operation.path.endswith("/events"):
            yield operation


def fuzz(operation: Operation, send: Send, *, examples: int, seed_number: int) -> Counter[int]:
    """Send requests that fit the description and as many that do not; how often which status came.

    Fails at the first answer that the description does not allow.
    """
    statuses: Counter[int] = Counter()
    for mode in _modes(operation):

        @seed(seed_number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), chance=st.integers(0, 9))
        def check(case: AnyCase, chance: int) -> None:
            _aim(case, chance)
            response = send(case)
            statuses[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        check()
    return statuses


def _modes(operation: Operation) -> list[GenerationMode]:
    """Nothing that is sent can be wrong where nothing is taken, not even a sign of who asks."""
    is_given_anything = operation.body or list(operation.iter_parameters())
    return list(GenerationMode) if is_given_anything else [GenerationMode.POSITIVE]


def _aim(case: AnyCase, chance: int) -> None:
    """Mostly at what is there: a random name leads nowhere."""
    if chance > 0 and case.query:
        case.query.pop("organization", None)
    if chance > 2 and case.path_parameters:
        for part, name in _KNOWN.items():
            if f"{part}/{{" in case.operation.path:
                first = next(iter(case.path_parameters))
                case.path_parameters[first] = name
