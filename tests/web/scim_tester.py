"""``scim2-tester`` on a server with rules of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, SupportsIndex

import httpx
from scim2_client.client import BaseSyncSCIMClient
from scim2_models import Required, ScimProvider
from scim2_tester import CheckResult, Status, check_server

from huntline.web.scim.schemas import CONFIG, POLICY, PROVIDER
from tests.web.scim import VOICE, VOICE_GROUP, Wire


class CheckingClient(BaseSyncSCIMClient):
    """The client that ``scim2-tester`` checks a server with, by a wire."""

    def __init__(self, wire: Wire, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._wire = wire

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """Send a request."""
        return self._wire.request(method, url, **arguments)


class Fresh(list[str]):
    """Examples of which no two are the same, however many are taken."""

    def __init__(self, example: Callable[[int], str]) -> None:
        super().__init__([example(0)])
        self._example, self._count = example, itertools.count(1)

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        return self._example(next(self._count))


def described(domain: str) -> ScimProvider:
    """What the server publishes, with values that its rules take where the tester would make up others.

    What always has a value is called required, so that its removal is not tried.
    """
    schemas = [schema.model_copy(deep=True) for schema in PROVIDER.schemas]
    resource_types = [each.model_copy(deep=True) for each in PROVIDER.resource_types]
    for attribute in (each for schema in schemas for each in schema.attributes or []):
        if attribute.name in ("active", "voiceEnabled", "ringTime"):
            attribute.required = Required.true
    for kind in resource_types:
        for extension in kind.schema_extensions or []:
            extension.required = kind.name == "User"
    provider = ScimProvider.from_discovery(schemas, resource_types, CONFIG, POLICY)
    user: Any = provider.model_for("User")
    user.model_fields["user_name"].examples = Fresh(lambda number: f"user{number}@{domain}")
    phone_number = user.get_field_root_type("phone_numbers")
    phone_number.model_fields["value"].examples = Fresh(lambda number: f"tel:+1425555{number:04d}")
    voice: Any = provider.model_for(VOICE)
    voice.model_fields["extension"].examples = Fresh(lambda number: f"{number:06d}")
    voice.model_fields["voicemail"].examples = ["sip:mail@example.net"]
    voice.model_fields["ring_time"].examples = [30]
    voice.model_fields["also_ring"].examples = ["tel:+442071234567"]
    for name in ("forward_to", "when_busy", "when_no_answer", "when_not_reachable"):
        voice.model_fields[name].examples = ["voicemail"]
    voice_group: Any = provider.model_for(VOICE_GROUP)
    voice_group.model_fields["mail"].examples = Fresh(lambda number: f"group{number}@{domain}")
    return provider


def checked(wire: Wire, domain: str) -> list[CheckResult]:
    """What the tester has to say."""
    return check_server(CheckingClient(wire, provider=described(domain)))


def wrong(results: list[CheckResult]) -> list[CheckResult]:
    """What is not as it must or should be."""
    fine = (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)
    return [result for result in results if result.status not in fine]
