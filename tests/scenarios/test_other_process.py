"""A softphone nobody here wrote, whose call goes on in another process of ours; without queues around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from huntline.sip.core.core import Invite
from huntline.sip.core.events import LegAnswered
from tests.fakes.peers import until
from tests.fakes.server import FakeServer, running

from . import ports
from .baresip import Baresip

pytestmark = pytest.mark.scenario

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
TRANSPORTS = pytest.mark.parametrize("transport", ["udp", "tcp"])


def ring(server: FakeServer, leg_id: str) -> None:
    """Call the one phone that has registered."""
    [binding] = server.registrar.bindings("amal")
    caller, callee = "<sip:queue@contoso.com>", "<sip:amal@contoso.com>"
    server.user_agent.invite(Invite(leg_id, binding.contact_uri, binding.flow, caller, callee, SDP, "q"))


def is_answered(server: FakeServer) -> bool:
    return any(isinstance(event, LegAnswered) for event in server.events)


async def in_two_processes(
    folder: Path, transport: str, before: Callable[[Baresip], None], after: Callable[[Baresip], None]
) -> None:
    """The phone rings and does one thing; another process takes over, by its records alone, where the phone
    does the other thing and is hung up on; then it rings again."""
    loop, port = asyncio.get_running_loop(), ports.take(1)
    address = f"{transport}:127.0.0.1:{port}"

    def make_phone() -> Baresip:
        return Baresip(folder, "amal", "contoso.com", ("127.0.0.1", port), tone=440, transport=transport)

    async with running(address) as first:
        with closing(await loop.run_in_executor(None, make_phone)) as phone:
            ring(first, "leg")
            await loop.run_in_executor(None, phone.wait, "CALL_INCOMING")
            await loop.run_in_executor(None, before, phone)
            journal, phones = dict(first.journal), first.registrar.state("amal", 0.0)
            assert phones is not None
            await first.user_agent.stop()
            async with running(address, journal=journal) as second:
                second.registrar.restore("amal", phones, loop.time(), 0.0)
                await loop.run_in_executor(None, after, phone)
                await until(lambda: is_answered(first) or is_answered(second))
                second.user_agent.hang_up("leg")
                await loop.run_in_executor(None, phone.wait, "CALL_CLOSED")
                ring(second, "next")
                await loop.run_in_executor(None, phone.wait, "CALL_INCOMING")
                await loop.run_in_executor(None, phone.close)  # it signs out


def answer(phone: Baresip) -> None:
    phone.answer()
    phone.wait("CALL_ESTABLISHED")


def do_nothing(phone: Baresip) -> None:
    """It goes on as it was."""


@TRANSPORTS
def test_a_call_is_ended_by_another_process(tmp_path: Path, transport: str) -> None:
    asyncio.run(in_two_processes(tmp_path / "phone", transport, answer, do_nothing))


@TRANSPORTS
def test_a_ringing_phone_answers_another_process(tmp_path: Path, transport: str) -> None:
    asyncio.run(in_two_processes(tmp_path / "phone", transport, do_nothing, answer))
