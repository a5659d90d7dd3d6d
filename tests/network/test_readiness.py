"""When datagram sockets have something to read: one look for all of a loop, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from huntline.network.readiness import Readiness

Story = Callable[[], Awaitable[None]]


def _udp() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.bind(("127.0.0.1", 0))
    return opened


def _told(to: socket.socket, text: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(text, to.getsockname())


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not is_so():  # noqa: ASYNC110 - what the kernel does sets no event here
            await asyncio.sleep(0)


def _run(story: Story) -> None:
    """On both kinds of loops."""
    for factory in (uvloop.new_event_loop, asyncio.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(story())  # type: ignore[arg-type]


def test_each_socket_is_read_by_its_own_function() -> None:
    async def story() -> None:
        heard: list[tuple[str, bytes]] = []
        one, two = _udp(), _udp()
        first = Readiness(one, lambda: heard.append(("one", one.recv(99))))
        second = Readiness(two, lambda: heard.append(("two", two.recv(99))))
        _told(two, b"b")
        _told(one, b"a")
        await _until(lambda: len(heard) == 2)
        assert sorted(heard) == [("one", b"a"), ("two", b"b")]
        first.call(lambda: heard.append(("anew", one.recv(99))))
        _told(one, b"c")
        await _until(lambda: len(heard) == 3)
        assert heard[-1] == ("anew", b"c")
        for readiness, udp in ((first, one), (second, two)):
            readiness.close()
            udp.close()

    _run(story)


def test_more_sockets_than_one_turn_takes_are_all_read() -> None:
    async def story() -> None:
        sockets = [_udp() for _ in range(150)]
        heard: set[int] = set()

        def reader(number: int) -> Callable[[], None]:
            return lambda: heard.add(number + 0 * len(sockets[number].recv(99)))

        watched = [Readiness(each, reader(number)) for number, each in enumerate(sockets)]
        for each in sockets:
            _told(each, b"x")
        await _until(lambda: len(heard) == 150)
        for readiness, udp in zip(watched, sockets, strict=True):
            readiness.close()
            udp.close()

    _run(story)


def test_a_reader_that_fails_again_and_again_does_not_stop_the_others() -> None:
    async def story() -> None:
        failures: list[BaseException] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
        bad, good = _udp(), _udp()
        heard: list[bytes] = []

        def fail() -> None:
            raise RuntimeError("does not read")

        watched = [Readiness(bad, fail), Readiness(good, lambda: heard.append(good.recv(99)))]
        _told(bad, b"x")
        for number in range(3):
            _told(good, b"%d" % number)
            await _until(lambda expected=number + 1: len(heard) == expected)  # type: ignore[misc]
        assert {str(failure) for failure in failures} == {"does not read"}
        for readiness, udp in zip(watched, (bad, good), strict=True):
            readiness.close()
            udp.close()

    _run(story)


def test_who_is_closed_by_an_earlier_reader_of_the_same_turn_is_not_read() -> None:
    async def story() -> None:
        pair = _udp(), _udp()
        heard: list[int] = []
        watched: list[Readiness] = []

        def reader(number: int) -> Callable[[], None]:
            def read() -> None:
                heard.append(number)
                pair[number].recv(99)
                watched[1 - number].close()
                pair[1 - number].close()

            return read

        watched += [Readiness(pair[number], reader(number)) for number in range(2)]
        for each in pair:
            _told(each, b"x")
        await _until(lambda: bool(heard))
        await asyncio.sleep(0.01)
        assert len(heard) == 1
        watched[heard[0]].close()
        pair[heard[0]].close()

    _run(story)


def test_an_error_in_a_socket_does_not_make_it_deaf() -> None:
    async def story() -> None:
        udp, gone, peer = _udp(), _udp(), _udp()
        address = gone.getsockname()
        gone.close()
        heard: list[bytes] = []

        def read() -> None:
            with contextlib.suppress(ConnectionRefusedError):
                heard.append(udp.recv(99))

        readiness = Readiness(udp, read)
        udp.connect(address)
        udp.send(b"is anybody there?")  # ICMP says no
        await asyncio.sleep(0.01)
        udp.connect(peer.getsockname())
        peer.sendto(b"yes", udp.getsockname())
        await _until(lambda: heard == [b"yes"])
        readiness.close()
        udp.close()
        peer.close()

    _run(story)


@pytest.mark.parametrize("closes", [1, 2])
def test_nothing_is_left_when_the_last_one_was_closed(closes: int) -> None:
    async def story() -> None:
        before = _open_files()
        for _ in range(3):  # also when a loop begins anew
            sockets = [_udp() for _ in range(5)]
            watched = [Readiness(each, lambda: None) for each in sockets]
            assert _open_files() == before + 5 + 1
            for readiness, udp in zip(watched, sockets, strict=True):
                for _ in range(closes):
                    readiness.close()
                udp.close()
            assert _open_files() == before
        watched[0].call(lambda: None)  # nothing happens
        assert _open_files() == before

    _run(story)
