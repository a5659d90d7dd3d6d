"""The user agent on real sockets of 127.0.0.1: UDP, timers, registration (network)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.fakes.messages import request_bytes
from tests.fakes.peers import TcpPeer, UdpPeer, tcp_peer, udp_peer, until
from tests.fakes.server import FakeServer, running

from huntline.errors import ConfigurationError
from huntline.sip.core.core import Invite, OutgoingRequest
from huntline.sip.core.digest_client import DigestCredentials, authorize
from huntline.sip.core.events import InviteReceived, LegConfirmed, RequestReceived, ResponseReceived, SipEvent
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.leg_record import LEG_RECORDS
from huntline.sip.core.message import Request, Response, build_response
from huntline.sip.transport.address import ListenAddress


async def register(peer: UdpPeer | TcpPeer, *headers: str, cseq: int = 1, call_id: str = "r1") -> Response:
    via = "SIP/2.0/UDP 127.0.0.1" if isinstance(peer, UdpPeer) else "SIP/2.0/TCP 127.0.0.1"
    first = await peer.ask(
        request_bytes("REGISTER", "sip:contoso.com", *headers, cseq=cseq, call_id=call_id, via=via)
    )
    assert first.status == 401
    answer = authorize(
        first.all("www-authenticate"),
        DigestCredentials("amal", "secret"),
        "REGISTER",
        "sip:contoso.com",
        "cn",
    )
    proof = f"Authorization: {answer}"
    return await peer.ask(
        request_bytes("REGISTER", "sip:contoso.com", proof, *headers, cseq=cseq + 1, call_id=call_id, via=via)
    )


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(within_patience())


def test_options_is_answered_by_the_user_agent_itself() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            response = await peer.ask(request_bytes("OPTIONS"))
            assert response.status == 200
            assert "INVITE" in response.all("allow")
            assert response.header("accept") == "application/sdp"
            assert "timer" in response.all("supported")
            assert server.events == []

    run(story)


def test_who_is_deaf_for_a_moment_hears_what_is_said_again() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            server.user_agent.be_deaf(0.3)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await peer.ask(request_bytes("OPTIONS"))
            await asyncio.sleep(0.3)  # the time itself
            assert (await peer.ask(request_bytes("OPTIONS"))).status == 200

    run(story)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sipsak_gets_an_answer(transport: str) -> None:
    async def story() -> None:
        async with running() as server:
            target = f"sip:127.0.0.1:{server.port(transport)}"
            process = await asyncio.create_subprocess_exec(
                *("sipsak", "-s", target, "-E", transport, "-H", "127.0.0.1"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert await process.wait() == 0

    run(story)


def test_sipsak_registers_with_a_password() -> None:
    async def story() -> None:
        async with running() as server:
            process = await asyncio.create_subprocess_exec(
                *("sipsak", "-U", "-s", f"sip:amal@127.0.0.1:{server.port('udp')}", "-H", "127.0.0.1"),
                *("-u", "amal", "-a", "secret", "-x", "120", "-C", "sip:amal@127.0.0.1:5999"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert await process.wait() == 0
            [binding] = server.registrar.bindings("amal")
            assert binding.contact_uri == "sip:amal@127.0.0.1:5999"

    run(story)


def test_a_udp_phone_is_reached_where_it_registered_from() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as phone:
            response = await register(phone, "Contact: <sip:amal@10.0.0.5:5060>")
            assert response.status == 200
            [binding] = server.registrar.bindings("amal")
            assert binding.flow.remote == ("127.0.0.1", phone.port)
            request = OutgoingRequest(
                "OPTIONS", binding.contact_uri, binding.flow, "<sip:s@contoso.com>", "<sip:amal@contoso.com>"
            )
            transaction_id = server.user_agent.send_request(request)
            probe = await phone.message()
            assert isinstance(probe, Request)
            assert probe.uri == "sip:amal@10.0.0.5:5060"
            phone.send(build_response(probe, 200, to_tag="t"))
            await until(lambda: server.events)
            [event] = server.events
            assert isinstance(event, ResponseReceived)
            assert event.transaction_id == transaction_id

    run(story)


def test_a_peer_is_answered_at_the_port_of_its_via() -> None:
    async def story() -> None:
        async with (
            running() as server,
            udp_peer(server.port("udp")) as sender,
            udp_peer(server.port("udp")) as listener,
        ):
            request = request_bytes("OPTIONS", via=f"SIP/2.0/UDP 127.0.0.1:{listener.port}")
            sender.send(request.replace(b";rport", b""))
            answer = await listener.message()
            assert isinstance(answer, Response)
            assert answer.status == 200
            assert sender.inbox.empty()

    run(story)


def test_keep_alives_on_udp_are_ignored() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            stun = bytes.fromhex("000100002112a442") + bytes(12)
            for silent in (b"\r\n", b"\r\n\r\n", b"\0\0\0\0", b"\0", b"", stun):
                peer.send(silent)
            response = await peer.ask(b"\r\n\r\n" + request_bytes("OPTIONS"))
            assert response.status == 200
            assert peer.inbox.empty()

    run(story)


def test_any_bytes_leave_the_server_alive() -> None:
    async def story() -> None:
        noise = random.Random(5)  # noqa: S311  # noqa: S311
        good = request_bytes("REGISTER", "sip:contoso.com", "Contact: <sip:a@b>")
        async with running() as server, udp_peer(server.port("udp")) as peer:
            for _ in range(500):
                broken = bytearray(good)
                for _ in range(noise.randrange(1, 8)):
                    broken[noise.randrange(len(broken))] = noise.randrange(256)
                peer.send(bytes(broken[: noise.randrange(len(broken))] if noise.random() < 0.5 else broken))
                peer.send(noise.randbytes(noise.randrange(2000)))
            peer.send(b"INVITE " + b"a" * 60_000)
            async with tcp_peer(server.port("tcp")) as probe:
                via = "SIP/2.0/TCP 127.0.0.1"
                response = await probe.ask(request_bytes("OPTIONS", via=via, call_id="probe"))
                assert response.status == 200

    run(story)


def test_a_failing_handler_costs_one_event() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:

            def fail(event: SipEvent) -> None:
                raise ZeroDivisionError

            server.on_event = fail
            invite = request_bytes(
                "INVITE", "sip:help@contoso.com", "Contact: <sip:a@127.0.0.1>", call_id="i"
            )
            assert (await peer.ask(invite)).status == 100
            assert (await peer.ask(request_bytes("OPTIONS"))).status == 200

    run(story)


def test_what_is_done_outside_a_message_is_sent_and_retransmitted() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            flow = server.user_agent.resolve_literal(f"sip:amal@127.0.0.1:{peer.port}")
            assert flow is not None
            assert flow.local == ("127.0.0.1", server.port("udp"))
            request = OutgoingRequest("OPTIONS", "sip:amal@127.0.0.1", flow, "<sip:s@a.net>", "<sip:b@a.net>")
            server.user_agent.send_request(request)
            first = await peer.inbox.get()
            before = server.user_agent.now()
            assert await peer.inbox.get() == first  # timer E, RFC 3261 section 17.1.2.2
            assert 0.4 < server.user_agent.now() - before < 0.8

    run(story)


def test_a_wildcard_address_is_told_as_the_one_the_peer_sees() -> None:
    async def story() -> None:
        listen = ("udp:0.0.0.0:0", "tcp:0.0.0.0:0", "udp:[::]:0", "tcp:[::]:0")
        async with running(*listen) as server:
            for host, (udp, tcp) in (
                ("127.0.0.1", server.user_agent.listening[:2]),
                ("::1", server.user_agent.listening[2:]),
            ):
                async with udp_peer(udp.port, host) as over_udp, tcp_peer(tcp.port, host) as over_tcp:
                    over_udp.send(request_bytes("MESSAGE", call_id=host, sender="sip:x@a.net"))
                    assert (await over_udp.message()).status == 405  # type: ignore[union-attr]
                    server.events.clear()
                    contact = "Contact: <sip:a@127.0.0.1>"
                    over_udp.send(request_bytes("INVITE", "sip:h@contoso.com", contact, call_id=f"u{host}"))
                    over_tcp.send(request_bytes("INVITE", "sip:h@contoso.com", contact, call_id=f"t{host}"))
                    await until(lambda: len(server.events) == 2)
                    flows = [event.flow for event in server.events if isinstance(event, InviteReceived)]
                    assert {(flow.transport, flow.local) for flow in flows} == {
                        (Transport.UDP, (host, udp.port)),
                        (Transport.TCP, (host, tcp.port)),
                    }

    run(story)


def test_an_address_in_use_is_named_and_nothing_stays_open() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"udp:127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(ConfigurationError, match=address):
                async with running("tcp:127.0.0.1:0", "udp:127.0.0.1:0", address):
                    pass

    run(story)


def test_one_that_was_never_started_has_nothing_to_end() -> None:
    """Else its complaint would stand in the place of the reason for which it was not started."""

    async def story() -> None:
        await FakeServer(None).user_agent.stop()

    run(story)


def test_a_peer_without_a_route_is_told_as_failure() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as server:
            flow = Flow(Transport.UDP, ("127.0.0.1", server.port("udp")), ("203.0.113.1", 5060))
            request = OutgoingRequest("OPTIONS", "sip:a@b.net", flow, "<sip:s@a.net>", "<sip:b@a.net>")
            server.user_agent.send_request(request)
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]
            assert server.lost == []

    run(story)


def probe(server: FakeServer, host: str, port: int) -> None:
    """Send an OPTIONS of ours."""
    uri = f"sip:a@[{host}]:{port}" if ":" in host else f"sip:a@{host}:{port}"
    flow = server.user_agent.resolve_literal(uri)
    assert flow is not None
    request = OutgoingRequest("OPTIONS", uri, flow, "<sip:s@a.net>", "<sip:b@a.net>")
    server.user_agent.send_request(request)


def closed_port(host: str) -> int:
    """A port where nobody listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as unused:
        unused.bind((host, 0))
        return int(unused.getsockname()[1])


