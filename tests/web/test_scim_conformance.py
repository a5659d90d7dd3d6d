"""SCIM as ``scim2-tester`` checks it (web)."""

from __future__ import annotations

from tests.web.rig import ServerRig
from tests.web.scim import directory
from tests.web.scim_tester import checked, wrong


def test_scim2_tester_finds_nothing_wrong_and_skips_nothing(rig: ServerRig) -> None:
    with directory(rig.app, rig.key()) as pushing:
        results = checked(pushing.wire, "contoso.com")
    assert wrong(results) == []
    assert {result.resource_type for result in results} == {None, "User", "Group"}
    assert len(results) > 60
