"""``/trunks``: the providers that calls come from and go to."""

from __future__ import annotations

from dataclasses import replace

from huntline.directory.organization import Organization, Trunk
from huntline.organization_file.form import TrunkFields, TrunkForm
from huntline.organization_file.parts import trunk_dump, trunk_of
from huntline.web.api.collection import Collection, router_of
from huntline.web.backstage import Backstage


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
