"""``/trunks``: the providers that calls come from and go to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel

from huntline.directory.organization import Organization, Trunk
from huntline.engine.reason_data import from_data
from huntline.languages.reasons import in_words
from huntline.organization_file.form import TrunkFields, TrunkForm
from huntline.organization_file.parts import trunk_dump, trunk_of
from huntline.web.access import Access, ChangeSettings, ReadSettings
from huntline.web.api.collection import Collection, NotThere, router_of
from huntline.web.backstage import Backstage
from huntline.web.language import Sentence
from huntline.web.words import Why, reader_of


class TrunkView(TrunkFields):
    """A trunk; its password is never told, only whether there is one."""

    has_password: bool


def find(organization: Organization, key: str) -> Trunk | None:
    """A trunk by name in any letter case."""
    return next((trunk for trunk in organization.trunks if trunk.name.casefold() == key.casefold()), None)


def build(form: TrunkForm, organization: Organization, old: Trunk | None, backstage: Backstage) -> Trunk:
    """A trunk of a form; a password that is not mentioned stays."""
    trunk = trunk_of(form)
    if old is None or {"password", "sealed_password"} & form.model_fields_set:
        return trunk
    return replace(trunk, password=old.password)


TRUNKS: Collection[Trunk] = Collection(
    attribute="trunks",
    noun="trunk",
    form=TrunkForm,
    view=TrunkView,
    find=find,
    build=build,
    dump=trunk_dump,
    deriving=lambda organization: lambda trunk: {"has_password": trunk.password is not None},
    names=lambda trunk: (trunk.name,),
)
router = router_of(TRUNKS)

TrunkKey = Annotated[str, Path(description="The trunk, by its name.")]


class TrunkHostState(BaseModel):
    """One server of a trunk. ``is_up`` is null as long as nobody knows; until ``away_until`` it has asked to
    be left alone. ``advice`` says what to do about it."""

    address: str
    transport: str
    is_up: bool | None
    away_until: datetime | None
    reason: Sentence | None
    why: Why | None
    advice: Sentence | None


class TrunkState(BaseModel):
    """A trunk on the running server; ``reason`` says what is wrong, if anything is, ``advice`` what to do."""

    name: str
    state: Literal["up", "down", "off", "unknown"]
    registered_until: datetime | None
    calls: int
    reason: Sentence | None
    why: Why | None
    advice: Sentence | None
    hosts: list[TrunkHostState]


class TrunkTestStep(BaseModel):
    """One thing that was tried of ``what``; ``advice`` says what to do about it."""

    step: Literal["found", "answers", "signs-in"]
    what: str
    is_ok: bool
    reason: Sentence | None
    why: Why | None
    advice: Sentence | None


class TrunkTest(BaseModel):
    """What came of a test; ``is_ok`` where nothing was wrong."""

    is_ok: bool
    steps: list[TrunkTestStep]


@router.get("/{key}/state", response_model=TrunkState, operation_id="read_trunk_state")
def read_state(access: ReadSettings, key: TrunkKey) -> Any:
    """Whether a trunk is up, until when we are registered there, how many calls it has, and what is wrong."""
    answer = _asked(access, "trunk-state", key)
    hosts = [_in_words(access, host) for host in answer["hosts"]]
    return _in_words(access, answer) | {"hosts": hosts}


@router.post("/{key}/test", response_model=TrunkTest, operation_id="test_trunk")
def test(access: ChangeSettings, key: TrunkKey) -> Any:
    """Ask each server of a trunk whether it is there, and whether it knows our user name and password.
    Nothing changes by it; it takes a few seconds where somebody does not answer."""
    steps = [_in_words(access, step) for step in _asked(access, "trunk-test", key)["steps"]]
    return {"is_ok": all(step["is_ok"] for step in steps), "steps": steps}


def _asked(access: Access, verb: str, key: str) -> dict[str, Any]:
    trunk = TRUNKS.get(access.organization, key)
    answer = access.backstage.ask(verb, organization_id=access.organization.organization_id, name=trunk.name)
    if not answer:
        raise NotThere(f"the running server does not know the trunk {trunk.name!r} yet; try again")
    return answer


def _in_words(access: Access, told: dict[str, Any]) -> dict[str, Any]:
    why = told["why"]
    if why is None:
        return told | {"reason": None, "advice": None}
    reason = in_words(from_data(why), reader_of(access.organization))
    return told | {"reason": reason, "advice": ADVICE.get(why["kind"])}


_CHECK_CERTIFICATE = "ask the provider; calls by TLS go only to servers that prove who they are"
_CHECK_OURS = (
    "ask the provider which certificate it wants from this server; it is shown the first of certificate that"
    " is good for clients"
)
ADVICE = {
    "trunk-not-found": "check the names of its hosts, and that this server reaches its name servers",
    "trunk-silent": "check address, port and transport, and what a firewall lets through",
    "trunk-refuses-us": "set user name and password again, as the provider has given them",
    "sip-answer": "ask the provider why it answers so",
    "connection-refused": "check the port and the transport",
    "connection-timed-out": "check the address, and what a firewall lets through",
    "connection-closed": "check the port and the transport",
    "no-tls": "check the port and the transport",
    "our-certificate-refused": _CHECK_OURS,
    "tls-refused": _CHECK_OURS,
    "certificate-expired": "ask the provider to renew it, and check the clock of this server",
    "certificate-not-yet-valid": "check the clock of this server",
    "certificate-of-another-name": "name the host as its certificate does",
    "certificate-of-unknown-issuer": "put the certificate of its issuer into trusted_certificates",
    "certificate-signed-by-itself": "ask the provider for one with an issuer, or put it into"
    " trusted_certificates if the provider tells you that it is theirs",
    "certificate-not-trusted": _CHECK_CERTIFICATE,
}
"""What to do, by what is wrong."""