@pytest.mark.parametrize(
    ("listen", "host"),
    [("udp:127.0.0.1:0", "127.0.0.1"), ("udp:[::1]:0", "::1"), ("udp:0.0.0.0:0", "127.0.0.1")],
)
def test_a_port_where_nobody_listens_is_told_as_failure_at_once(listen: str, host: str) -> None:
    async def story() -> None:
        async with running(listen) as server:
            before = server.user_agent.now()
            probe(server, host, closed_port(host))
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]
            assert server.user_agent.now() - before < 0.4  # before the first repetition

    run(story)


def test_errors_of_dead_peers_cost_the_others_nothing() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as server, udp_peer(server.port("udp")) as peer:
            for _ in range(300):
                probe(server, "127.0.0.1", closed_port("127.0.0.1"))
            probe(server, "127.0.0.1", peer.port)
            assert isinstance(await peer.message(), Request)
            await until(lambda: len(server.events) == 300)
            assert (await peer.ask(request_bytes("MESSAGE", sender="sip:x@a.net"))).status == 405

    run(story)


def test_a_host_name_leads_to_the_same_flow() -> None:
    async def story() -> None:
        async with running() as server:
            flow = await server.user_agent.resolve("sip:amal@localhost:5099;transport=tcp")
            assert flow == Flow(Transport.TCP, ("127.0.0.1", server.port("tcp")), ("127.0.0.1", 5099))

    run(story)


