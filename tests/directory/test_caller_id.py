"""Caller-ID policies: what is allowed, which counts, what is shown: rules.md section 4 (unit)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.directory.caller_id import (
    ShownCallerId,
    caller_as_shown,
    caller_id_in_effect,
    effective_grant,
    policies_in_effect,
)
from huntline.directory.organization import GLOBAL_POLICY, CallerIdPolicy, Organization, Substitute
from huntline.directory.rules import check, settled

from .offices import PERSONAL, TOLL, contoso, group, person, queue, refusal

SERVICE = CallerIdPolicy(name="Service", substitute=Substitute.SERVICE, service_number=TOLL.number)
QUIET = CallerIdPolicy(name="Quiet", substitute=Substitute.ANONYMOUS)


# -- what is allowed


def test_names_of_policies_are_1_to_64_characters_and_unique_in_any_letter_case() -> None:
    assert refusal(contoso(caller_id_policies=(QUIET, replace(QUIET, name="QUIET")))).field == (
        "caller_id_policies[1].name"
    )
    for name in ("", "x" * 65):
        problem = refusal(contoso(caller_id_policies=(replace(QUIET, name=name),)))
        assert problem.message == f"must be 1 to 64 characters, this is {len(name)}"
    assert check(contoso(caller_id_policies=(replace(QUIET, name="x" * 64),))) == []


@pytest.mark.parametrize(("field", "longest"), [("company_name", 64), ("description", 256)])
def test_what_a_policy_says_has_a_length_and_no_line_breaks(field: str, longest: int) -> None:
    def policy(text: str) -> Organization:
        change: dict[str, str] = {field: text}
        return contoso(caller_id_policies=(replace(QUIET, **change),))  # type: ignore[arg-type]

    assert check(policy("x" * longest)) == []
    assert refusal(policy("x" * (longest + 1))).message.startswith(f"must be at most {longest} characters")
    assert refusal(policy("Contoso\r\nVia: x")).message == (
        "must not contain characters that nobody sees, such as U+000D"
    )


def test_substitute_service_needs_a_service_number_of_the_organization() -> None:
    def problem_of(policy: CallerIdPolicy) -> tuple[str, object, str]:
        problem = refusal(contoso(numbers=(TOLL, PERSONAL), caller_id_policies=(policy,)))
        return problem.field, problem.value, problem.message

    assert check(contoso(numbers=(TOLL,), caller_id_policies=(SERVICE,))) == []
    field = "caller_id_policies[0].service_number"
    assert problem_of(replace(SERVICE, service_number=None)) == (
        field,
        None,
        "missing: substitute service needs one of the organization's service numbers",
    )
    assert problem_of(replace(SERVICE, service_number=PERSONAL.number))[2] == (
        "+14255550177 is a user number; a caller-ID policy needs a service-toll or service-toll-free number"
    )
    assert problem_of(replace(SERVICE, service_number="+19995550100"))[2].startswith(
        "+19995550100 is not in the organization's numbers"
    )
    assert problem_of(replace(SERVICE, substitute=Substitute.LINE_URI)) == (
        field,
        TOLL.number,
        "has a meaning only with substitute: service",
    )


def test_what_is_granted_exists_in_any_letter_case_and_is_stored_in_its_own() -> None:
    organization = contoso(
        caller_id_policies=(QUIET,),
        users=(person("amal", caller_id_policy="quiet"), person("bao", caller_id_policy="GLOBAL")),
        groups=(group("First", caller_id_policy="QUIET", caller_id_rank=1),),
    )
    assert check(organization) == []
    stored = settled(organization)
    assert [user.caller_id_policy for user in stored.users] == ["Quiet", None]
    assert stored.groups[0].caller_id_policy == "Quiet"
    problem = refusal(contoso(caller_id_policies=(QUIET,), users=(person("amal", caller_id_policy="Quite"),)))
    assert problem.field == "users[0].caller_id_policy"
    assert problem.message == "there is no caller-ID policy Quite; did you mean Quiet?"
    of_group = contoso(groups=(group("First", caller_id_policy="Loud", caller_id_rank=1),))
    assert refusal(of_group).field == "groups[0].caller_id_policy"


def test_global_is_always_there_under_one_name() -> None:
    assert settled(contoso()).caller_id_policies == (CallerIdPolicy(name=GLOBAL_POLICY),)
    quiet = replace(QUIET, name="global")
    assert settled(contoso(caller_id_policies=(quiet,))).caller_id_policies == (
        replace(QUIET, name=GLOBAL_POLICY),
    )


@pytest.mark.parametrize(
    ("policy", "rank", "message"),
    [
        ("Quiet", None, "missing: a group with a caller_id_policy needs a rank"),
        (None, 1, "has a meaning only with a caller_id_policy"),
        ("Quiet", 0, "must be 1 to 10000"),
    ],
)
def test_the_policy_of_a_group_has_a_rank(policy: str | None, rank: int | None, message: str) -> None:
    first = group("First", caller_id_policy=policy, caller_id_rank=rank)
    problem = refusal(contoso(caller_id_policies=(QUIET,), groups=(first,)))
    assert problem.field == "groups[0].caller_id_rank"
    assert problem.message.startswith(message)


def test_no_two_groups_have_policies_of_one_rank() -> None:
    first, second = (group(name, caller_id_policy="Quiet", caller_id_rank=3) for name in ("First", "Second"))
    problem = refusal(contoso(caller_id_policies=(QUIET,), groups=(first, second)))
    assert (problem.field, problem.value) == ("groups[1].caller_id_rank", 3)
    assert problem.message.startswith("is the rank of group First already")


def test_the_service_number_of_a_policy_may_be_that_of_a_queue() -> None:
    desk = queue("Desk", line_uri=f"tel:{TOLL.number}")
    assert check(contoso(numbers=(TOLL,), queues=(desk,), caller_id_policies=(SERVICE,))) == []


# -- which policy counts


@st.composite
def granted(draw: st.DrawFn) -> Organization:
    """Users and nested groups, with policies granted here and there."""
    policies = tuple(CallerIdPolicy(name=f"policy {number}") for number in range(5))
    policies = (*policies, CallerIdPolicy(name=GLOBAL_POLICY))
    grants = st.none() | st.sampled_from([policy.name for policy in policies])
    names = [f"group {number}" for number in range(4)]
    users = tuple(person(f"user{number}", caller_id_policy=draw(grants)) for number in range(3))
    ranks = draw(st.permutations(range(1, 5)))
    groups = []
    for name, rank in zip(names, ranks, strict=True):
        members = draw(st.lists(st.sampled_from([*names, *(user.upn for user in users)]), unique=True))
        policy = draw(grants)
        groups.append(group(name, *members, caller_id_policy=policy, caller_id_rank=rank if policy else None))
    return settled(contoso(users=users, groups=tuple(groups), caller_id_policies=policies))


def is_in(upn: str, name: str, organization: Organization, passed: frozenset[str] = frozenset()) -> bool:
    """Whether a user is in a group, said in the plainest way."""
    members = next(each.members for each in organization.groups if each.name == name)
    return upn in members or any(
        is_in(upn, inner, organization, passed | {name})
        for inner in members
        if "@" not in inner and inner not in passed | {name}
    )


@settings(deadline=None)
@given(granted())
def test_the_users_own_policy_goes_before_the_groups_by_rank_and_these_before_global(
    organization: Organization,
) -> None:
    for user in organization.users:
        grant = effective_grant(user, organization)
        of_groups = sorted(
            (each.caller_id_rank, each.caller_id_policy, each.name)
            for each in organization.groups
            if each.caller_id_rank is not None and is_in(user.upn, each.name, organization)
        )
        expected: tuple[str | None, str]
        if user.caller_id_policy is not None:
            expected = (user.caller_id_policy, "user")
        elif of_groups:
            _, policy, name = of_groups[0]
            expected = (policy, f"group {name}")
        else:
            expected = (GLOBAL_POLICY, "global")
        assert (grant.policy.name, grant.granted_by) == expected


@settings(deadline=None)
@given(granted())
def test_all_users_at_once_have_the_policies_they_have_one_by_one(organization: Organization) -> None:
    one_by_one = {user.upn: effective_grant(user, organization).policy for user in organization.users}
    assert policies_in_effect(organization) == one_by_one


# -- what is shown

AMAL = person("amal", line_uri=f"tel:{PERSONAL.number}")


@settings(deadline=None)
@given(st.sampled_from(Substitute), st.booleans(), st.booleans(), st.booleans())
def test_hidden_goes_before_anonymous_before_the_service_number_before_the_own(
    substitute: Substitute, may_hide: bool, hides: bool, has_number: bool
) -> None:
    policy = replace(SERVICE, substitute=substitute, enable_user_override=may_hide, company_name="Contoso")
    user = replace(AMAL, hides_number=hides, line_uri=AMAL.line_uri if has_number else None)
    shown = caller_id_in_effect(user, policy)
    if (hides and may_hide) or substitute is Substitute.ANONYMOUS:
        assert shown == ShownCallerId(None)
    elif substitute is Substitute.SERVICE:
        assert shown == ShownCallerId(TOLL.number, "Contoso")
    else:
        assert shown == (ShownCallerId(PERSONAL.number, "Contoso") if has_number else ShownCallerId(None))


def test_what_is_shown_reads_as_a_number_or_as_anonymous() -> None:
    assert str(ShownCallerId(TOLL.number, "Contoso")) == TOLL.number
    assert str(ShownCallerId(None)) == "anonymous"


def test_a_policy_that_blocks_withholds_numbers_and_no_names() -> None:
    blocking = CallerIdPolicy(name="Quiet", block_incoming_pstn_caller_id=True)
    assert caller_as_shown("+14255550177", blocking) == "Anonymous"
    assert caller_as_shown("Amal Haddad", blocking) == "Amal Haddad"
    assert caller_as_shown("+14255550177", CallerIdPolicy(name="Open")) == "+14255550177"
