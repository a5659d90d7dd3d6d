"""A person's number, erased through the API (web)."""

from __future__ import annotations

import pytest

from huntline.cli.api_client import ApiRefused
from huntline.directory.access import Role
from tests.web.past import Past
from tests.web.rig import ServerRig, refusal_of

NUMBER = "+14255550123"


@pytest.fixture
def past(rig: ServerRig) -> None:
    with Past(rig) as past:
        past.call("c1", "q1", caller=NUMBER)
        past.call("c2", "q1", caller="+14255550124")
    with Past(rig, "another") as elsewhere:
        elsewhere.call("f1", "q1", caller=NUMBER)


@pytest.mark.usefixtures("past")
def test_an_administrator_erases_it_in_their_own_organization(rig: ServerRig) -> None:
    api = rig.api()
    wanted = {"rows": {"calls": 1}, "total": 1}
    assert api.post("/erasures", {"number": "+1 425 555 0123"}, dry_run=True) == wanted
    assert NUMBER in {call["caller"] for call in api.items("/calls")}
    assert api.post("/erasures", {"number": "+1 425 555 0123"}) == wanted
    assert {call["caller"] for call in api.items("/calls")} == {"anonymous", "+14255550124"}
    assert api.post("/erasures", {"number": NUMBER}) == {"rows": {}, "total": 0}
    (entry,) = api.items("/audit", what="history", language="fr")
    assert (entry["key"], entry["after"], entry["note"]) == ("+*********23", "effacé", "endroits\xa0: 1")


@pytest.mark.usefixtures("past")
def test_nobody_else_may(rig: ServerRig) -> None:
    for role in (Role.QUEUE_OWNER, Role.AUDITOR):
        with pytest.raises(ApiRefused, match="the role"):
            rig.api(role).post("/erasures", {"number": NUMBER})


@pytest.mark.parametrize("number", ["4255550123", "amal", ""])
def test_what_is_no_number_is_refused_by_field(rig: ServerRig, number: str) -> None:
    problem = refusal_of(rig.api(), "POST", "/erasures", {"number": number})
    assert [each["field"] for each in problem["errors"]] == ["number"]
