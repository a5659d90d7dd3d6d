from __future__ import annotations

import asyncio
import os
import socket
import struct

import pytest

from huntline import sdp
from huntline.demo.tone import PACKET_SECONDS, SAMPLES_PER_PACKET, Tone, tone_second


def session(port: int, direction: sdp.Direction = "sendrecv") -> sdp.Agreed:
    return sdp.Agreed("127.0.0.1", port, "127.0.0.1", port + 1, "PCMA", 8, None, direction)


def test_a_tone_is_sent_packet_by_packet_and_its_port_given_back() -> None:
    async def story() -> None:
        before = len(os.listdir("/proc/self/fd"))
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.setblocking(False)
            tone = Tone("127.0.0.1", 440)
            tone.talk(session(listener.getsockname()[1]))
            first, second = [await loop.sock_recv(listener, 2048) for _ in range(2)]
            tone.close()
            tone.close()
        assert len(os.listdir("/proc/self/fd")) == before
        for number, packet in enumerate((first, second)):
            version, payload_type, sequence, timestamp = struct.unpack(">BBHI", packet[:8])
            assert (version, payload_type) == (0x80, 8)
            assert (sequence, timestamp) == (number, number * SAMPLES_PER_PACKET)
        assert first[8:12] == second[8:12]
        assert (first + second)[12:172] == tone_second(440, "PCMA")[:160]

    asyncio.run(story())


def test_a_phone_on_hold_is_silent_and_hears_still() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.setblocking(False)
            tone = Tone("127.0.0.1", 440)
            tone.talk(session(peer.getsockname()[1], "recvonly"))
            peer.sendto(b"music", ("127.0.0.1", tone.local().port))
            async with asyncio.timeout(5):
                while not tone.packets_heard:  # noqa: ASYNC110 - a played phone only counts
                    await asyncio.sleep(PACKET_SECONDS)
            with pytest.raises(BlockingIOError):
                peer.recv(2048)
            tone.close()

    asyncio.run(story())