def test_bindings_expire_by_the_same_timer() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as phone:
            await register(phone, "Contact: <sip:amal@10.0.0.5>")
            state = server.registrar.state("amal", 0.0)
            assert state is not None
            server.registrar.forget("amal")
            now = server.user_agent.now()
            state["bindings"][0]["expires_at"] = now + 0.1
            server.registrar.restore("amal", state, now, 0.0)
            assert len(server.registrar) == 1
            server.user_agent.hang_up(
                "nobody"
            )  # whatever is done outside an event asks for the deadlines anew
            await until(lambda: len(server.registrar) == 0)
            assert server.user_agent.now() - now < 0.5

    run(story)


def test_requests_for_others_reach_the_application() -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            peer.send(request_bytes("INVITE", "sip:help@contoso.com", "Contact: <sip:a@127.0.0.1>"))
            await until(lambda: server.events)
            assert isinstance(server.events[0], InviteReceived)
            assert not isinstance(server.events[0], RequestReceived)

    run(story)


def test_listening_addresses_have_their_real_ports() -> None:
    async def story() -> None:
        async with running() as server:
            assert all(address.port for address in server.user_agent.listening)
            assert isinstance(server.user_agent.listening[0], ListenAddress)
        assert server.user_agent.listening == []

    run(story)


