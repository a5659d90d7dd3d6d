"""The API against its own description, as schemathesis checks it (web).

There is no signalling process here: what needs one may answer 503, as described. ``bench/api_fuzz.py`` does
the same for longer, on a running server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from schemathesis import Response

from huntline.directory.organization import Organization
from huntline.web.app import API_PATH
from tests.web.fuzzing import SEEDS, AnyCase, Operation, fuzz, operations_of
from tests.web.rig import BY, ServerRig, server_rig

DESCRIPTION = Path(__file__).resolve().parents[2] / "webui" / "openapi.json"
EXAMPLES = 3  # each, of requests that fit and of requests that do not


@dataclass
class Target:
    """A server with an organization that can be as it was again."""

    rig: ServerRig
    seeded: Organization
    operations: dict[str, Operation]

    def reset(self) -> None:
        """Undo what requests have changed."""
        self.rig.backstage.settings.change(self.rig.contoso, lambda organization: self.seeded, BY)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with server_rig(tmp_path_factory.mktemp("fuzzing")) as rig:
        api = rig.api()
        for path, body in SEEDS:
            api.post(path, body)
        schema = schemathesis.openapi.from_asgi(f"{API_PATH}/openapi.json", rig.app)
        operations = {operation.label: operation for operation in operations_of(schema)}
        yield Target(rig, rig.organization(), operations)


def labels() -> list[str]:
    """All operations that have an end, by the description that the set-up has written: to make it anew takes
    seconds, and each worker of the tests asks."""
    paths = json.loads(DESCRIPTION.read_text())["paths"]
    return [
        f"{method.upper()} {path}" for path in paths if not path.endswith("/events") for method in paths[path]
    ]


def test_every_operation_is_tried(target: Target) -> None:
    assert labels() == list(target.operations)


@pytest.mark.parametrize("label", labels())
def test_every_answer_is_as_described(target: Target, label: str) -> None:
    target.reset()
    headers = {"Authorization": f"Bearer {target.rig.key()}"}

    def send(case: AnyCase) -> Response:
        response = case.call(headers=headers)
        assert response.status_code < 500 or response.status_code == 503
        return response

    assert fuzz(target.operations[label], send, examples=EXAMPLES, seed_number=1)
