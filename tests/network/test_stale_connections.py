"""Who thinks that a connection stands learns that it does not (pure, and edge: the system's TCP)."""

from __future__ import annotations

import socket
import struct

import pytest

from huntline.network.stale_connections import end_stale, unfitting

OURS, THEIRS = ("10.0.0.10", 5061), ("10.0.0.77", 40_000)


def test_the_segment_acknowledges_nothing_and_its_checksum_is_right() -> None:
    segment = unfitting(OURS, THEIRS)
    assert struct.unpack("!HH", segment[:4]) == (5061, 40_000)
    assert segment[13] == 0x10, "ACK alone: nothing that would open or end a connection"
    pseudo = socket.inet_aton(OURS[0]) + socket.inet_aton(THEIRS[0]) + struct.pack("!HH", 6, len(segment))
    words = struct.unpack(f"!{(len(pseudo) + len(segment)) // 2}H", pseudo + segment)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF  # RFC 1071


def test_a_connection_that_stands_is_not_hurt() -> None:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    except PermissionError:
        pytest.skip("only root may send such segments")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as ours,
    ):
        end_stale([(ours.getsockname(), ours.getpeername())])
        ours.sendall(b"still there")
        client.settimeout(2)
        assert client.recv(100) == b"still there"


def test_what_the_system_refuses_is_left_alone() -> None:
    end_stale([(("192.0.2.1", 5061), THEIRS)])  # no address of this machine