def invite_from(port: int) -> bytes:
    contact = f"Contact: <sip:a@127.0.0.1:{port}>"
    via = f"SIP/2.0/UDP 127.0.0.1:{port}"
    return request_bytes("INVITE", "sip:help@contoso.com", contact, via=via, call_id="i")


def test_nothing_is_sent_before_it_is_on_record() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as server:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
                phone.bind(("127.0.0.1", 0))
                phone.setblocking(False)
                arrived_before: list[bytes] = []

                def look() -> None:
                    with contextlib.suppress(BlockingIOError):
                        arrived_before.append(phone.recv(4096))

                def answer(event: SipEvent) -> None:
                    assert isinstance(event, InviteReceived)
                    server.user_agent.answer(event.leg_id, "v=0")

                server.on_event, server.on_record = answer, look
                port = phone.getsockname()[1]
                phone.sendto(invite_from(port), ("127.0.0.1", server.port("udp")))
                await until(lambda: server.journal)
                assert arrived_before == []
                [record] = server.journal.values()
                assert LEG_RECORDS.decode(record).state == "answered"
                server.on_record = None
                loop = asyncio.get_running_loop()
                assert b" 200 " in await loop.sock_recv(phone, 4096)

    run(story)


def test_what_changes_a_leg_and_sends_nothing_is_told() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as server, udp_peer(server.port("udp")) as peer:
            peer.send(invite_from(peer.port))
            await until(lambda: server.events)
            assert [LEG_RECORDS.decode(record).state for record in server.journal.values()] == ["ringing"]
            assert peer.inbox.empty()

    run(story)


def test_datagrams_that_wait_together_cost_one_writing_down_for_sixteen_of_them() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as server, udp_peer(server.port("udp")) as peer:
            written: list[int] = []
            server.on_record = lambda: written.append(peer.inbox.qsize())
            for number in range(40):
                peer.send(request_bytes("BYE", cseq=number + 1))
            answers = [await peer.message() for _ in range(40)]
            assert {answer.status for answer in answers if isinstance(answer, Response)} == {481}
            assert 3 <= len(written) <= 5

    run(story)


def test_another_process_goes_on_with_the_calls() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as first, udp_peer(first.port("udp")) as peer:
            port = first.port("udp")
            peer.send(invite_from(peer.port))
            await until(lambda: first.events)
            [event] = first.events
            assert isinstance(event, InviteReceived)
            first.user_agent.answer(event.leg_id, "v=0")
            ok = await peer.message()
            await first.user_agent.stop()
            journal = dict(first.journal)
            async with running("udp:127.0.0.1:0", f"udp:127.0.0.1:{port}", journal=journal) as second:
                again = await peer.message()
                assert isinstance(again, Response)
                assert (again.status, again.to_tag) == (200, ok.to_tag)
                ack = request_bytes("ACK", "sip:help@contoso.com", call_id="i", branch="z9hG4bKack")
                peer.send(ack.replace(b"\r\nCall-ID", f";tag={ok.to_tag}\r\nCall-ID".encode()))
                await until(lambda: second.events)
                assert second.events == [LegConfirmed(event.leg_id, None)]

    run(story)


