"""``/trunks``: the providers that calls come from and go to."""

from __future__ import annotations

from huntline.directory.organization import Organization, Trunk
from huntline.organization_file.form import TrunkForm
from huntline.organization_file.parts import trunk_dump, trunk_of
from huntline.web.api.collection import Collection, router_of


class TrunkView(TrunkForm):
    """A trunk."""


def find(organization: Organization, key: str) -> Trunk | None:
    """A trunk by name in any letter case."""
    return next((trunk for trunk in organization.trunks if trunk.name.casefold() == key.casefold()), None)


TRUNKS: Collection[Trunk] = Collection(
    attribute="trunks",
    noun="trunk",
    form=TrunkForm,
    view=TrunkView,
    find=find,
    build=lambda form, organization, old, backstage: trunk_of(form),
    dump=trunk_dump,
    deriving=lambda organization: lambda trunk: {},
    names=lambda trunk: (trunk.name,),
)
router = router_of(TRUNKS)
