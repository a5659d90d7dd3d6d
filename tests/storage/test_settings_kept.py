"""What is kept of settings, and what is written of them, is what is stored (database)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from huntline.directory.edits import detached, removed, replaced
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.organization import (
    Allowance,
    Audio,
    CallerIdPolicy,
    Digest,
    Encryption,
    Group,
    GroupKind,
    Licence,
    LicencePool,
    NumberKind,
    NumberState,
    Organization,
    QueueAllowance,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    ServiceNumber,
    StarCodes,
    Substitute,
    Trunk,
    TrunkTransport,
    User,
)
from huntline.directory.phones import Phone, PhoneFamily
from huntline.engine.model import Distribution
from huntline.storage.audit import Actor
from huntline.storage.rows import SETTINGS_TABLES, organization_of, rows_of
from huntline.storage.settings import Settings, set_opted_out

BY = Actor("an administrator", "test")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MUSIC = Audio("a" * 64, "music.wav", 12.5, loudness=-20.0)
GREETING = Audio("b" * 64, "Welcome", 1.25, "en", loudness=-18.5)
DESK = Phone(
    phone_id="a1" * 6,
    family=PhoneFamily.SNOM,
    mac="000413aabbcc",
    name="Desk",
    language="fr",
    address_sha256="ab" * 32,
    digests=(Digest("phone-a1a1a1a1a1a1", "MD5", "1" * 32),),
)
NAMES = ("amal", "bao", "chi", "dana")

CONTOSO = Organization(
    name="Contoso",
    domains=("contoso.com", "redmond.contoso.com"),
    communication_credits=True,
    propagation_delay=True,
    queue_name_in_identity=False,
    star_codes=StarCodes(None, "*47"),
    licence_pools=(LicencePool(Licence.E5, 20),),
    service_number_table=(Allowance(1, 5), Allowance(10, 50)),
    queue_table=(QueueAllowance(0, 0, 9), QueueAllowance(5, 2, 20)),
    queues_need_licences=True,
    phones_fetch_settings=True,
    dialling=DiallingSettings(
        country="US",
        may_dial=MayDial.PREMIUM,
        international_calls_a_day=7,
        international_minutes_a_day=8,
    ),
    trunks=(
        Trunk("provider", ("192.0.2.1", "198.51.100.0/24"), is_trusted=True),
        Trunk(
            "second",
            hosts=("sip.provider.example", "192.0.2.9:5070"),
            transport=TrunkTransport.TCP,
            username="contoso",
            registers=False,
            options_interval=0,
            most_calls=30,
            most_calls_per_second=5,
            prefixes_in=("00>+",),
            prefixes_out=("+33>0",),
            encryption=Encryption.OFFERED,
            is_enabled=False,
            numbers=("+1425",),
        ),
    ),
    numbers=(
        ServiceNumber("+14255550100", NumberKind.SERVICE_TOLL),
        ServiceNumber("+18005550100", NumberKind.SERVICE_TOLL_FREE, NumberState.PORTING, "US"),
        ServiceNumber("+14255550177", NumberKind.USER),
    ),
    users=tuple(
        User(
            upn=f"{name}@contoso.com",
            display_name=name.title(),
            licences=frozenset({Licence.E5, Licence.CALLING_PLAN}),
            line_uri="tel:+14255550177" if name == "amal" else None,
            contacts=("sip:desk@192.0.2.7",) if name == "bao" else (),
            digests=(Digest(name, "MD5", "0" * 32),),
            voicemail="sip:mailbox@contoso.com.example" if name == "chi" else None,
            caller_id_policy="UK Sales" if name == "dana" else None,
            external_id=f"external-{name}",
            may_dial=MayDial.INTERNAL if name == "bao" else None,
            phones=(DESK,) if name == "amal" else (),
        )
        for name in NAMES
    ),
    groups=(
        Group(
            "First Line",
            GroupKind.SECURITY_GROUP,
            ("Second Line", "amal@contoso.com"),
            mail="first@contoso.com",
        ),
        Group(
            "Second Line",
            GroupKind.OFFICE365_GROUP,
            ("bao@contoso.com", "First Line"),
            caller_id_policy="UK Sales",
            caller_id_rank=3,
        ),
    ),
    audio=(MUSIC,),
    queues=(
        QueueSettings(
            name="Help Desk",
            domain="contoso.com",
            line_uri="tel:+14255550100",
            greeting=GREETING,
            music=MUSIC,
            distribution=Distribution.SERIAL,
            agents=("chi@contoso.com", "amal@contoso.com"),
            groups=("Second Line", "First Line"),
            overflow=QueueExit(QueueExitAction.FORWARD, "Sales"),
            timeout=QueueExit(QueueExitAction.VOICEMAIL, "sip:chi@contoso.com"),
        ),
        QueueSettings(name="Sales", domain="contoso.com", wrap_up=5, agents=("dana@contoso.com",)),
    ),
    caller_id_policies=(
        CallerIdPolicy(name="Global"),
        CallerIdPolicy(
            name="UK Sales",
            substitute=Substitute.SERVICE,
            service_number="+14255550100",
            company_name="Contoso",
        ),
    ),
)

Edit = Callable[[Organization], Organization]


def rename_user(organization: Organization, place: int) -> Organization:
    user = organization.users[place % len(organization.users)]
    name = "z" + user.upn if len(user.upn) < 40 else f"user{place}@contoso.com"
    return replaced(organization, "users", user, replace(user, upn=name))


def swap_names(organization: Organization, place: int) -> Organization:
    """As no single edit does: what names users goes on naming them, and means others."""
    first, *others = [user for user in organization.users if user.voicemail is None] or organization.users
    second = others[0] if others else first  # when the others have been removed
    names = {first.upn: second.upn, second.upn: first.upn}
    users = (replace(user, upn=names.get(user.upn, user.upn)) for user in organization.users)
    return replace(organization, users=tuple(users))


def remove_user(organization: Organization, place: int) -> Organization:
    user = organization.users[place % len(organization.users)]
    if user.upn.endswith("chi@contoso.com"):  # the mailbox of a queue's exit
        return organization
    return removed(detached(organization, user), "users", user, user.upn)


def add_user(organization: Organization, place: int) -> Organization:
    taken = {user.upn for user in organization.users}
    upn = next(upn for n in range(100) if (upn := f"new{n}@contoso.com") not in taken)
    new = User(upn=upn, licences=frozenset({Licence.E5}), voice_enabled=True)
    place %= len(organization.users) + 1
    return replace(organization, users=(*organization.users[:place], new, *organization.users[place:]))


def turn_users_round(organization: Organization, place: int) -> Organization:
    return replace(organization, users=organization.users[::-1])


def rename_group(organization: Organization, place: int) -> Organization:
    group = organization.groups[place % len(organization.groups)]
    return replaced(organization, "groups", group, replace(group, name=f"{group.name[:40]} {place}"))


def change_members(organization: Organization, place: int) -> Organization:
    group = organization.groups[place % len(organization.groups)]
    members = (organization.users[place % len(organization.users)].upn, *group.members[1:])
    return replaced(organization, "groups", group, replace(group, members=tuple(dict.fromkeys(members))))


def change_agents(organization: Organization, place: int) -> Organization:
    queue = organization.queues[place % len(organization.queues)]
    new = replace(queue, agents=queue.agents[::-1], groups=queue.groups[::-1], wrap_up=place)
    return replaced(organization, "queues", queue, new)


def rename_queue(organization: Organization, place: int) -> Organization:
    queue = organization.queues[place % len(organization.queues)]
    return replaced(organization, "queues", queue, replace(queue, name=f"{queue.name[:40]} {place}"))


def nothing(organization: Organization, place: int) -> Organization:
    return organization


EDITS = (
    rename_user,
    swap_names,
    remove_user,
    add_user,
    turn_users_round,
    rename_group,
    change_members,
    change_agents,
    rename_queue,
    nothing,
)


def small(number: int) -> Organization:
    """An organization like no other, with things that are in an order."""
    domain = f"office{number}.test"
    agents = tuple(f"{name}@{domain}" for name in ("zoe", "amal", "bao"))
    return Organization(
        name=f"Office {number}",
        domains=(domain,),
        users=tuple(User(upn=upn, licences=frozenset({Licence.E5}), voice_enabled=True) for upn in agents),
        queues=(QueueSettings(name=f"Desk {number}", domain=domain, agents=agents),),
    )


@given(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 20)), min_size=1, max_size=6))
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_changes_what_is_kept_is_what_another_process_reads(
    database: Engine, steps: list[tuple[Callable[[Organization, int], Organization], int]]
) -> None:
    now = [NOON]
    writer, follower = Settings(database, lambda: now[0]), Settings(database)
    for each in writer.organizations():
        writer.remove(each.organization_id, BY)
    organization_id = writer.put(CONTOSO, BY).organization.organization_id
    for edit, place in steps:
        now[0] += timedelta(minutes=1)
        changed = writer.change(organization_id, lambda before, e=edit, p=place: e(before, p), BY)  # type: ignore[misc]
        (stored,) = Settings(database).organizations()
        assert changed.organization == stored
        assert writer.organization(organization_id) == stored
        assert follower.organization(organization_id) == stored
        assert organization_of(rows_of(stored)) == stored


def test_what_has_not_changed_is_the_same_object(database: Engine) -> None:
    writer, follower = Settings(database), Settings(database)
    organization_id = writer.put(CONTOSO, BY).organization.organization_id
    before = follower.organization(organization_id)
    assert follower.organization(organization_id) is before
    writer.change(organization_id, lambda organization: change_agents(organization, 1), BY)
    after = follower.organization(organization_id)
    assert [new is old for new, old in zip(after.users, before.users, strict=True)] == [True] * 4
    assert [new is old for new, old in zip(after.queues, before.queues, strict=True)] == [True, False]
    assert writer.organization(organization_id) is writer.organization(organization_id)


@pytest.mark.parametrize(("count", "times"), [(0, 0), (1, 1), (90, 1), (201, 3)])
def test_many_organizations_are_read_as_they_were_applied_by_few_statements(
    database: Engine, count: int, times: int
) -> None:
    writer = Settings(database)
    applied = [writer.put(small(number), BY).organization for number in range(count)]
    statements: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *told: statements.append(told[2]))

    def asked() -> int:
        return sum(statement.startswith("SELECT ") for statement in statements)

    reader = Settings(database)
    assert reader.organizations() == tuple(applied)
    assert asked() == 2 + times * len(SETTINGS_TABLES)
    statements.clear()
    assert reader.organizations() == tuple(applied)
    assert asked() == 2, "of what has not changed nothing is read"


def test_an_opt_out_is_seen_without_reading_the_rest_again(database: Engine) -> None:
    settings = Settings(database)
    organization = settings.put(CONTOSO, BY).organization
    pair = (organization.users[3].user_id, organization.queues[1].queue_id)
    set_opted_out(database, organization.organization_id, *pair, True)
    (opted_out,) = settings.organizations()
    assert opted_out.opt_outs == {pair}
    assert opted_out.users is organization.users
    assert settings.organizations()[0] is opted_out


def test_a_refused_or_failed_change_is_not_kept(database: Engine) -> None:
    settings = Settings(database)
    organization_id = settings.put(CONTOSO, BY).organization.organization_id
    before = settings.organization(organization_id)

    def fail(organization: Organization) -> Organization:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk"):
        settings.change(organization_id, fail, BY)
    settings.change(organization_id, lambda each: change_agents(each, 1), BY, dry_run=True)
    assert settings.organization(organization_id) is before


def test_rows_of_what_two_states_share_are_left_out(database: Engine) -> None:
    before = Settings(database).put(CONTOSO, BY).organization
    after = change_agents(before, 1)
    wanted, stored = rows_of(after, before), rows_of(before, after)
    many = {"users", "numbers", "groups", "group_members", "trunks"}
    assert [table.name for table in SETTINGS_TABLES if table.name in many and wanted[table]] == []
    assert [row["name"] for table in SETTINGS_TABLES if table.name == "queues" for row in stored[table]] == [
        "Sales"
    ]
