"""Live state: everybody sees their own part of it, once and as it changes (web)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from typing import Any

import pytest

from huntline.directory.access import Role
from huntline.engine.reasons import Cause, OnlyText
from huntline.storage.accounts import Accounts, SignInAccount, hash_of
from huntline.storage.faults import DatabaseUnavailable
from huntline.web import live_streams
from huntline.web.live_streams import LiveStreams, News, TooManyStreams, View, Viewer
from huntline.web.principal import Principal, principal_of
from tests.web.past import Past
from tests.web.rig import BY, E5_USER, ServerRig, refusal_of
from tests.web.signalling import FakeSignalling, signalling

VIEWER = Viewer(Principal(name="somebody", role=Role.ADMIN), None)

Stream = AsyncGenerator[News, None]
Story = Callable[[FakeSignalling, LiveStreams], Awaitable[None]]


def two_queues(fake: FakeSignalling, other: str) -> None:
    """Help Desk (q1) and Sales (q2) of Contoso with an agent and a call each, and one of everything of
    another organization."""
    fake.snapshot |= {
        "queues": [
            fake.queue("q1", "Help Desk", waiting=2),
            fake.queue("q2", "Sales"),
            fake.queue("q3", "Secret", other),
        ],
        "agents": [
            fake.agent("a1", "amal@contoso.com", "q1"),
            fake.agent("a2", "bao@contoso.com", "q2"),
            fake.agent("a3", "fay@fabrikam.com", "q3", organization_id=other),
        ],
        "calls": [
            fake.call("c1", "q1", "a1", "a2"),
            fake.call("c2", "q2"),
            fake.call("c3", None),
            fake.call("c4", "q3", organization_id=other),
        ],
    }


def keys(snapshot: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    return (
        [queue["id"] for queue in snapshot["queues"]],
        [agent["id"] for agent in snapshot["agents"]],
        [call["call_id"] for call in snapshot["calls"]],
    )


def test_everybody_sees_their_own_part_of_now(rig: ServerRig) -> None:
    other = rig.add_organization("Fabrikam", "fabrikam.com")
    with signalling(rig) as fake:
        two_queues(fake, other)
        everything = (["q1", "q2"], ["a1", "a2"], ["c1", "c2", "c3"])
        for role in (Role.ADMIN, Role.AUDITOR):
            assert keys(rig.api(role).get("/live")) == everything
        owner = rig.api(Role.QUEUE_OWNER, queue_ids=("q1",))
        assert keys(owner.get("/live")) == (["q1"], ["a1"], ["c1"])
        assert keys(rig.api(organization_id=other).get("/live")) == (["q3"], ["a3"], ["c4"])
        assert refusal_of(rig.api(Role.AGENT), "GET", "/live")["status"] == 403


def test_now_tells_what_is_to_be_told_and_no_more(rig: ServerRig) -> None:
    with signalling(rig) as fake:
        two_queues(fake, "elsewhere")
        text = json.dumps(rig.api().get("/live"))
    assert '"waiting": 2' in text
    for word in ("203.0.113.7", "Secret", "fabrikam", "organization_id", "legs"):
        assert word not in text


def test_agents_are_listed_and_found_by_name(rig: ServerRig) -> None:
    with signalling(rig) as fake:
        two_queues(fake, "elsewhere")
        api = rig.api()
        assert [agent["upn"] for agent in api.items("/agents")] == ["amal@contoso.com", "bao@contoso.com"]
        assert [agent["id"] for agent in api.items("/agents", search="BAO")] == ["a2"]
        owner = rig.api(Role.QUEUE_OWNER, queue_ids=("q2",))
        assert [agent["id"] for agent in owner.items("/agents")] == ["a2"]


def test_a_call_that_goes_on_tells_its_story_to_those_who_see_it(rig: ServerRig) -> None:
    with Past(rig) as past:
        past.ring("c1", "q1", "a1", outcome="declined")
        past.decision("c1", "q1", "a2", "not rung", Cause.OPTED_OUT)
        past.decision("c4", "q3", "a3", "not rung", OnlyText("secret"))
    with signalling(rig) as fake:
        two_queues(fake, "elsewhere")
        told = rig.api().get("/live/calls/c1")
        assert told["call"] == rig.api().get("/live")["calls"][0]
        assert [(ring["agent"], ring["outcome"]) for ring in told["rings"]] == [("a1", "declined")]
        assert [(each["agent"], each["reason"]) for each in told["decisions"]] == [("a2", "opted out")]
        owner = rig.api(Role.QUEUE_OWNER, queue_ids=("q1",))
        assert owner.get("/live/calls/c1") == told
        for stranger, call_id in ((owner, "c2"), (rig.api(), "c4"), (rig.api(), "over")):
            problem = refusal_of(stranger, "GET", f"/live/calls/{call_id}")
            assert (problem["status"], problem["detail"]) == (404, f"no call '{call_id}' goes on now")


@pytest.mark.parametrize("path", ["/live", "/agents", "/live/calls/c1"])
def test_without_a_server_people_are_told_how_to_start_one(rig: ServerRig, path: str) -> None:
    problem = refusal_of(rig.api(), "GET", path)
    assert (problem["status"], problem["error"]) == (503, "server-unavailable")
    assert "start it with: huntline serve" in problem["detail"]


def test_an_agent_sees_only_themselves_their_queues_and_their_calls(rig: ServerRig) -> None:
    admin = rig.api()
    amal = admin.post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    desk = admin.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})["id"]
    with signalling(rig) as fake:
        fake.snapshot |= {
            "queues": [fake.queue(desk, "Help Desk", waiting=3), fake.queue("q2", "Sales")],
            "agents": [fake.agent(amal, "amal@contoso.com", desk), fake.agent("a2", "bao@contoso.com", desk)],
            "calls": [fake.call("c1", desk, amal, "a2"), fake.call("c2", desk, "a2"), fake.call("c3", desk)],
        }
        mine = rig.api(Role.AGENT, user_id=amal).get("/me/live")
    assert keys(mine) == ([desk], [amal], ["c1"])
    assert mine["calls"][0]["ringing"] == []


def test_who_is_next_is_told_by_name_to_those_who_see_all_agents(rig: ServerRig) -> None:
    with signalling(rig) as fake:
        turns: dict[str, Any] = {
            "next_agent_ids": ["a2", "a1"],
            "next_agents": ["bao@contoso.com", "amal@contoso.com"],
        }
        fake.snapshot["queues"] = [fake.queue("q1", "Help Desk", **turns)]
        (queue,) = rig.api(Role.AUDITOR).get("/live")["queues"]
    assert (queue["next_agents"], queue["takes_turns"]) == (["bao@contoso.com", "amal@contoso.com"], True)
    assert queue["turn"] is None
    assert "next_agent_ids" not in queue


def test_a_mailbox_is_told_to_those_alone_who_hear_it(rig: ServerRig) -> None:
    admin = rig.api()
    amal, bao = (
        admin.post("/users", {"upn": f"{name}@contoso.com", **E5_USER})["id"] for name in ("amal", "bao")
    )

    def box(box_id: str, *members: str) -> dict[str, Any]:
        whose = {"organization_id": rig.contoso, "member_ids": members}
        return {"id": box_id, **whose, "new": 2, "old": 1}

    with signalling(rig) as fake:
        fake.snapshot["mailboxes"] = [box(amal, amal), box(bao, bao), box("desk", amal, bao)]
        seen = {
            user_id: rig.api(Role.AGENT, user_id=user_id).get("/me/live")["mailboxes"]
            for user_id in (amal, bao)
        }
        assert admin.get("/live")["mailboxes"] == []
    assert seen[amal] == [{"id": amal, "new": 2, "old": 1}, {"id": "desk", "new": 2, "old": 1}]
    assert [each["id"] for each in seen[bao]] == [bao, "desk"]


@pytest.mark.parametrize(
    ("ready", "takes_turns", "turn"),
    [
        ("cleo me dora", True, 2),
        ("me", True, 1),
        ("cleo dora", True, None),
        ("cleo me", False, 1),
        ("cleo", False, None),
    ],
)
def test_an_agent_learns_their_own_turn_and_not_who_is_in_front(
    rig: ServerRig, ready: str, takes_turns: bool, turn: int | None
) -> None:
    admin = rig.api()
    me = admin.post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    desk = admin.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})["id"]
    ids = [me if name == "me" else name for name in ready.split()]
    with signalling(rig) as fake:
        names = [f"{agent_id}@contoso.com" for agent_id in ids]
        fake.snapshot["queues"] = [
            fake.queue(desk, "Help Desk", next_agent_ids=ids, next_agents=names, takes_turns=takes_turns)
        ]
        snapshot = rig.api(Role.AGENT, user_id=me).get("/me/live")
    (queue,) = snapshot["queues"]
    assert (queue["turn"], queue["next_agents"]) == (turn, [])
    assert not any(agent_id in json.dumps(snapshot) for agent_id in ("cleo", "dora"))


def followed(rig: ServerRig, story: Story) -> None:
    """A story with the streams of a server and a signalling process in the same loop."""

    async def run() -> None:
        fake, streams = (
            FakeSignalling(rig),
            LiveStreams(rig.backstage.config.control_socket, rig.backstage.accounts),
        )
        two_queues(fake, "elsewhere")
        await fake.server.start()
        async with asyncio.timeout(10):
            await story(fake, streams)
        await fake.server.close()

    asyncio.run(run())


def test_a_stream_begins_with_a_snapshot_and_goes_on_with_changes(rig: ServerRig) -> None:
    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        async with aclosing(streams.events(View(rig.contoso), VIEWER)) as stream:
            kind, snapshot = await anext(stream)
            assert (kind, keys(snapshot)) == ("snapshot", (["q1", "q2"], ["a1", "a2"], ["c1", "c2", "c3"]))
            fake.server.publish(fake.news(queues=[fake.queue("q3", "Secret", "elsewhere")]))
            fake.server.publish(fake.news(calls_gone=["c4"]))
            fake.server.publish(fake.news(queues=[fake.queue("q1", "Help Desk")], calls_gone=["c1"]))
            kind, change = await anext(stream)
            assert (kind, keys(change)) == ("change", (["q1"], [], []))
            assert change["calls_gone"] == ["c1"]

    followed(rig, story)


def test_what_moves_out_of_sight_is_gone_and_what_moves_in_is_new(rig: ServerRig) -> None:
    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        async with aclosing(streams.events(View(rig.contoso, frozenset({"q1"})), VIEWER)) as stream:
            assert keys((await anext(stream))[1]) == (["q1"], ["a1"], ["c1"])
            fake.server.publish(fake.news(calls=[fake.call("c1", "q2"), fake.call("c2", "q1")]))
            _, change = await anext(stream)
            assert (keys(change)[2], change["calls_gone"]) == (["c2"], ["c1"])
            fake.server.publish(fake.news(calls_gone=["c1", "c2"]))
            _, change = await anext(stream)
            assert change["calls_gone"] == ["c2"]

    followed(rig, story)


def test_all_streams_share_one_watch_which_ends_with_the_last(rig: ServerRig) -> None:
    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        one, two = streams.events(View(rig.contoso), VIEWER), streams.events(View("elsewhere"), VIEWER)
        assert keys((await anext(one))[1])[0] == ["q1", "q2"]
        assert keys((await anext(two))[1])[0] == ["q3"]
        assert (fake.watches, fake.server.watcher_count) == (1, 1)
        await one.aclose()
        fake.server.publish(fake.news(queues_gone=["q3"]))
        assert (await anext(two))[1]["queues_gone"] == ["q3"]
        await two.aclose()
        await until_nobody_watches(fake)

    followed(rig, story)


def test_a_slow_reader_gets_a_snapshot_in_the_place_of_changes(
    rig: ServerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "_LARGEST_BACKLOG", 3)

    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        slow, quick = streams.events(View(rig.contoso), VIEWER), streams.events(View(rig.contoso), VIEWER)
        await anext(slow)
        await anext(quick)
        for waiting in range(1, 6):
            fake.server.publish(fake.news(queues=[fake.queue("q2", "Sales", waiting=waiting)]))
            assert (await anext(quick))[0] == "change"
        kind, snapshot = await anext(slow)
        assert (kind, snapshot["queues"][1]["waiting"]) == ("snapshot", 5)
        await slow.aclose()
        await quick.aclose()

    followed(rig, story)


def test_streams_go_on_over_a_restart_of_the_signalling_process(rig: ServerRig) -> None:
    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        async with aclosing(streams.events(View(rig.contoso), VIEWER)) as stream:
            await anext(stream)
            await fake.server.close()
            assert await anext(stream) == ("gone", {})
            fake.snapshot["queues"] = [fake.queue("q9", "New")]
            await fake.server.start()
            kind, snapshot = await anext(stream)
            assert (kind, keys(snapshot)[0]) == ("snapshot", ["q9"])

    followed(rig, story)


def test_streams_end_when_the_server_closes(rig: ServerRig) -> None:
    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        stream = streams.events(View(rig.contoso), VIEWER)
        await anext(stream)
        streams.close()
        assert [news async for news in stream] == []
        await until_nobody_watches(fake)

    followed(rig, story)


def test_a_stream_ends_in_time_so_that_leave_is_asked_again(
    rig: ServerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "LONGEST_STREAM", 0.01)

    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        kinds = [kind async for kind, _ in streams.events(View(rig.contoso), VIEWER)]
        assert kinds in ([], ["snapshot"])

    followed(rig, story)


async def until_nobody_watches(fake: FakeSignalling) -> None:
    """The other end of a connection sees its end a moment later."""
    while fake.server.watcher_count:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.005)


def _user_inactive(rig: ServerRig, account: SignInAccount) -> None:
    rig.api().patch("/users/olga@contoso.com", {"is_active": False})


ENDS: dict[str, Callable[[ServerRig, SignInAccount], object]] = {
    "the account is removed": lambda rig, account: rig.backstage.accounts.remove(account, BY),
    "the account is disabled": lambda rig, account: rig.api().patch("/accounts/olga", {"is_disabled": True}),
    "another role": lambda rig, account: rig.api().patch("/accounts/olga", {"role": "auditor"}),
    "the key is removed": lambda rig, account: [
        rig.backstage.accounts.remove_key(account, key.key_id, BY)
        for key in rig.backstage.accounts.keys(account)
    ],
    "the session is ended": lambda rig, account: rig.api().patch("/accounts/olga", {"password": "x" * 12}),
    "the user is inactive": _user_inactive,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_ends_within_a_second_of_what_it_was_allowed_by(rig: ServerRig, end: str) -> None:
    rig.api().post("/users", {"upn": "olga@contoso.com"})
    (user,) = rig.organization().users
    accounts = rig.backstage.accounts
    account = accounts.add(
        SignInAccount(organization_id=rig.contoso, name="olga", role=Role.ADMIN, user_id=user.user_id), BY
    )
    rig.key()  # of another admin, who stays
    _, key = accounts.add_key(account, "test", BY)
    if end == "the session is ended":
        _, key = rig.backstage.sessions.start(account)

    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        theirs = streams.events(View(rig.contoso), Viewer(principal_of(account), hash_of(key)))
        async with aclosing(theirs), aclosing(streams.events(View(rig.contoso), VIEWER)) as others:
            assert (await anext(theirs))[0] == (await anext(others))[0] == "snapshot"
            ended = asyncio.ensure_future(anext(theirs, None))
            await asyncio.to_thread(ENDS[end], rig, account)
            changed_at = asyncio.get_running_loop().time()
            assert await ended is None
            assert asyncio.get_running_loop().time() - changed_at < 1
            assert not await asyncio.to_thread(accounts.by_hashes, {"nobody's"})

    followed(rig, story)


def test_a_database_that_was_away_for_a_moment_keeps_no_stream_open(
    rig: ServerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "_VIEWERS_CHECKED_EVERY", 0.01)
    faults, by_hashes = [DatabaseUnavailable("away")] * 3, Accounts.by_hashes

    def asked(accounts: Accounts, hashes: Collection[str]) -> dict[str, SignInAccount]:
        if faults:
            raise faults.pop()
        return by_hashes(accounts, hashes)

    monkeypatch.setattr(Accounts, "by_hashes", asked)

    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        account = SignInAccount(organization_id=rig.contoso, name="olga", role=Role.ADMIN)
        gone = Viewer(principal_of(account), hash_of("a key that is no more"))
        async with aclosing(streams.events(View(rig.contoso), gone)) as stream:
            assert [kind async for kind, _ in stream] == ["snapshot"]

    followed(rig, story)
    assert not faults


def test_an_account_follows_so_many_streams_and_no_more(
    rig: ServerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "MOST_OF_ONE", 1)

    async def story(fake: FakeSignalling, streams: LiveStreams) -> None:
        streams.check_room(VIEWER)
        async with aclosing(streams.events(View(rig.contoso), VIEWER)) as stream:
            await anext(stream)
            with pytest.raises(TooManyStreams):
                streams.check_room(VIEWER)
            streams.check_room(Viewer(Principal(name="another", role=Role.ADMIN), None))

    followed(rig, story)
