"""What a directory such as Entra ID pushes by SCIM, and what comes of it (web)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from huntline.directory.access import Role
from huntline.directory.organization import AlsoRing, Group, GroupKind, Licence, User
from huntline.storage.accounts import HOST
from huntline.web.scim.service import MOST_TERMS
from tests.web.rig import BY, E5_USER, ServerRig
from tests.web.scim import GROUP, PATCH, USER, VOICE, VOICE_GROUP, Directory, InProcess, Json, directory

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def pushing(rig: ServerRig) -> Iterator[Directory]:
    with directory(rig.app, rig.key()) as pushing:
        yield pushing


def user(rig: ServerRig) -> User:
    """The only user."""
    (found,) = rig.organization().users
    return found


def group(rig: ServerRig) -> Group:
    """The only group."""
    (found,) = rig.organization().groups
    return found


# -- users


def test_a_user_as_entra_creates_one_is_a_user_with_what_has_a_place_here(
    rig: ServerRig, pushing: Directory
) -> None:
    made = pushing.post(
        "/Users",
        {
            "schemas": [USER, ENTERPRISE],
            "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
            "userName": "Amal@Contoso.com",
            "active": True,
            "displayName": "Amal Haddad",
            "emails": [{"primary": True, "type": "work", "value": "amal@contoso.com"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "Amal N. Haddad", "familyName": "Haddad", "givenName": "Amal"},
            "phoneNumbers": [
                {"type": "mobile", "value": "+1 425 555 0188"},
                {"type": "work", "value": "+1 (425) 555-0123"},
            ],
            "title": "Agent",
            ENTERPRISE: {"department": "Support"},
        },
    )
    stored = user(rig)
    assert stored == User(
        user_id=made["id"],
        upn="amal@contoso.com",
        display_name="Amal Haddad",
        line_uri="tel:+14255550123",
        external_id="0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    )
    assert pushing.get(f"/Users/{made['id']}") == made
    assert made["userName"] == "amal@contoso.com"
    assert made["phoneNumbers"] == [{"type": "work", "value": "tel:+14255550123"}]
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{made['id']}")
    assert "emails" not in made


def test_the_full_name_stands_in_where_there_is_no_display_name(rig: ServerRig, pushing: Directory) -> None:
    user_id = pushing.user("amal@contoso.com", name={"formatted": "Amal Haddad"})
    assert user(rig).display_name == "Amal Haddad"
    pushing.patch(f"/Users/{user_id}", {"op": "Replace", "path": "name.formatted", "value": "A. Haddad"})
    assert user(rig).display_name == "Amal Haddad"


def test_a_user_who_left_is_inactive_and_comes_back_by_the_words_that_entra_uses(
    rig: ServerRig, pushing: Directory
) -> None:
    user_id = pushing.user(
        "amal@contoso.com", entitlements=[{"value": "E5"}], **{VOICE: {"voiceEnabled": True}}
    )
    rig.api().post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})
    pushing.patch(f"/Users/{user_id}", {"op": "Replace", "path": "active", "value": "False"})
    assert user(rig).is_active is False
    assert pushing.get(f"/Users/{user_id}")["active"] is False
    agents = rig.api().get("/queues/Help Desk/agents")
    assert agents["agents"] == []
    assert agents["left_out"][0]["reason"] == "lacks an active account (is_active: true)"
    pushing.patch(f"/Users/{user_id}", {"op": "Replace", "path": "active", "value": "True"})
    assert [each["upn"] for each in rig.api().get("/queues/Help Desk/agents")["agents"]] == [
        "amal@contoso.com"
    ]


def test_the_extension_the_own_rule_and_a_groups_mail_can_be_pushed(
    rig: ServerRig, pushing: Directory
) -> None:
    settings = {"extension": "301", "forwardTo": "voicemail", "whenBusy": "off", "ringTime": 30}
    user_id = pushing.user("amal@contoso.com", **{VOICE: settings})
    stored = user(rig)
    assert (stored.extension, stored.forward_to, stored.when_busy) == ("301", "voicemail", "off")
    assert (stored.ring_time, stored.voice_enabled) == (30, False)
    pushing.patch(
        f"/Users/{user_id}",
        {"op": "Remove", "path": f"{VOICE}:forwardTo"},
        {"op": "Replace", "path": f"{VOICE}:whenNoAnswer", "value": "tel:+442071234567"},
    )
    stored = user(rig)
    assert (stored.forward_to, stored.when_busy) == (None, "off")
    assert stored.when_no_answer == "tel:+442071234567"
    both = ["tel:+442071234567", "tel:+442071234568@10"]
    pushing.patch(f"/Users/{user_id}", {"op": "Add", "path": f"{VOICE}:alsoRing", "value": both})
    assert user(rig).also_ring == (AlsoRing("tel:+442071234567"), AlsoRing("tel:+442071234568", 10))
    assert pushing.get(f"/Users/{user_id}")[VOICE]["alsoRing"] == both
    pushing.patch(f"/Users/{user_id}", {"op": "Remove", "path": f"{VOICE}:alsoRing"})
    assert user(rig).also_ring == ()
    pushing.put(f"/Users/{user_id}", {"schemas": [USER], "userName": "amal@contoso.com", VOICE: {}})
    assert (user(rig).extension, user(rig).when_busy) == ("301", "off")
    refusal = pushing.refusal(
        "PUT",
        f"/Users/{user_id}",
        {"schemas": [USER], "userName": "amal@contoso.com", VOICE: {"ringTime": 4}},
    )
    assert refusal["status"] == 400
    assert "5..60" in refusal["detail"] or "5 to 60" in refusal["detail"]
    group_id = pushing.group("Team")
    pushing.patch(
        f"/Groups/{group_id}", {"op": "Add", "path": f"{VOICE_GROUP}:mail", "value": "Team@Contoso.com"}
    )
    assert rig.api().get("/groups/Team")["mail"] == "team@contoso.com"
    assert pushing.get(f"/Groups/{group_id}")[VOICE_GROUP] == {"mail": "team@contoso.com"}


def test_a_patch_without_a_path_changes_each_thing_that_it_names(rig: ServerRig, pushing: Directory) -> None:
    user_id = pushing.user("amal@contoso.com", displayName="Amal")
    value = {"displayName": "Amal Haddad", "active": "False", f"{VOICE}:voiceEnabled": True, "title": "Agent"}
    pushing.patch(f"/Users/{user_id}", {"op": "replace", "value": value})
    stored = user(rig)
    assert (stored.display_name, stored.is_active, stored.voice_enabled) == ("Amal Haddad", False, True)


def test_single_attributes_are_added_replaced_and_removed_by_path(rig: ServerRig, pushing: Directory) -> None:
    user_id = pushing.user("amal@contoso.com")
    pushing.patch(
        f"/Users/{user_id}",
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "+1 425 555 0123"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "amal@contoso.com"},
        {"op": "Add", "path": "entitlements", "value": [{"value": "E3"}, {"value": "PhoneSystem"}]},
        {"op": "Replace", "path": "userName", "value": "amal.haddad@contoso.com"},
        {"op": "Add", "path": f"{VOICE}:voiceEnabled", "value": "True"},
    )
    stored = user(rig)
    assert (stored.upn, stored.line_uri) == ("amal.haddad@contoso.com", "tel:+14255550123")
    assert stored.licences == {Licence.E3, Licence.PHONE_SYSTEM}
    assert stored.voice_enabled is True
    pushing.patch(
        f"/Users/{user_id}",
        {"op": "Remove", "path": 'phoneNumbers[type eq "work"]'},
        {"op": "Remove", "path": 'entitlements[value eq "E3"]'},
        {"op": "Remove", "path": f"{VOICE}:voiceEnabled"},
    )
    stored = user(rig)
    assert stored.line_uri is None
    assert stored.licences == {Licence.PHONE_SYSTEM}
    assert stored.voice_enabled is False


def test_a_licence_is_given_and_exchanged_as_a_mapping_of_single_values_does(
    rig: ServerRig, pushing: Directory
) -> None:
    user_id = pushing.user("amal@contoso.com")
    for licence in ("E3", "E5"):
        path = 'entitlements[type eq "licence"].value'
        pushing.patch(f"/Users/{user_id}", {"op": "Add", "path": path, "value": licence})
        assert user(rig).licences == {Licence(licence)}


def test_what_a_replacement_does_not_mention_stays(rig: ServerRig, pushing: Directory) -> None:
    """An identity provider that sends whole users knows nothing of licences given here."""
    made = rig.api().post("/users", {"upn": "amal@contoso.com", "sip_password": "secret", **E5_USER})
    before = user(rig)
    pushing.put(
        f"/Users/{made['id']}", {"schemas": [USER], "userName": "amal@contoso.com", "displayName": "Amal"}
    )
    assert user(rig) == replace(before, display_name="Amal")
    pushing.put(
        f"/Users/{made['id']}", {"schemas": [USER], "userName": "amal@contoso.com", "entitlements": []}
    )
    assert user(rig).licences == frozenset()


def test_a_user_is_found_by_name_in_any_letter_case_and_by_external_id(pushing: Directory) -> None:
    amal = pushing.user("amal@contoso.com", externalId="E-1")
    pushing.user("bao@contoso.com", externalId="E-2")

    def found(condition: str) -> list[str]:
        page = pushing.get("/Users", filter=condition)
        assert page["totalResults"] == len(page["Resources"])
        return [each["id"] for each in page["Resources"]]

    assert found('userName eq "AMAL@contoso.com"') == [amal]
    assert found('externalId eq "E-1"') == [amal]
    assert found('externalId eq "e-1"') == []
    assert found(f'id eq "{amal}" and active eq true') == [amal]
    assert found('userName eq "chi@contoso.com"') == []
    assert found('userName sw "a" or externalId eq "E-1"') == [amal]
    assert pushing.refusal("GET", '/Users?filter=userName xx "a"')["scimType"] == "invalidFilter"


def test_lists_come_in_pages_and_in_order(pushing: Directory) -> None:
    for name in ("chi", "amal", "bao"):
        pushing.user(f"{name}@contoso.com")
    page = pushing.get("/Users", startIndex=2, count=2)
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 2)
    assert [each["userName"] for each in page["Resources"]] == ["amal@contoso.com", "bao@contoso.com"]
    page = pushing.get("/Users", sortBy="userName", sortOrder="descending", count=2)
    assert [each["userName"] for each in page["Resources"]] == ["chi@contoso.com", "bao@contoso.com"]


def test_what_the_rules_refuse_is_refused_in_the_words_of_scim_and_changes_nothing(
    rig: ServerRig, pushing: Directory
) -> None:
    amal = pushing.user("amal@contoso.com")
    before = rig.organization()

    def refused(**attributes: object) -> tuple[int, str, str]:
        body = {"schemas": [USER], "userName": "bao@contoso.com", **attributes}
        error = pushing.refusal("POST", "/Users", body)
        return error["status"], error["scimType"], error["detail"]

    status, kind, detail = refused(userName="AMAL@contoso.com")
    assert (status, kind) == (409, "uniqueness")
    assert "userName: value 'amal@contoso.com'" in detail
    assert refused(userName="bao@fabrikam.com")[:2] == (400, "invalidValue")
    assert "must be in a domain of the organization: contoso.com" in refused(userName="bao@fabrikam.com")[2]
    assert "did you mean E5?" in refused(entitlements=[{"value": "e5"}])[2]
    assert refused(phoneNumbers=[{"type": "work", "value": "0425 555"}])[2].startswith("phoneNumbers: value")
    assert refused(externalId="\0")[2].startswith("externalId: value")
    too_long = {"schemas": [GROUP], "displayName": "First line", "externalId": "x" * 257}
    assert "1 to 256 characters" in pushing.refusal("POST", "/Groups", too_long)["detail"]
    missing = pushing.refusal("POST", "/Users", {"schemas": [USER], "displayName": "Nobody"})
    assert missing["status"] == 400
    assert pushing.refusal("GET", "/Users/nobody")["status"] == 404
    renamed = {"schemas": [USER], "userName": "bao@fabrikam.com"}
    assert pushing.refusal("PUT", f"/Users/{amal}", renamed)["scimType"] == "invalidValue"
    assert rig.organization() == before


def test_a_user_is_not_overwritten_by_someone_who_read_an_older_one(pushing: Directory) -> None:
    made = pushing.post("/Users", {"schemas": [USER], "userName": "amal@contoso.com"})
    body = {"schemas": [USER], "userName": "amal@contoso.com", "displayName": "Amal"}
    changed = pushing.put(f"/Users/{made['id']}", body)
    assert changed["meta"]["version"] != made["meta"]["version"]
    stale = {"If-Match": made["meta"]["version"]}
    assert pushing.refusal("PUT", f"/Users/{made['id']}", body, headers=stale)["status"] == 412
    unchanged = {"If-None-Match": changed["meta"]["version"]}
    assert pushing.wire.request("GET", f"/Users/{made['id']}", headers=unchanged).status_code == 304


def test_a_user_is_removed_from_everywhere_unless_a_queue_forwards_there(
    rig: ServerRig, pushing: Directory
) -> None:
    api = rig.api()
    amal = pushing.user("amal@contoso.com", entitlements=[{"value": "E5"}], **{VOICE: {"voiceEnabled": True}})
    pushing.group("First line", amal)
    forward = {"action": "forward", "target": "sip:amal@contoso.com"}
    api.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"], "overflow": forward})
    refusal = pushing.refusal("DELETE", f"/Users/{amal}")
    assert refusal["status"] == 409
    assert "queue Help Desk forwards to it when it is full" in refusal["detail"]
    inactive = {"schemas": [USER], "userName": "amal@contoso.com", "active": False}
    assert "may not be a target" in pushing.refusal("PUT", f"/Users/{amal}", inactive)["detail"]
    api.patch("/queues/Help Desk", {"overflow": {"action": "disconnect"}})
    pushing.delete(f"/Users/{amal}")
    organization = rig.organization()
    assert organization.users == ()
    assert organization.groups[0].members == ()
    assert organization.queues[0].agents == ()
    assert pushing.refusal("DELETE", f"/Users/{amal}")["status"] == 404


def test_the_audit_says_that_a_directory_did_it(rig: ServerRig, pushing: Directory) -> None:
    user_id = pushing.user("amal@contoso.com")
    pushing.patch(f"/Users/{user_id}", {"op": "Replace", "path": "active", "value": "False"})
    entries = [each for each in rig.api().items("/audit") if each["what"] == "user"]
    told = {(each["door"], each["field"], each["before"], each["after"]) for each in entries}
    assert told == {("scim", None, None, "added"), ("scim", "is_active", "true", "false")}


# -- groups


def test_members_are_added_and_removed_one_by_one_as_entra_does(rig: ServerRig, pushing: Directory) -> None:
    amal, bao, chi = (pushing.user(f"{name}@contoso.com") for name in ("amal", "bao", "chi"))
    made = pushing.post(
        "/Groups",
        {
            "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": "8aa1a0c0",
            "displayName": "First line",
            "members": [],
            "meta": {"resourceType": "Group"},
        },
    )
    path = f"/Groups/{made['id']}"
    assert group(rig) == Group(
        "First line", GroupKind.SECURITY_GROUP, group_id=made["id"], external_id="8aa1a0c0"
    )
    for member in (chi, amal, bao, amal):
        pushing.patch(path, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": member}]})
    assert group(rig).members == ("chi@contoso.com", "amal@contoso.com", "bao@contoso.com")
    pushing.patch(path, {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": amal}]})
    pushing.patch(path, {"op": "Remove", "path": f'members[value eq "{chi}"]'})
    assert group(rig).members == ("bao@contoso.com",)
    pushing.patch(path, {"op": "Replace", "path": "displayName", "value": "Front line"})
    pushing.patch(path, {"op": "Remove", "path": "members"})
    assert (group(rig).name, group(rig).members) == ("Front line", ())


def test_members_that_are_added_at_the_same_time_all_arrive(rig: ServerRig, pushing: Directory) -> None:
    members = [pushing.user(f"user{number}@contoso.com") for number in range(8)]
    path = f"/Groups/{pushing.group('First line')}"
    assert isinstance(pushing.wire, InProcess)
    answers = pushing.wire.at_once(
        *(
            ("PATCH", path, {"Operations": [{"op": "Add", "path": "members", "value": [{"value": member}]}]})
            for member in members
        )
    )
    assert {answer.status_code for answer in answers} == {204}
    assert len(group(rig).members) == len(members)


def test_groups_nest_and_a_member_that_is_not_there_is_refused(rig: ServerRig, pushing: Directory) -> None:
    inner = pushing.group("Inner", pushing.user("amal@contoso.com"))
    outer = pushing.group("Outer", inner)
    assert rig.organization().groups[1].members == ("Inner",)
    (member,) = pushing.get(f"/Groups/{outer}")["members"]
    assert (member["value"], member["type"]) == (inner, "Group")
    assert member["$ref"].endswith(f"/scim/v2/Groups/{inner}")
    wrong = {"schemas": [GROUP], "displayName": "Wrong", "members": [{"value": "nobody"}]}
    error = pushing.refusal("POST", "/Groups", wrong)
    assert (error["status"], error["scimType"]) == (400, "invalidValue")
    assert "'nobody'" in error["detail"]
    assert pushing.refusal("POST", "/Groups", {"schemas": [GROUP], "displayName": "OUTER"})["status"] == 409


def test_a_group_is_read_and_found_without_its_members(pushing: Directory) -> None:
    amal = pushing.user("amal@contoso.com")
    group_id = pushing.group("First line", amal)
    shown = pushing.get(f"/Groups/{group_id}", excludedAttributes="members")
    assert "members" not in shown
    for condition in ('displayName eq "first line"', f'id eq "{group_id}" and members eq "{amal}"'):
        found = pushing.get("/Groups", filter=condition, excludedAttributes="members")["Resources"]
        assert [each["id"] for each in found] == [group_id]
        assert "members" not in found[0]
    assert pushing.get("/Groups", filter=f'id eq "{group_id}" and members eq "other"')["totalResults"] == 0


def test_a_member_that_is_pushed_is_an_agent_of_the_queue_at_once(rig: ServerRig, pushing: Directory) -> None:
    group_id = pushing.group("First line")
    rig.api().post("/queues", {"name": "Help Desk", "groups": ["First line"]})
    amal = pushing.user("amal@contoso.com", entitlements=[{"value": "E5"}], **{VOICE: {"voiceEnabled": True}})
    pushing.patch(f"/Groups/{group_id}", {"op": "Add", "path": "members", "value": [{"value": amal}]})
    assert [each["upn"] for each in rig.api().get("/queues/Help Desk/agents")["agents"]] == [
        "amal@contoso.com"
    ]
    pushing.delete(f"/Groups/{group_id}")
    assert rig.queue("Help Desk").groups == ()
    assert rig.api().get("/queues/Help Desk/agents")["agents"] == []


# -- who may


@pytest.mark.parametrize("role", [Role.QUEUE_OWNER, Role.AGENT, Role.AUDITOR])
def test_whoever_may_not_change_settings_is_refused_by_role(rig: ServerRig, role: Role) -> None:
    with directory(rig.app, rig.key(role)) as pushing:
        for method, path in (("GET", "/Users"), ("GET", "/Schemas"), ("POST", "/Groups")):
            error = pushing.refusal(method, path)
            assert error["status"] == 403
            assert f"the role {role} may not do this" in error["detail"]


def test_without_a_key_nothing_is_shown(rig: ServerRig) -> None:
    with directory(rig.app, "hl_wrong") as pushing:
        assert pushing.refusal("GET", "/Users")["status"] == 401
        assert pushing.wire.request("GET", "/Users").headers["www-authenticate"].startswith("Bearer")


def test_one_organization_can_neither_see_nor_touch_what_is_anothers(
    rig: ServerRig, pushing: Directory
) -> None:
    amal = pushing.user("amal@contoso.com")
    front = pushing.group("First line", amal)
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    before = rig.organization()
    with directory(rig.app, rig.key(Role.ADMIN, fabrikam)) as other:
        assert other.get("/")["totalResults"] == 0
        assert other.get("/Users", filter='userName eq "amal@contoso.com"')["totalResults"] == 0
        own = other.group("First line")

        def refusals(user_id: str, group_id: str) -> list[Json]:
            add = {"Operations": [{"op": "Add", "path": "members", "value": [{"value": user_id}]}]}
            return [
                other.refusal("GET", f"/Users/{user_id}"),
                other.refusal("DELETE", f"/Users/{user_id}"),
                other.refusal("DELETE", f"/Groups/{group_id}"),
                other.refusal("PATCH", f"/Groups/{group_id}", add),
                other.refusal("PATCH", f"/Groups/{own}", add),
            ]

        told = str(refusals(amal, front)).replace(amal, "nobody").replace(front, "nothing")
        assert told == str(refusals("nobody", "nothing"))
        assert other.refusal("GET", "/Users?organization=Contoso")["status"] == 404
    assert rig.organization() == before


def test_the_host_names_the_organization(rig: ServerRig) -> None:
    rig.add_organization("Fabrikam", "fabrikam.com")
    with directory(rig.app, rig.key(Role.HOST, HOST)) as pushing:
        assert pushing.refusal("GET", "/Users")["status"] == 422
        body = {"schemas": [USER], "userName": "amal@contoso.com"}
        response = pushing.wire.request("POST", "/Users", json=body, params={"organization": "Contoso"})
        assert response.status_code == 201
    assert user(rig).upn == "amal@contoso.com"


def test_many_members_come_and_go_in_linear_time(rig: ServerRig, pushing: Directory) -> None:
    users = tuple(User(upn=f"user{number}@contoso.com") for number in range(1_000))
    rig.backstage.settings.change(rig.contoso, lambda before: replace(before, users=users), BY)
    ids = [user.user_id for user in rig.organization().users]
    path = f"/Groups/{pushing.group('Everybody')}"
    value = [{"value": member} for member in ids]
    pushing.patch(path, {"op": "Add", "path": "members", "value": value})
    began = time.process_time()
    pushing.patch(path, {"op": "Remove", "path": "members", "value": value[:500]})
    pushing.patch(path, *({"op": "Remove", "path": f'members[value eq "{each}"]'} for each in ids[500:]))
    assert group(rig).members == ()
    pushing.patch(path, *({"op": "Add", "path": "members", "value": [each]} for each in value))
    assert len(group(rig).members) == len(ids)
    assert time.process_time() - began < 8  # 30 and more when each looks through all


def test_changes_of_members_and_of_the_name_keep_their_order(rig: ServerRig, pushing: Directory) -> None:
    amal = pushing.user("amal@contoso.com")
    path = f"/Groups/{pushing.group('First line')}"
    add = {"op": "Add", "path": "members", "value": [{"value": amal}]}
    remove = {"op": "Remove", "path": f'members[value eq "{amal}"]'}
    pushing.patch(path, add, {"op": "Replace", "path": "displayName", "value": "Front"}, remove)
    assert (group(rig).name, group(rig).members) == ("Front", ())
    pushing.patch(path, remove, add, add)
    assert group(rig).members == ("amal@contoso.com",)
    renames = [{"op": "Replace", "path": "displayName", "value": f"Line {number}"} for number in range(20)]
    alternating = [each for rename in renames for each in (rename, add)]
    body = {"schemas": [PATCH], "Operations": alternating}
    assert pushing.refusal("PATCH", path, body)["scimType"] == "tooMany"


def test_a_filter_has_so_many_terms_and_no_more(pushing: Directory) -> None:
    amal = pushing.user("amal@contoso.com")
    group_id = pushing.group("First line")

    def chained(number: int, attribute: str = "userName") -> str:
        terms = [f'{attribute} eq "or or (and){place}"' for place in range(number - 1)]
        return " or ".join([*terms, f'{attribute} eq "amal@contoso.com"'])

    (found,) = pushing.get("/Users", filter=chained(MOST_TERMS))["Resources"]
    assert found["id"] == amal
    removal = {"op": "Remove", "path": f"members[{chained(MOST_TERMS + 1, 'value')}]"}
    for refused in (
        pushing.refusal("GET", "/Users", params={"filter": chained(MOST_TERMS + 1)}),
        pushing.refusal("GET", "/Users", params={"filter": "not (" * 60 + "title pr" + ")" * 60}),
        pushing.refusal("POST", "/Users/.search", {"schemas": [SEARCH], "filter": chained(2_000)}),
        pushing.refusal("PATCH", f"/Groups/{group_id}", {"schemas": [PATCH], "Operations": [removal]}),
    ):
        assert (refused["status"], refused["scimType"]) == (400, "tooMany")
