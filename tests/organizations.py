"""Random organizations that the rules allow, for tests of properties that hold for all of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from huntline.clean_text import hidden_in, normalized
from huntline.directory.digests import password_digests
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.organization import (
    GLOBAL_POLICY,
    Allowance,
    AlsoRing,
    Audio,
    CallerIdPolicy,
    Encryption,
    Group,
    GroupKind,
    Home,
    Licence,
    LicencePool,
    NumberKind,
    Organization,
    OrganizationLimits,
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
    missing_for_calls,
)
from huntline.directory.quota import Quota
from huntline.engine.model import CallsAlerting, Distribution
from huntline.languages.speaking import SPOKEN_LANGUAGES
from tests.random_attendants import attendants

DOMAINS = ("contoso.com", "redmond.contoso.com", "xn--caf-dma.example")
SOUNDS = {
    name: Audio(f"{place:064x}", name, 1.0 + place, loudness=-20.0)
    for place, name in enumerate(("welcome.wav", "Musik für alle.mp3", "yes.wma", "#1 'best': {x}.WAV"))
}
"""Sound files by name."""

# What YAML might take for something else, or lose, if it were not written with care.
_AWKWARD = (
    "yes",
    "null",
    "~",
    "1e3",
    "0x1F",
    "12:30",
    "2026-01-31",
    "- x",
    "a: b",
    "# c",
    "'",
    '"',
    "{}",
    "!x",
    "=",
)


def _may_be_a_name(text: str) -> bool:
    return text == normalized(text).strip() and hidden_in(text) is None


_LETTERS = st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="@")
_names = st.one_of(
    st.sampled_from(_AWKWARD),
    st.text(_LETTERS, min_size=1, max_size=20).filter(_may_be_a_name),
)
_texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\r\x85\x9b"), max_size=200
).map(normalized)  # as every way in has it
_digits = st.text("0123456789", min_size=3, max_size=10)
_OUTSIDE = ("sip:desk@elsewhere.example", "tel:+99912345")
_wishes = st.sampled_from([None, "off", "voicemail", *_OUTSIDE])


def _unique_names(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(_names, max_size=most, unique_by=str.casefold)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    """An organization as somebody may write it: without ids, and with nothing settled yet."""
    domains = tuple(draw(st.lists(st.sampled_from(DOMAINS), min_size=1, unique=True)))
    numbers = draw(st.lists(_digits, max_size=6, unique=True))
    held = tuple(
        ServiceNumber(
            f"+1{digits}",
            draw(st.sampled_from((NumberKind.SERVICE_TOLL, NumberKind.SERVICE_TOLL_FREE))),
            country=draw(st.sampled_from((None, "US", "CA"))),
        )
        for digits in numbers
    )
    policies = _policies(draw, tuple(number.number for number in held))
    granted = st.none() | st.sampled_from([policy.name for policy in policies])
    users = _users(draw, domains, granted)
    groups = _groups(draw, users, policies)
    queues = _queues(draw, domains, held, users, groups)
    taken, used = {queue.name.casefold() for queue in queues}, {queue.line_uri for queue in queues}
    return Organization(
        name=draw(_names),
        domains=domains,
        limits=OrganizationLimits(
            max_waiting=draw(st.integers(200, 10_000)), agent_limit=draw(st.integers(50, 10_000))
        ),
        quota=Quota(
            max_calls=draw(st.integers(0, 100_000)),
            max_calls_per_second=draw(st.integers(0, 1000)),
            max_registrations=draw(st.integers(0, 100_000)),
        ),
        communication_credits=True,
        propagation_delay=draw(st.booleans()),
        history_days=draw(st.integers(0, 36_500)),
        queue_name_in_identity=draw(st.booleans()),
        dialling=DiallingSettings(
            country=draw(st.sampled_from([None, "US", "FR"])),
            may_dial=draw(st.sampled_from(MayDial)),
            international_calls_a_day=draw(st.integers(0, 10_000)),
            international_minutes_a_day=draw(st.integers(0, 100_000)),
        ),
        star_codes=draw(st.sampled_from((StarCodes(), StarCodes(None, "#2"), StarCodes("*1", None)))),
        licence_pools=tuple(
            LicencePool(licence, draw(st.integers(10, 100)))
            for licence in draw(st.lists(st.sampled_from(Licence), unique=True))
        ),
        queue_table=draw(st.sampled_from(((), (QueueAllowance(0, 0, 9), QueueAllowance(9, 2, 99))))),
        service_number_table=draw(
            st.sampled_from(((), (Allowance(0, 50),), (Allowance(0, 6), Allowance(9, 99))))
        ),
        trunks=tuple(
            Trunk(
                name,
                tuple(
                    draw(
                        st.lists(
                            st.sampled_from(("192.0.2.1", "[2001:db8::1]:5060", "10.1.0.0/16")),
                            min_size=1,
                            unique=True,
                        )
                    )
                ),
                draw(st.booleans()),
                hosts=tuple(draw(st.lists(st.sampled_from(("sip.provider.example", "192.0.2.9:5070"))))),
                transport=draw(st.sampled_from(TrunkTransport)),
                username=draw(st.none() | st.just("contoso")),
                options_interval=draw(st.integers(0, 3600)),
                most_calls=draw(st.integers(0, 10_000)),
                most_calls_per_second=draw(st.integers(0, 1000)),
                prefixes_in=tuple(draw(st.lists(st.sampled_from(("00>+", ">+"))))),
                prefixes_out=tuple(draw(st.lists(st.sampled_from(("+33>0", "+>00"))))),
                encryption=draw(st.sampled_from(Encryption)),
                is_enabled=draw(st.booleans()),
                numbers=tuple(draw(st.lists(st.sampled_from(("+1425", "+14255550100"))))),
            )
            for name in draw(_unique_names(2))
        ),
        numbers=held,
        users=users,
        groups=groups,
        audio=tuple(SOUNDS[name] for name in draw(st.lists(st.sampled_from(sorted(SOUNDS)), unique=True))),
        queues=queues,
        attendants=attendants(
            draw,
            [name for name in draw(_unique_names(2)) if name.casefold() not in taken],
            domains,
            [f"tel:{number.number}" for number in held if f"tel:{number.number}" not in used],
            list(_OUTSIDE),
            st.none() | _speech | st.sampled_from(sorted(SOUNDS)).map(SOUNDS.__getitem__),
            ([group.name for group in groups], [user.upn for user in users]),
        ),
        caller_id_policies=policies,
    )


def _policies(draw: st.DrawFn, numbers: tuple[str, ...]) -> tuple[CallerIdPolicy, ...]:
    names = draw(
        st.permutations(
            [GLOBAL_POLICY, *(name for name in draw(_unique_names(3)) if name.casefold() != "global")]
        )
    )
    policies = []
    for name in names:
        is_plain = draw(st.booleans())
        substitute = draw(
            st.sampled_from(Substitute if numbers else (Substitute.ANONYMOUS, Substitute.LINE_URI))
        )
        policy = CallerIdPolicy(
            name=name,
            substitute=substitute,
            service_number=draw(st.sampled_from(numbers)) if substitute is Substitute.SERVICE else None,
            enable_user_override=draw(st.booleans()),
            block_incoming_pstn_caller_id=draw(st.booleans()),
            company_name=draw(_names),
            description=draw(_names),
        )
        policies.append(CallerIdPolicy(name=name) if is_plain else policy)
    return tuple(policies)


def _users(
    draw: st.DrawFn, domains: tuple[str, ...], granted: st.SearchStrategy[str | None]
) -> tuple[User, ...]:
    local_parts = draw(
        st.lists(st.text("abcz09_.!~*'&=+$-", min_size=1, max_size=8), max_size=5, unique=True)
    )
    return tuple(
        _user(draw, place, local_part, domains, granted) for place, local_part in enumerate(local_parts)
    )


def _user(
    draw: st.DrawFn,
    place: int,
    local_part: str,
    domains: tuple[str, ...],
    granted: st.SearchStrategy[str | None],
) -> User:
    upn = f"{local_part}@{draw(st.sampled_from(domains))}"
    # Most may be agents, so that queues have some.
    full = {"licences": frozenset({Licence.E5}), "voice_enabled": True}
    bare = {
        "licences": draw(st.frozensets(st.sampled_from(Licence))),
        "voice_enabled": draw(st.booleans()),
        "homed": draw(st.sampled_from(Home)),
        "is_active": draw(st.booleans()),
    }
    return User(
        upn=upn,
        display_name=draw(st.just("") | _names),
        line_uri=draw(st.none() | st.just(f"tel:+2000{place}")),
        extension=draw(st.none() | st.just(f"0{place}")),
        contacts=tuple(draw(st.lists(st.just("sip:front@10.0.0.5:5060"), max_size=1))),
        digests=password_digests(upn, domains[0], "secret") if draw(st.booleans()) else (),
        voicemail=draw(st.none() | st.sampled_from(_OUTSIDE)),
        forward_to=draw(st.sampled_from([None, "voicemail", *_OUTSIDE])),
        when_busy=draw(_wishes),
        when_no_answer=draw(_wishes),
        when_not_reachable=draw(_wishes),
        ring_time=draw(st.integers(20, 60)),
        also_ring=tuple(
            AlsoRing(draw(st.sampled_from(_OUTSIDE)), after)
            for after in draw(st.lists(st.integers(0, 19), max_size=3))
        ),
        hides_number=draw(st.booleans()),
        may_dial=draw(st.none() | st.sampled_from(MayDial)),
        encryption=draw(st.none() | st.sampled_from(Encryption)),
        caller_id_policy=draw(granted),
        external_id=draw(st.none() | st.just(f"id {place}")),
        **draw(st.sampled_from((full, full, bare))),
    )


def _groups(
    draw: st.DrawFn, users: tuple[User, ...], policies: tuple[CallerIdPolicy, ...]
) -> tuple[Group, ...]:
    names = draw(_unique_names(3))
    members = (
        st.lists(st.sampled_from([*(user.upn for user in users), *names]), unique=True)
        if names
        else st.just([])
    )
    groups = []
    for place, name in enumerate(names):
        group = Group(name, draw(st.sampled_from(GroupKind)), tuple(draw(members)))
        if draw(st.booleans()):
            policy = draw(st.sampled_from(policies)).name
            group = replace(
                group, caller_id_policy=policy, caller_id_rank=place + 1, external_id=f"id {place}"
            )
        groups.append(group)
    return tuple(groups)


def _queues(
    draw: st.DrawFn,
    domains: tuple[str, ...],
    numbers: tuple[ServiceNumber, ...],
    users: tuple[User, ...],
    groups: tuple[Group, ...],
) -> tuple[QueueSettings, ...]:
    agents = [user.upn for user in users if not missing_for_calls(user)]
    free = [f"tel:{number.number}" for number in numbers]
    names = draw(_unique_names(4))
    queues = []
    for place, name in enumerate(names):
        # A queue forwards to later ones only: no loops.
        targets = [*_OUTSIDE, *(f"sip:{upn}" for upn in agents), *names[place + 1 :]]
        distribution = draw(st.sampled_from(Distribution))
        queue = QueueSettings(
            name=name,
            domain=draw(st.sampled_from(domains)),
            line_uri=free.pop() if draw(st.booleans()) and free else None,
            greeting=draw(_sound),
            music=draw(st.none() | st.sampled_from(sorted(SOUNDS)).map(SOUNDS.__getitem__)),
            language=draw(st.sampled_from(SPOKEN_LANGUAGES)),
            distribution=distribution,
            alerting=draw(st.sampled_from(CallsAlerting)),
            agent_limit=draw(st.integers(1, 50)),
            agents=tuple(draw(st.lists(st.sampled_from(agents), unique=True))) if agents else (),
            groups=tuple(draw(st.lists(st.sampled_from([group.name for group in groups]), unique=True)))
            if groups
            else (),
            agent_alert_time=draw(st.integers(15, 180)),
            allow_opt_out=draw(st.booleans()),
            max_waiting=draw(st.integers(0, 200)),
            overflow=draw(_exits(targets)),
            max_wait=draw(st.integers(0, 2700)),
            timeout=draw(_exits(targets)),
            no_agents=draw(st.just(QueueExit(QueueExitAction.QUEUE)) | _exits(targets)),
            no_agents_new_calls_only=draw(st.booleans()),
            presence_based_routing=distribution is Distribution.LONGEST_IDLE or draw(st.booleans()),
            ring_busy=draw(st.booleans()),
            wrap_up=draw(st.integers(0, 3600)),
            messages=tuple(draw(st.lists(_played, max_size=10))),
            message_interval=draw(st.sampled_from([0, 15, 600])),
            announce_position=draw(st.booleans()),
            announce_wait=draw(st.booleans()),
            announce_interval=draw(st.integers(15, 600)),
            announce_to_agent=draw(st.booleans()),
        )
        queues.append(queue)
    return tuple(queues)


_speech = st.builds(
    lambda text, language: Audio(f"spoken {language}: {text}", text, 2.0, language, -20.0),
    _texts.filter(str.strip),
    st.sampled_from(("en", "fr")),
)
_played = _speech | st.sampled_from(sorted(SOUNDS)).map(SOUNDS.__getitem__)
_sound = st.none() | _played


def _exits(targets: list[str]) -> st.SearchStrategy[QueueExit]:
    forward = st.sampled_from(targets).map(lambda target: QueueExit(QueueExitAction.FORWARD, target))
    return st.just(QueueExit(QueueExitAction.DISCONNECT)) | forward