def test_a_phone_over_tcp_is_reached_by_another_process_where_it_listens() -> None:
    async def story() -> None:
        accepted: asyncio.Queue[TcpPeer] = asyncio.Queue()
        listener = await asyncio.start_server(
            lambda reader, writer: accepted.put_nowait(TcpPeer(reader, writer)), "127.0.0.1", 0
        )
        own = listener.sockets[0].getsockname()[1]
        contact = f"Contact: <sip:a@127.0.0.1:{own};transport=tcp>"
        via = f"SIP/2.0/TCP 127.0.0.1:{own}"
        async with running("tcp:127.0.0.1:0") as first, tcp_peer(first.port("tcp")) as phone:
            phone.send(request_bytes("INVITE", "sip:help@contoso.com", contact, via=via, call_id="i"))
            await until(lambda: first.events)
            [event] = first.events
            assert isinstance(event, InviteReceived)
            first.user_agent.answer(event.leg_id, "v=0")
            assert (await phone.message()).status == 100  # type: ignore[union-attr]
            ok = await phone.message()
            ack = request_bytes("ACK", "sip:help@contoso.com", via=via, call_id="i", branch="z9hG4bKack")
            phone.send(ack.replace(b"\r\nCall-ID", f";tag={ok.to_tag}\r\nCall-ID".encode()))
            await until(lambda: len(first.events) == 2)
            port, journal = first.port("tcp"), dict(first.journal)
            await first.user_agent.stop()
            async with running(f"tcp:127.0.0.1:{port}", journal=journal) as second:
                second.user_agent.hang_up(event.leg_id)
                async with asyncio.timeout(5):
                    again = await accepted.get()
                bye = await again.message()
                assert isinstance(bye, Request)
                assert (bye.method, bye.call_id) == ("BYE", "i")
                await again.close()
        listener.close()
        await listener.wait_closed()

    run(story)


def test_no_connection_has_the_number_of_one_of_another_process() -> None:
    async def story() -> None:
        numbers = []
        for _ in range(2):
            async with running() as server:
                async with tcp_peer(server.port("tcp")) as peer:
                    await peer.ask(request_bytes("OPTIONS", via="SIP/2.0/TCP 127.0.0.1"))
                await until(lambda: server.lost)
                numbers.append(server.lost[0].connection)
        assert numbers[0] < numbers[1]

    run(story)


def test_a_leg_that_cannot_be_taken_up_wholly_can_still_be_ended() -> None:
    async def story() -> None:
        async with running("udp:127.0.0.1:0") as first, udp_peer(first.port("udp")) as peer:
            port = first.port("udp")
            flow = first.user_agent.resolve_literal(f"sip:amal@127.0.0.1:{peer.port}")
            assert flow is not None
            ours, theirs = "<sip:s@a.net>", "<sip:b@a.net>"
            first.user_agent.invite(Invite("leg", "sip:amal@a.net", flow, ours, theirs, "v=0", "s"))
            invite = await peer.message()
            assert isinstance(invite, Request)
            contact = (("Contact", f"<sip:amal@127.0.0.1:{peer.port}>"),)
            peer.send(build_response(invite, 200, to_tag="t", headers=contact, body="v=0"))
            assert (await peer.message()).cseq.method == "ACK"
            [record] = map(LEG_RECORDS.decode, first.journal.values())
            [unknown] = record.clients
            unknown = replace(unknown, state="of a later release")
            journal = {"tag": LEG_RECORDS.encode(replace(record, clients=(unknown,)))}
            await first.user_agent.stop()
            async with running(f"udp:127.0.0.1:{port}", journal=journal) as second:
                second.user_agent.hang_up("leg")
                bye = await peer.message()
                assert isinstance(bye, Request)
                assert (bye.method, bye.to_tag) == ("BYE", "t")

    run(story)
