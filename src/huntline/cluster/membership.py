"""What a machine knows of its cluster: a file in the data folder, by commands and the cluster process."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Interface
from pathlib import Path

from huntline.control.secret import keep_private
from huntline.data_folder import CLUSTER, MEMBERSHIP
from huntline.errors import ConfigurationError

STORE_PORT, ROUTES_PORT, JOIN_PORT = 4222, 6222, 4223
"""TCP ports at each machine's own address: for cluster processes, for stores, for machines that join."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster, named by its own address; a witness never serves."""

    address: str
    is_witness: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """``own`` is this machine's address, ``moving`` the one that whoever serves has on its ``interface``;
    ``secret`` lets further machines join."""

    own: str
    interface: str
    moving: str
    secret: str
    nodes: tuple[Node, ...]

    @property
    def is_witness(self) -> bool:
        """Whether this machine keeps the store only."""
        return any(node.is_witness for node in self.nodes if node.address == self.own)

    @property
    def others(self) -> tuple[Node, ...]:
        """All machines but this one."""
        return tuple(node for node in self.nodes if node.address != self.own)

    @property
    def moving_address(self) -> str:
        """The moving address without its network."""
        return str(IPv4Interface(self.moving).ip)

    def with_node(self, node: Node) -> Membership:
        """With a machine more, or with what is new of it."""
        kept = [each for each in self.nodes if each.address != node.address]
        return replace(self, nodes=tuple(sorted([*kept, node], key=lambda each: each.address)))

    def without(self, address: str) -> Membership:
        """With a machine less."""
        return replace(self, nodes=tuple(node for node in self.nodes if node.address != address))


def new_membership(own: str, interface: str, moving: str) -> Membership:
    """That of the first machine of a new cluster."""
    return Membership(own, interface, moving, secrets.token_hex(16), (Node(own),))


def cluster_folder(data: Path) -> Path:
    """Where everything of the cluster is kept."""
    return data / CLUSTER


def read_membership(data: Path) -> Membership:
    """Raises ConfigurationError where a data folder's server is in no cluster, or its file is damaged."""
    path = cluster_folder(data) / MEMBERSHIP
    try:
        values = json.loads(path.read_text())
        nodes = tuple(Node(**each) for each in values.pop("nodes"))
        return Membership(**values, nodes=nodes)
    except FileNotFoundError:
        raise ConfigurationError(
            f"--data: the server of {data} is in no cluster; begin one with: huntline cluster init"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error}); join the cluster again with: huntline cluster join"
        ) from None


def write_membership(data: Path, membership: Membership) -> None:
    """Keep it for this machine's next start."""
    keep_private(cluster_folder(data) / MEMBERSHIP, json.dumps(asdict(membership), indent=1).encode())
