"""ICE-lite without sockets: who is believed, where it is, and how long it consents. STUN from anybody."""

from __future__ import annotations

import itertools

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from huntline.media.worker.ice import IceCredentials, IceLite
from huntline.media.worker.media_clock import TICKS_PER_SECOND
from huntline.media.worker.stun import read

OURS, THEIRS = IceCredentials("ours", "o" * 22), IceCredentials("them", "t" * 22)
HOME, AWAY, ELSEWHERE = ("192.0.2.9", 4000), ("198.51.100.7", 5000), ("203.0.113.5", 6000)


def expecting() -> IceLite:
    ice = IceLite()
    ice.expect(OURS, THEIRS)
    return ice


def check(
    *,
    nominate: bool = False,
    username: str = "ours:them",
    password: str = OURS.password,
    role: str = "ICE-CONTROLLING",
    fingerprint: bool = True,
) -> bytes:
    """A connectivity check of the peer."""
    attributes: dict[str, object] = {"USERNAME": username, "PRIORITY": 1, role: 7}
    if nominate:
        attributes["USE-CANDIDATE"] = None
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity(password.encode())
    if not fingerprint:
        del message.attributes["FINGERPRINT"]
    return bytes(message)


def answer(request: bytes, password: str = THEIRS.password, kind: stun.Class = stun.Class.RESPONSE) -> bytes:
    """The peer's answer to a request of ours."""
    asked = stun.parse_message(request)
    attributes: dict[str, object] = {"XOR-MAPPED-ADDRESS": HOME}
    message = stun.Message(stun.Method.BINDING, kind, asked.transaction_id, attributes)
    message.add_message_integrity(password.encode())
    return bytes(message)


def connected(now: int = 0) -> IceLite:
    ice = expecting()
    assert ice.receive(check(nominate=True), HOME, now)
    return ice


def seconds(count: float) -> int:
    return int(count * TICKS_PER_SECOND)


def test_a_check_of_the_peer_is_answered_with_where_it_came_from() -> None:
    ice = expecting()
    reply = ice.receive(check(), HOME, 0)
    assert reply is not None
    message = stun.parse_message(reply)
    assert message.message_class is stun.Class.RESPONSE
    assert message.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert message.check_message_integrity(OURS.password.encode())
    assert ice.admits(HOME)
    assert (ice.chosen, ice.target) == (None, HOME)


def test_a_nominated_address_is_chosen() -> None:
    ice = connected()
    assert (ice.chosen, ice.target) == (HOME, HOME)


def test_strangers_get_no_answer_and_change_nothing() -> None:
    ice = expecting()
    strangers = [
        check(nominate=True, password="x" * 22),
        check(nominate=True, username="ours:else"),
        check(nominate=True, username="them:ours"),
        check(nominate=True, username=""),
        check(nominate=True, fingerprint=False),
        check(nominate=True)[:-1],
        b"",
        b"\0" * 20,
        bytes(600),
    ]
    for datagram in strangers:
        assert ice.receive(datagram, HOME, 0) is None
    assert not ice.admits(HOME)
    assert ice.chosen is None


def test_nobody_is_believed_before_signalling_has_told_of_a_peer() -> None:
    assert IceLite().receive(check(nominate=True), HOME, 0) is None


def test_a_peer_that_waits_for_our_choice_is_told_that_it_must_choose() -> None:
    ice = expecting()
    reply = ice.receive(check(role="ICE-CONTROLLED", nominate=True), HOME, 0)
    assert reply is not None
    assert stun.parse_message(reply).attributes["ERROR-CODE"][0] == 487
    assert ice.chosen is None


def test_consent_is_asked_about_every_five_seconds_and_lasts_thirty_from_the_last_answer() -> None:
    ice = connected()
    asked = []
    for now in range(seconds(60)):
        for request, address in ice.requests(now):
            assert address == HOME
            asked.append(now)
            if now < seconds(20):
                ice.receive(answer(request), HOME, now)
        assert ice.has_consent(now) is (now < max(at for at in asked if at < seconds(20)) + seconds(30))
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert all(seconds(4) <= gap <= seconds(6) for gap in gaps)
    assert len(set(gaps)) > 1


def test_a_cut_of_five_seconds_is_survived() -> None:
    ice = connected()
    for now in range(seconds(60)):
        for request, _ in ice.requests(now):
            if not seconds(20) <= now < seconds(25):
                ice.receive(answer(request), HOME, now)
        assert ice.has_consent(now)


