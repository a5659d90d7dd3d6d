"""A machine joins by the word of one that is in the cluster, and by no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from huntline.cluster import joining
from huntline.cluster.certificates import ISSUER, ISSUER_KEY, make_issuer, make_own
from huntline.cluster.joining import NotJoined, join, token_of
from huntline.cluster.membership import (
    Membership,
    Node,
    cluster_folder,
    new_membership,
    read_membership,
    write_membership,
)
from huntline.errors import ConfigurationError, HuntlineError
from tests.scenarios import ports

HERE = "127.0.0.1"


class First:
    """The first machine of a cluster, which takes others as long as a story lasts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(joining, "JOIN_PORT", ports.take())
        self.data = folder / "first"
        cluster_folder(self.data).mkdir(parents=True)
        make_issuer(cluster_folder(self.data))
        make_own(cluster_folder(self.data), HERE)
        self.membership = new_membership(HERE, "eth0", "10.0.0.10/24")
        write_membership(self.data, self.membership)
        (self.data / "huntline.toml").write_text('log_level = "debug"\n')
        (self.data / "password.key").write_bytes(b"k" * 32)

    @property
    def token(self) -> str:
        return token_of(self.data, self.membership)

    def add(self, node: Node) -> None:
        self.membership = self.membership.with_node(node)

    def taking(self, story: Callable[[], Membership]) -> Membership:
        """What comes of a story while it listens."""

        async def both() -> Membership:
            listening = asyncio.create_task(joining.listen(self.data, lambda: self.membership, self.add))
            await asyncio.sleep(0)
            try:
                async with asyncio.timeout(10):
                    while True:
                        try:
                            return await asyncio.to_thread(story)
                        except NotJoined as refused:
                            if "cannot be asked" not in str(refused):
                                raise
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

        return asyncio.run(both())


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> First:
    return First(tmp_path, monkeypatch)


def joined(first: First, data: Path, token: str, node: Node = Node("10.0.0.2")) -> Membership:  # noqa: B008
    return first.taking(lambda: join(data, HERE, token, node, "eth1"))


@pytest.fixture
def same_path(monkeypatch: pytest.MonkeyPatch, first: First) -> None:
    """The path of the other machine's data folder reads the same, as on two machines it can."""
    monkeypatch.setattr(joining, "_path_of", lambda data: "/var/lib/huntline")


@pytest.mark.usefixtures("same_path")
def test_a_machine_is_given_all_that_it_needs(first: First, tmp_path: Path) -> None:
    data = tmp_path / "second"
    membership = joined(first, data, first.token, Node("10.0.0.2", is_witness=True))
    assert (membership.own, membership.interface, membership.moving) == ("10.0.0.2", "eth1", "10.0.0.10/24")
    assert membership.is_witness
    assert membership.nodes == first.membership.nodes
    assert read_membership(data) == membership
    for name in (ISSUER, ISSUER_KEY):
        there, here = cluster_folder(data) / name, cluster_folder(first.data) / name
        assert there.read_bytes() == here.read_bytes()
        assert there.stat().st_mode & 0o077 == 0
    assert (data / "password.key").read_bytes() == b"k" * 32
    assert (data / "huntline.toml").read_text() == 'log_level = "debug"\n'


@pytest.mark.usefixtures("same_path")
def test_settings_that_are_there_already_stay(first: First, tmp_path: Path) -> None:
    data = tmp_path / "second"
    data.mkdir()
    (data / "huntline.toml").write_text("own = 1")
    joined(first, data, first.token)
    assert (data / "huntline.toml").read_text() == "own = 1"


def refused(first: First, data: Path, token: str) -> str:
    with pytest.raises(HuntlineError) as raised:
        joined(first, data, token)
    assert not cluster_folder(data).exists()
    assert len(first.membership.nodes) == 1
    return str(raised.value)


@pytest.mark.usefixtures("same_path")
def test_a_wrong_secret_is_refused_and_changes_nothing(first: First, tmp_path: Path) -> None:
    said = refused(first, tmp_path / "second", first.token[:-1] + "x")
    assert said == "the token is not that of this cluster; huntline cluster token prints it"


@pytest.mark.usefixtures("same_path")
def test_the_secret_is_not_shown_to_a_machine_with_another_certificate(first: First, tmp_path: Path) -> None:
    _, _, secret = first.token.partition("-")
    said = refused(first, tmp_path / "second", f"{'0' * 64}-{secret}")
    assert said.startswith(f"{HERE} is not the machine that the token is of")


def test_a_data_folder_elsewhere_is_refused(first: First, tmp_path: Path) -> None:
    said = refused(first, tmp_path / "second", first.token)
    assert said == (
        f"--data: value {str(tmp_path / 'second')!r}: must be {first.data} as on {HERE}:"
        " what is known of calls names files in it"
    )


@pytest.mark.parametrize("token", ["", "abc", "abc-def", f"{'0' * 64}-"])
def test_what_is_no_token_is_told_so_before_anybody_is_asked(tmp_path: Path, token: str) -> None:
    with pytest.raises(ConfigurationError, match="huntline cluster token"):
        join(tmp_path, "127.0.0.1", token, Node("10.0.0.2"), "eth0")


def test_what_is_damaged_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="huntline cluster init"):
        read_membership(tmp_path)
    cluster_folder(tmp_path).mkdir()
    (cluster_folder(tmp_path) / "membership.json").write_text('{"nodes": 3}')
    with pytest.raises(ConfigurationError, match="huntline cluster join"):
        read_membership(tmp_path)
