"""Lamps as telephones show them: who is rung, who talks, who is free again, whatever dies meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from . import tones
from .baresip import Baresip
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Server

pytestmark = pytest.mark.scenario

NS = "{urn:ietf:params:xml:ns:dialog-info}"


@pytest.fixture
def office(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        yield office


class Lamp:
    """A key of a phone that watches somebody."""

    def __init__(self, phone: Phone, uri: str, call_id: str) -> None:
        self._phone, self._call_id = phone, call_id
        headers = (("Event", "dialog"), ("Expires", "600"), ("Contact", f"<{phone.contact}>"))
        assert phone.request("SUBSCRIBE", uri, headers, call_id=call_id).status == 200

    @property
    def documents(self) -> list[tuple[float, int, list[str | None]]]:
        """When, which version, and the states of all dialogs in it."""
        told = []
        for message in self._phone.strays:
            if message.method == "NOTIFY" and message.header("call-id") == self._call_id:
                document = fromstring(message.body)
                states = [dialog.findtext(f"{NS}state") for dialog in document]
                told.append((message.at, int(document.attrib["version"]), states))
        return told

    def wait(self, *states: str, within: float = 1.0) -> float:
        """Wait until the last document shows these states; when it came."""
        self._phone.reactor.wait(
            lambda: bool(self.documents) and self.documents[-1][2] == list(states),
            within,
            lambda: f"{states}: {self.documents}",
        )
        return self.documents[-1][0]

    def assert_no_gap(self) -> None:
        versions = [version for _, version, _ in self.documents]
        assert versions == list(range(len(versions)))


def wait_contacts(phone: Baresip, wanted: str, timeout: float = 6.0) -> None:
    deadline = time.monotonic() + timeout
    while wanted not in (shown := phone.contacts()):
        assert time.monotonic() < deadline, f"no {wanted}: {shown}"
        time.sleep(0.1)  # it tells nobody of presence


def test_lamps_of_a_person_and_a_queue_are_true_over_a_death_and_dark_at_the_end(
    office: Office, hurt_server: Server, tmp_path: Path
) -> None:
    number = office.queue("amal", "bao", "chi")
    office.settings["queues"][0]["agents"] = [office.upn("amal")]
    office.user("dee")
    office.open()
    amal = office.agent("amal")
    by_udp, by_tcp = office.agent("bao"), office.agent("chi", transport="tcp", is_registered=False)
    by_tcp.instance = "desk-chi"
    assert by_tcp.register().status == 200
    person = Lamp(by_udp, f"sip:{office.upn('amal')}", "lamp-1")
    queue = Lamp(by_udp, f"sip:{number}@{office.domain}", "lamp-2")
    over_tcp = Lamp(by_tcp, f"sip:{office.upn('amal')}", "lamp-3")
    with contextlib.closing(
        Baresip(
            tmp_path / "dee",
            *("dee", office.domain, hurt_server.address),
            tone=tones.SECOND_AGENT,
            watched=f"sip:{office.upn('amal')}",
        )
    ) as softphone:
        for lamp in (person, queue, over_tcp):
            lamp.wait()
        wait_contacts(softphone, "Online")
        caller = office.caller("+12065550101").dial(number)
        rung = amal.wait_call()
        for lamp in (person, queue, over_tcp):
            lamp.wait("early")
        rung.answer()
        person.wait("confirmed")
        queue.wait("terminated", "confirmed")
        over_tcp.wait("confirmed")
        wait_contacts(softphone, "Busy")
        hurt_server.kill_child("signalling")
        by_tcp.reactor.wait(lambda: not by_tcp.is_connected, 5, "the end of the connection")
        again = len(person.documents), len(queue.documents)
        person.wait("confirmed", within=8)
        by_udp.reactor.wait(
            lambda: (len(person.documents), len(queue.documents)) > again, 8, "the lamps again"
        )
        by_tcp.reconnect()
        assert by_tcp.register().status == 200
        hung_up_at = time.time()
        caller.hang_up()
        for lamp in (person, queue):
            assert lamp.wait("terminated") - hung_up_at < 1
        over_tcp.wait("terminated", within=4)
        wait_contacts(softphone, "Online")
    for lamp in (person, queue, over_tcp):
        lamp.assert_no_gap()
    message = by_udp.request("MESSAGE", f"sip:{office.upn('amal')}")
    assert (message.status, "SUBSCRIBE" in message.header("allow")) == (405, True)