def test_what_is_no_consent_is_not_taken_for_it() -> None:
    ice = connected()
    [(request, _)] = ice.requests(0)
    for datagram, source in (
        (answer(request, password="x" * 22), HOME),
        (answer(request), ELSEWHERE),
        (answer(request, kind=stun.Class.ERROR), HOME),
        (answer(check()), HOME),
        (check(), HOME),
    ):
        ice.receive(datagram, source, seconds(29))
        assert not ice.has_consent(seconds(31))
    ice.receive(answer(request), HOME, seconds(29))
    assert ice.has_consent(seconds(31))
    ice.receive(answer(request), HOME, seconds(50))  # an answer counts once
    assert not ice.has_consent(seconds(60))


def test_the_peer_moves_once_it_answers_at_its_new_address() -> None:
    ice = connected()
    ice.requests(0)
    ice.receive(check(nominate=True), AWAY, 10)
    assert ice.chosen == HOME
    [(request, address)] = ice.requests(10)
    assert address == AWAY
    ice.receive(answer(request), AWAY, 12)
    assert ice.chosen == AWAY


def test_a_replayed_nomination_moves_nothing_and_is_asked_about_a_few_times_only() -> None:
    ice = connected()
    ice.requests(0)
    ice.receive(check(nominate=True), ELSEWHERE, 1)
    asked = [address for now in range(1, seconds(60)) for _, address in ice.requests(now)]
    assert asked.count(ELSEWHERE) == 5
    assert ice.chosen == HOME


def test_after_a_restart_of_ice_the_old_path_lasts_until_the_new_one_is_chosen() -> None:
    ice = connected()
    renewed_ours, renewed_theirs = IceCredentials("ours2", "p" * 22), IceCredentials("them2", "u" * 22)
    ice.expect(renewed_ours, renewed_theirs)
    assert ice.receive(check(), HOME, 1)
    assert ice.admits(HOME)
    renewed = check(nominate=True, username="ours2:them2", password=renewed_ours.password)
    ice.receive(renewed, AWAY, 2)
    [(request, _)] = [(data, at) for data, at in ice.requests(2) if at == AWAY]
    ice.receive(answer(request, password=renewed_theirs.password), AWAY, 3)
    assert ice.chosen == AWAY
    assert not ice.admits(HOME)
    assert ice.receive(check(nominate=True), HOME, 4) is None


def test_forgetting_and_settling() -> None:
    ice = connected()
    ice.settle(AWAY, 0)
    assert ice.chosen == HOME
    ice.forget()
    assert ice.receive(check(nominate=True), HOME, 0) is None
    ice.settle(HOME, 0)
    assert ice.requests(0) == []
    ice.expect(OURS, THEIRS)
    assert ice.target is None
    ice.settle(HOME, 100)
    assert (ice.chosen, ice.admits(HOME)) == (HOME, True)
    assert [address for _, address in ice.requests(100)] == [HOME]


def test_few_addresses_are_remembered() -> None:
    ice = expecting()
    for port in range(1000, 1100):
        ice.receive(check(), ("192.0.2.9", port), 0)
    assert sum(ice.admits(("192.0.2.9", port)) for port in range(1000, 1100)) == 16
    assert ice.admits(("192.0.2.9", 1099))


@given(st.binary(max_size=100))
def test_noise_is_never_a_message(noise: bytes) -> None:
    assert read(noise) is None


@given(st.data())
def test_damaged_messages_are_ignored(data: st.DataObject) -> None:
    ice = expecting()
    datagram = bytearray(check(nominate=True))
    index = data.draw(st.integers(0, len(datagram) - 9))  # the fingerprint behind it is not signed
    datagram[index] ^= data.draw(st.integers(1, 255))
    assert ice.receive(bytes(datagram), HOME, 0) is None
    cut = check(nominate=True)[: data.draw(st.integers(0, len(datagram) - 1))]
    assert ice.receive(cut, HOME, 0) is None
    assert ice.chosen is None


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=12)), max_size=6), st.integers(0, 0x3FFF)
)
def test_any_attributes_are_survived(attributes: list[tuple[int, bytes]], kind: int) -> None:
    body = b"".join(
        number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for number, value in attributes
    )
    head = kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12)
    assert expecting().receive(head + body, HOME, 0) is None
