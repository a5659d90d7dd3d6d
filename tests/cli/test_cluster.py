"""What is wrong with a cluster's commands is said before anything is changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.cluster.membership import cluster_folder, new_membership, write_membership
from huntline.cluster.outlook import lacking, outlook
from huntline.network.own_addresses import own_addresses

OWN = own_addresses(4)[0]
DATABASE = 'database = "postgresql://huntline@127.0.0.1/huntline"\n'
RIGHT = {"own": OWN, "address": "10.0.0.10/24", "interface": "lo"}


def init(data: Path, **said: str) -> str:
    words = [word for key, value in (RIGHT | said).items() for word in (f"--{key}", value)]
    done = huntline("cluster", "init", *words, "--data", str(data))
    assert done.returncode == 1, done.stdout
    assert not cluster_folder(data).exists()
    return done.stderr


def test_a_cluster_needs_a_database_that_all_machines_reach(tmp_path: Path) -> None:
    said = init(tmp_path)
    assert "database: a cluster needs one that all machines reach" in said
    assert "huntline migrate-storage" in said


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("own", "203.0.113.9", f"--own: value '203.0.113.9': must be an address of this machine: {OWN}"),
        ("interface", "nothing0", "--interface: value 'nothing0': must be one of this machine's: "),
        ("address", "10.0.0.10", "--address: value '10.0.0.10': must be an IPv4 address with the length of"),
        ("address", "somewhere/24", "--address: value 'somewhere/24': must be an IPv4 address with the"),
    ],
)
def test_wrong_words_are_named_with_what_would_be_right(
    tmp_path: Path, option: str, value: str, wanted: str
) -> None:
    (tmp_path / "huntline.toml").write_text(DATABASE)
    assert wanted in init(tmp_path, **{option: value})


@pytest.mark.parametrize("words", [(), ("token",), ("move", "10.0.0.2"), ("leave",), ("wait",)])
def test_a_server_that_is_in_no_cluster_says_how_to_begin_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = huntline("cluster", *words, "--data", str(tmp_path))
    assert done.returncode == 1
    assert "huntline cluster init" in done.stderr


def node(address: str, **more: object) -> dict[str, object]:
    usual = {"is_witness": False, "heard_s_ago": 0.1, "bytes_behind": 0, "clock_off_s": 0.0, "release": "1"}
    return {"address": address, **usual, **more}


def state(*nodes: dict[str, object], **more: object) -> dict[str, object]:
    usual = {"address": "10.0.0.10/24", "owner": "a", "epoch": 7, "store_leader": "b", "store_copies": 3}
    return {**usual, "most_store_copies": 3, "nodes": list(nodes), **more}


def lines(*nodes: dict[str, object], leader: str = "b") -> list[str]:
    return [line.strip() for line in outlook(state(*nodes, store_leader=leader))][1:]


def test_what_would_happen_if_each_machine_were_lost_is_said_in_words() -> None:
    assert lines(node("a"), node("b"), node("w", is_witness=True)) == [
        "a: serves; if it is lost, b serves within two seconds",
        "b: follows, 0 bytes behind; if it is lost, nobody notices",
        "w: witness; if it is lost, nobody notices",
    ]


def test_who_is_lost_already_counts_for_the_others() -> None:
    assert lines(node("a"), node("b"), node("w", heard_s_ago=None)) == [
        "a: serves; if it is lost, too few are left to decide who serves, and calls end",
        "b: follows, 0 bytes behind; if it is lost, nobody notices, but then no other machine may be",
        "w: not heard; it can be lost no more",
    ]


def test_a_cluster_without_a_whole_copy_says_that_calls_would_end() -> None:
    said = lines(node("a"), node("b", bytes_behind=None), node("c", is_witness=True))
    assert said[0] == "a: serves; if it is lost, calls end: no other machine has a whole copy of them"
    assert said[1].startswith("b: follows, has no whole copy yet;")


def test_clocks_that_differ_and_a_leader_that_serves_are_told() -> None:
    said = lines(node("a"), node("b", clock_off_s=-3.21), node("c"), leader="a")
    assert said[3] == "The store is led by the machine that serves: for now its loss would be felt longer."
    assert said[4].startswith("The clock of b is -3.2 s off that of this machine")


WHOLE = (node("a"), node("b", bytes_behind=300), node("w", is_witness=True, bytes_behind=None))


def test_nothing_lacks_when_whichever_machine_may_be_lost() -> None:
    assert lacking(state(*WHOLE)) == []


@pytest.mark.parametrize(
    ("now", "lacks"),
    [
        (state(WHOLE[0], node("b", heard_s_ago=3.0), WHOLE[2]), "b is not heard"),
        (state(WHOLE[0], node("b", bytes_behind=None), WHOLE[2]), "b has no whole copy of what lives"),
        (state(WHOLE[0], node("b", bytes_behind=100_000), WHOLE[2]), "b has no whole copy of what lives"),
        (state(*WHOLE, store_copies=2), "2 of 3 copies of who serves are up to date"),
        (state(*WHOLE, store_copies=None), "the store does not answer"),
        (state(*WHOLE[:2], store_copies=2), "with 2 of the 3 machines that are needed none can be lost"),
    ],
)
def test_what_lacks_is_said(now: dict[str, object], lacks: str) -> None:
    assert lacking(now) == [lacks]


def test_a_cluster_that_does_not_get_whole_in_time_fails_and_says_what_lacks(tmp_path: Path) -> None:
    cluster_folder(tmp_path).mkdir()
    write_membership(tmp_path, new_membership(OWN, "lo", "10.0.0.10/24"))
    done = huntline("cluster", "wait", "--limit", "0", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "not within 0 s: " in done.stderr
