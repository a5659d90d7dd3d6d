"""The compiled look-ups over all organizations (unit)."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from huntline.directory.caller_id import ShownCallerId
from huntline.directory.digests import password_digests
from huntline.directory.forwards import destination_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import (
    AlsoRing,
    Audio,
    CallerIdPolicy,
    Group,
    GroupKind,
    Home,
    Licence,
    NumberKind,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    ServiceNumber,
    Substitute,
    Trunk,
    User,
)
from huntline.directory.plan import (
    AlsoRung,
    MoveTarget,
    OutsideNumber,
    PersonRule,
    QueueTarget,
    ServerPlan,
    UserTarget,
    VoicemailTarget,
)
from huntline.directory.star_codes import StarCode
from huntline.engine import announcements
from huntline.engine.model import AgentSettings, Exit, ExitAction
from huntline.languages.waiting import place_sentences

HG = "hg_0123456789abcdef0123456789abcdef"


def person(upn: str, **settings: object) -> User:
    """A user who may be an agent."""
    user = User(user_id=f"id-{upn}", upn=upn, licences=frozenset({Licence.E5}), voice_enabled=True)
    return replace(user, **settings)  # type: ignore[arg-type]


CONTOSO = Organization(
    organization_id="contoso",
    name="Contoso",
    domains=("contoso.com", "redmond.contoso.com"),
    trunks=(Trunk("provider", ("203.0.113.0/24", "192.0.2.1", "192.0.2.2:5080", "[2001:db8::1]:5060")),),
    numbers=(ServiceNumber("+14255550100", NumberKind.SERVICE_TOLL),),
    users=(
        person("amal@contoso.com", line_uri="tel:+14255550177", extension="301", display_name="Amal Haddad"),
        person("bao@contoso.com", digests=password_digests("bao@contoso.com", "contoso.com", "secret")),
        person("chi@contoso.com", licences=frozenset({Licence.E3})),
        person("bao@redmond.contoso.com"),
        person("dan@contoso.com", homed=Home.LYNC_2010),
    ),
    groups=(
        Group("First Line", GroupKind.SECURITY_GROUP, ("bao@contoso.com", "second line", "amal@contoso.com")),
        Group(
            "Second Line", GroupKind.DISTRIBUTION_LIST, ("first line", "dan@contoso.com", "chi@contoso.com")
        ),
    ),
    queues=(
        QueueSettings(
            queue_id="help",
            primary_uri=f"sip:{HG}@contoso.com",
            name="Help Desk",
            domain="contoso.com",
            line_uri="tel:+14255550100",
            greeting=Audio("00", "hello.wav", 2.0),
            agents=("amal@contoso.com",),
            groups=("First Line",),
            max_wait=45,
            overflow=QueueExit(QueueExitAction.FORWARD, "sales"),
            timeout=QueueExit(QueueExitAction.FORWARD, "tel:+14255550177"),
            no_agents=QueueExit(QueueExitAction.FORWARD, "TEL:+442071234567"),
        ),
        QueueSettings(
            queue_id="sales", name="Sales", domain="contoso.com", agents=("bao@redmond.contoso.com",)
        ),
    ),
    opt_outs=frozenset({("id-amal@contoso.com", "help")}),
)
FABRIKAM = Organization(
    organization_id="fabrikam",
    name="Fabrikam",
    domains=("fabrikam.com",),
    trunks=(Trunk("provider", ("192.0.2.1",)),),
    numbers=(ServiceNumber("+442079460000", NumberKind.SERVICE_TOLL),),
    users=(person("amal@fabrikam.com"),),
    queues=(
        QueueSettings(
            queue_id="support", name="Help Desk", domain="fabrikam.com", line_uri="tel:+442079460000"
        ),
    ),
)
PLAN = ServerPlan((CONTOSO, FABRIKAM), frozenset({"192.0.2.10", "::1"}))


@pytest.mark.parametrize(
    ("user", "host", "upn"),
    [
        ("amal", "contoso.com", "amal@contoso.com"),
        ("AMAL", "Contoso.COM", "amal@contoso.com"),
        ("bao", "redmond.contoso.com", "bao@redmond.contoso.com"),
        ("chi", "192.0.2.10", "chi@contoso.com"),
        ("chi", "[::1]", "chi@contoso.com"),
        ("amal@fabrikam.com", "192.0.2.10", "amal@fabrikam.com"),
        ("amal", "192.0.2.10", None),  # two organizations have one
        ("amal", "192.0.2.11", None),
        ("zoe", "contoso.com", None),
        ("", "contoso.com", None),
    ],
)
def test_account_by_address_of_record(user: str, host: str, upn: str | None) -> None:
    account = PLAN.account(user, host)
    assert (account.upn if account else None) == upn


def test_account_checks_passwords_in_the_realm_of_the_first_domain() -> None:
    account = PLAN.account("bao", "contoso.com")
    assert account is not None
    assert account.realm == "contoso.com"
    assert account.ha1("bao", "MD5") == "d4103b699bee45e23f601d91ef629b25"
    assert len(account.ha1("bao@contoso.com", "SHA-256") or "") == 64
    assert account.ha1("amal", "MD5") is None
    assert PLAN.account_by_id(account.user_id) is account


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("203.0.113.77", 5060, ("contoso",)),
        ("192.0.2.1", 40000, ("contoso", "fabrikam")),
        ("::ffff:192.0.2.1", 40000, ("contoso", "fabrikam")),
        ("192.0.2.2", 5080, ("contoso",)),
        ("192.0.2.2", 5060, ()),
        ("2001:db8::1", 5060, ("contoso",)),
        ("2001:db8::1", 5061, ()),
        ("198.51.100.1", 5060, ()),
        ("not an address", 5060, ()),
    ],
)
def test_trunks_are_known_by_their_source_address(address: str, port: int, expected: tuple[str, ...]) -> None:
    assert tuple(each.organization_id for each in PLAN.trunks_of(address, port)) == expected


def test_outbound_trunk_is_the_first_with_a_single_address() -> None:
    assert PLAN.outbound_trunk("contoso") is CONTOSO.trunks[0]
    assert PLAN.outbound_trunk("nobody") is None


HELP = QueueTarget("help", "contoso")
SUPPORT = QueueTarget("support", "fabrikam")
AMAL = UserTarget("id-amal@contoso.com", "contoso")
AMALS_BOX = VoicemailTarget(AMAL.user_id, "contoso")


@pytest.mark.parametrize(
    ("user", "host", "caller", "expected"),
    [
        ("+14255550100", "contoso.com", None, HELP),
        ("14255550100", "192.0.2.10", None, HELP),
        ("+1 (425) 555-01.00", "", None, HELP),
        ("+14255550100", "", "fabrikam", HELP),  # the number decides
        ("+442079460000", "contoso.com", None, SUPPORT),
        ("help desk", "contoso.com", None, HELP),
        ("Help Desk", "fabrikam.com", None, SUPPORT),  # the domain decides
        ("helpdesk", "contoso.com", "contoso", HELP),
        ("Help-Desk", "192.0.2.10", "contoso", HELP),
        ("help_desk", "192.0.2.10", "fabrikam", SUPPORT),
        ("help desk", "192.0.2.10", None, None),  # a provider must name a domain
        (HG, "redmond.contoso.com", "contoso", HELP),
        (HG.upper(), "192.0.2.10", "contoso", HELP),
        ("amal", "contoso.com", None, AMAL),
        ("amal", "192.0.2.10", "contoso", AMAL),
        ("+14255550177", "192.0.2.10", "contoso", AMAL),
        ("+14255550177", "192.0.2.10", None, None),  # a personal number is no service number
        ("+14255550177", "192.0.2.10", "fabrikam", OutsideNumber("+14255550177", "fabrikam")),
        ("+1 (999) 999-9999", "contoso.com", "contoso", OutsideNumber("+19999999999", "contoso")),
        ("9999999", "", "contoso", OutsideNumber("9999999", "contoso")),
        ("112", "", "contoso", OutsideNumber("112", "contoso")),
        ("99", "", "contoso", None),  # too short for a number of the outside world
        ("+19999999999", "elsewhere.example", "contoso", None),
        ("*45", "contoso.com", "contoso", StarCode("contoso", "opt-out")),
        ("*45;phone-context=contoso.com", "contoso.com", "contoso", StarCode("contoso", "opt-out")),
        ("AMAL;ext=1", "contoso.com", "contoso", None),
        ("9999999;phone-context=+1425", "", "contoso", OutsideNumber("9999999", "contoso")),
        ("*46", "192.0.2.10", "fabrikam", StarCode("fabrikam", "opt-in")),
        ("*72", "contoso.com", "contoso", StarCode("contoso", "forward-all")),
        ("*72+442071234567", "contoso.com", "contoso", StarCode("contoso", "forward-all", "+442071234567")),
        ("*90123", "contoso.com", "contoso", StarCode("contoso", "forward-busy", "123")),
        ("*93", "contoso.com", "contoso", StarCode("contoso", "forward-no-answer-off")),
        ("*43", "contoso.com", "contoso", StarCode("contoso", "echo")),
        ("*931", "contoso.com", "contoso", None),
        ("*45", "contoso.com", None, None),
        ("*45+14255550100", "", "contoso", StarCode("contoso", "opt-out", "+14255550100")),
        ("*460100", "", "contoso", StarCode("contoso", "opt-in", "0100")),
        ("*97", "", "contoso", StarCode("contoso", "voicemail")),
        ("*97+14255550177", "", "contoso", AMALS_BOX),
        ("*97amal", "contoso.com", "contoso", AMALS_BOX),
        ("*97301", "", "contoso", AMALS_BOX),
        ("*97301", "", "fabrikam", None),
        ("*97+442079460000", "", "contoso", None),  # a queue, but another organization's
        ("*97help-desk", "contoso.com", "contoso", VoicemailTarget(HELP.queue_id, "contoso")),
        ("*97+14255550177", "", "fabrikam", None),  # a personal number counts within its organization
        ("*97+442071234567", "", "contoso", None),  # who is outside has no box here
        ("*97*45", "", "contoso", None),
        ("*97amal", "contoso.com", None, None),
        ("*67+442071234567", "", "contoso", OutsideNumber("+442071234567", "contoso", hides_number=True)),
        ("*4501", "", "contoso", None),  # too little to be a queue's
        ("*45amal", "", "contoso", None),
        ("+19999999999", "contoso.com", None, None),
        ("help desk", "elsewhere.example", "contoso", None),
        ("", "contoso.com", "contoso", None),
    ],
)
def test_dialled_addresses(user: str, host: str, caller: str | None, expected: object) -> None:
    assert PLAN.target(user, host, caller) == expected


def test_queues_are_compiled_with_agents_expanded_in_order_and_once() -> None:
    queues, agents = PLAN.engine_settings("contoso")
    help_desk, sales = queues
    assert help_desk.agents == ("id-amal@contoso.com", "id-bao@contoso.com")
    assert sales.agents == ("id-bao@redmond.contoso.com",)
    assert help_desk.has_greeting
    assert not sales.has_greeting
    assert help_desk.max_wait == timedelta(seconds=45)
    assert help_desk.overflow == Exit(ExitAction.FORWARD, queue_id="sales")
    assert help_desk.timeout == Exit(ExitAction.FORWARD, target="sip:amal@contoso.com")
    assert help_desk.no_agents == Exit(ExitAction.FORWARD, target="tel:+442071234567")
    assert help_desk.goodbye == timedelta(seconds=15)  # of a sentence of ours it is not known
    assert agents[0] == AgentSettings(
        agent_id="id-amal@contoso.com",
        organization_id="contoso",
        name="Amal Haddad",
        opted_out=frozenset({"help"}),
    )
    assert [agent.name for agent in agents] == ["Amal Haddad", "bao", "bao"]


def test_who_is_left_out_is_listed_with_the_reason() -> None:
    first, second = PLAN.left_out("help")
    assert (first.upn, first.reason) == ("dan@contoso.com", "lacks a home other than lync-2010")
    assert (second.upn, second.reason) == (
        "chi@contoso.com",
        "lacks a licence for Phone System (PhoneSystem or E5)",
    )
    small = replace(CONTOSO, queues=(replace(CONTOSO.queues[0], agent_limit=1),))
    plan = ServerPlan((small,))
    assert plan.engine_settings("contoso")[0][0].agents == ("id-amal@contoso.com",)
    assert ("bao@contoso.com", "past the limit of 1 agents") in [
        (left_out.upn, left_out.reason) for left_out in plan.left_out("help")
    ]


def test_ten_thousand_users_in_nested_groups_compile_in_a_second() -> None:
    users = tuple(person(f"user{number}@contoso.com") for number in range(10_000))
    groups = tuple(
        Group(
            f"group{number}",
            GroupKind.SECURITY_GROUP,
            (
                *(user.upn for user in users[number * 20 : number * 20 + 20]),
                *([f"group{number + 1}"] if number % 5 < 4 else []),
            ),
        )
        for number in range(500)
    )
    queues = tuple(
        QueueSettings(
            queue_id=str(number),
            name=f"queue {number}",
            domain="contoso.com",
            agent_limit=100,
            groups=tuple(f"group{number * 5 % 500 + offset}" for offset in (0, 5, 10)),
        )
        for number in range(200)
    )
    started_at = time.perf_counter()
    plan = ServerPlan((replace(CONTOSO, users=users, groups=groups, queues=queues),))
    compiled, _agents = plan.engine_settings("contoso")
    assert time.perf_counter() - started_at < 2  # about 0.1 on an idle machine
    assert all(len(queue.agents) == 100 for queue in compiled)


def test_queues_of_an_agent() -> None:
    assert PLAN.queues_of("id-amal@contoso.com") == ("help",)
    assert PLAN.queues_of("id-chi@contoso.com") == ()
    assert PLAN.engine_settings("nobody") == ((), ())


def forwarding_plan() -> ServerPlan:
    """Contoso with forwarding users: amal to bao, bao to sales, who is a queue, and dan outside."""
    forwards = {
        "amal@contoso.com": "sip:bao@contoso.com",
        "bao@contoso.com": "sip:sales@contoso.com",
        "dan@contoso.com": "tel:+442071234567",
    }
    users = tuple(replace(user, forward_to=forwards.get(user.upn)) for user in CONTOSO.users)
    return ServerPlan((replace(CONTOSO, users=users),))


def test_calls_of_a_user_who_forwards_end_up_where_the_last_forward_leads() -> None:
    plan = forwarding_plan()

    def way(name: str) -> tuple[list[str], MoveTarget]:
        passed, last = plan.way(UserTarget(f"id-{name}@contoso.com", "contoso"))
        return [account.upn.partition("@")[0] for account in passed], last

    assert way("amal") == (["amal", "bao"], QueueTarget("sales", "contoso"))
    assert way("dan") == (["dan"], OutsideNumber("+442071234567", "contoso"))
    assert way("chi") == ([], UserTarget("id-chi@contoso.com", "contoso"))


def test_a_queue_that_forwards_to_a_forwarding_user_leaves_it_to_their_rule() -> None:
    help_desk, _ = forwarding_plan().engine_settings("contoso")[0]
    assert help_desk.timeout == Exit(ExitAction.FORWARD, target="sip:amal@contoso.com")


def test_an_exit_to_the_voicemail_of_a_person_leads_to_its_address_or_else_to_their_own_box() -> None:
    def way_out(**wishes: object) -> Exit:
        to_voicemail = QueueExit(QueueExitAction.VOICEMAIL, "sip:amal@contoso.com")
        desk = replace(CONTOSO.queues[0], timeout=to_voicemail)
        users = (person("amal@contoso.com", **wishes),)
        return (
            ServerPlan((replace(CONTOSO, users=users, queues=(desk,)),))
            .engine_settings("contoso")[0][0]
            .timeout
        )

    assert way_out() == Exit(ExitAction.FORWARD, target="voicemail:amal@contoso.com")
    assert way_out(voicemail="tel:+442071234567").target == "tel:+442071234567"
    assert way_out(forward_to="tel:+442071234568").target == "voicemail:amal@contoso.com"


def test_a_user_who_is_not_active_forwards_nothing() -> None:
    away = person("amal@contoso.com", forward_to="tel:+442071234567", is_active=False)
    index = OrganizationIndex(replace(CONTOSO, users=(away,)))
    assert destination_of(away, index) is away


def test_forwarding_that_goes_round_or_nowhere_stops_where_it_is() -> None:
    users = (
        person("amal@contoso.com", forward_to="sip:bao@contoso.com"),
        person("bao@contoso.com", forward_to="sip:amal@contoso.com"),
        person("chi@contoso.com", forward_to="sip:zoe@contoso.com"),
    )
    index = OrganizationIndex(replace(CONTOSO, users=users))
    assert destination_of(users[0], index) in users[:2]
    assert destination_of(users[2], index) is users[2]


def test_a_call_outside_shows_what_the_policy_says_or_what_the_phone_asks_where_it_may() -> None:
    number = "+14255550100"
    service = CallerIdPolicy(
        name="Global", substitute=Substitute.SERVICE, service_number=number, company_name="Contoso"
    )
    plan = ServerPlan((replace(CONTOSO, caller_id_policies=(service,)),))
    assert plan.caller_id_of("id-amal@contoso.com") == ShownCallerId(number, "Contoso")
    assert plan.caller_id_of("id-amal@contoso.com", hides_number=True) == ShownCallerId(number, "Contoso")
    may_hide = replace(service, enable_user_override=True)
    plan = ServerPlan((replace(CONTOSO, caller_id_policies=(may_hide,)),))
    assert plan.caller_id_of("id-amal@contoso.com", hides_number=True) == ShownCallerId(None)
    assert plan.caller_id_of("nobody") == ShownCallerId(None)


def test_a_plan_of_an_unchanged_organization_is_not_made_anew() -> None:
    before = ServerPlan((CONTOSO,))
    after = ServerPlan((CONTOSO,), before=before)
    assert after.engine_settings("contoso") is before.engine_settings("contoso")
    assert after.caller_id_of("id-amal@contoso.com") == ShownCallerId("+14255550177")


def test_a_rule_leads_to_the_own_mailbox_unless_the_user_says_otherwise() -> None:
    def rule(**wishes: object) -> PersonRule:
        return ServerPlan((replace(CONTOSO, users=(person("amal@contoso.com", **wishes),)),)).rule_of(
            "id-amal@contoso.com"
        )

    outside, own = (
        OutsideNumber("+442071234567", "contoso"),
        VoicemailTarget("id-amal@contoso.com", "contoso"),
    )
    assert rule() == PersonRule()
    assert rule(voicemail="tel:+442071234567") == PersonRule(
        busy=outside, no_answer=outside, not_reachable=outside
    )
    some = rule(voicemail="tel:+442071234567", when_busy="off", when_no_answer="voicemail", ring_time=30)
    assert some == PersonRule(no_answer=outside, not_reachable=outside, ring_time=30)
    assert rule(forward_to="voicemail") == PersonRule(always=own)
    assert rule(when_busy="voicemail:amal@contoso.com") == PersonRule(busy=own)
    rung = rule(also_ring=(AlsoRing("tel:+442071234567", 5), AlsoRing("sip:gone@contoso.com")))
    assert rung.also_ring == (AlsoRung(outside, 5),)
    assert rule(is_active=False, forward_to="voicemail") == PersonRule()


def test_a_prompt_takes_as_long_as_its_sound_and_belongs_to_its_exit() -> None:
    queue = replace(
        CONTOSO.queues[0],
        timeout_prompt=Audio("1" * 64, "time.wav", 4.5),
        disconnect_prompt=Audio("2" * 64, "Goodbye", 2.0, "en"),
    )
    plan = ServerPlan((replace(CONTOSO, queues=(queue, *CONTOSO.queues[1:])),))
    (compiled, *_), _ = plan.engine_settings("contoso")
    prompts = [compiled.overflow.prompt, compiled.timeout.prompt, compiled.no_agents.prompt, compiled.goodbye]
    assert prompts == [None, timedelta(seconds=4.5), None, timedelta(seconds=2)]


def test_what_is_told_while_waiting_goes_to_the_engine_and_its_words_to_the_voice() -> None:
    queue = replace(
        CONTOSO.queues[0],
        messages=(Audio("1" * 64, "wait.wav", 4.5), Audio("2" * 64, "Patience", 2.0, "fr")),
        message_interval=30,
        announce_wait=True,
        announce_interval=90,
        language="fr",
    )
    plan = ServerPlan((replace(CONTOSO, queues=(queue, *CONTOSO.queues[1:])),))
    (compiled, *others), _ = plan.engine_settings("contoso")
    assert compiled.messages == (timedelta(seconds=4.5), timedelta(seconds=2))
    assert (compiled.message_interval, compiled.announce_interval) == (
        timedelta(seconds=30),
        timedelta(seconds=90),
    )
    assert (compiled.announce_position, compiled.announce_wait) == (False, True)
    assert not any(announcements.tells_anything(each) for each in others)
    assert set(plan.queue_texts()) == {(text, "fr") for text in place_sentences("fr")}
    assert not ServerPlan((CONTOSO,)).queue_texts()


def test_what_agents_are_told_of_calls_has_the_name_of_the_queue() -> None:
    queue = replace(CONTOSO.queues[0], announce_to_agent=True)
    plan = ServerPlan((replace(CONTOSO, queues=(queue, *CONTOSO.queues[1:])),))
    (compiled, *others), _ = plan.engine_settings("contoso")
    assert [each.announce_to_agent for each in (compiled, *others)] == [True] + len(others) * [False]
    assert (f"Call from the queue {queue.name}.", "en") in plan.queue_texts()
