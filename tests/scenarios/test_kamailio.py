"""A provider that nobody here wrote: Kamailio wants a registration and a password, hangs, dies, is back."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.certificates import Authority

from . import ports, tones
from .baresip import Baresip
from .commands import Commands
from .kamailio import REALM, Kamailio
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Server
from .stories import hear_each_other, taken

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.skipif(shutil.which("kamailio") is None, reason="Kamailio is not installed"),
]

OUTSIDE = "+442071234567"
SIGNED_IN = {"username": "contoso@provider.test", "password": "s3cret", "registers": True}


class Provider:
    """Kamailio, whoever is behind it, and a second host."""

    def __init__(self, office: Office, folder: Path, **options: Any) -> None:
        self.office = office
        port = ports.take(2)
        self.kamailio = Kamailio(folder, port, user="contoso", password="s3cret", **options)
        self.kamailio.start()
        self.name = f"kamailio {self.kamailio.port}"  # trunks of earlier stories may be on the server still
        self.outside = office.caller(server=self.kamailio.address, port=port, tone=tones.CALLER)
        self.second = office.caller(tone=tones.THIRD_AGENT)

    def trunk(self, **settings: Any) -> dict[str, Any]:
        host, port = self.kamailio.address
        hosts = [f"{host}:{port}", f"{self.second.host}:{self.second.port}"]
        return {"name": self.name, "hosts": hosts, "options_interval": 2, **SIGNED_IN} | settings

    def wait_state(self, what: str, timeout: float = 8.0, **wanted: Any) -> dict[str, Any]:
        """Wait until the trunk is in that state."""

        def is_so(status: dict[str, Any]) -> bool:
            return all(self._state(status).get(name) == value for name, value in wanted.items())

        return self._state(self.office.server.wait_status(is_so, what, timeout))

    def _state(self, status: dict[str, Any]) -> dict[str, Any]:
        return next((each for each in status["trunks"] if each["name"] == self.name), {})


@contextlib.contextmanager
def provider_of(office: Office, folder: Path) -> Iterator[Provider]:
    made = Provider(office, folder / "kamailio")
    try:
        yield made
    finally:
        made.kamailio.close()


@pytest.fixture
def provider(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Provider]:
    """On a server that may be hurt."""
    with (
        contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office,
        provider_of(office, tmp_path) as made,
    ):
        yield made


@pytest.fixture
def shared_provider(office: Office, tmp_path: Path) -> Iterator[Provider]:
    """On the server that other stories use, too."""
    with provider_of(office, tmp_path) as made:
        yield made


def call_out(agent: Phone, at: Phone) -> None:
    """A user calls outside, and is heard there."""
    placed = agent.dial(OUTSIDE)
    ring = at.wait_call(6)
    ring.answer()
    ring.wait_up()
    placed.wait_answered()
    hear_each_other(placed, ring)
    ring.hang_up()
    placed.wait_ended()


def call_in(provider: Provider, number: str, agent: Phone) -> None:
    """Somebody outside calls a number of ours, by the registration."""
    placed = provider.outside.dial(number)
    placed.wait_answered(5)
    ring = taken(agent)
    hear_each_other(placed, ring)
    placed.hang_up()
    ring.wait_ended()


def test_a_registered_trunk_lives_through_all_that_may_happen_to_it(provider: Provider) -> None:
    house, kamailio = provider.office, provider.kamailio
    house.settings["trunks"] = [provider.trunk()]
    number = house.queue("amal")
    house.settings["users"][0]["line_uri"] = f"tel:{house.personal_number}"
    house.open()
    amal = house.agent("amal")
    provider.wait_state("registered", state="up")
    call_in(provider, number, amal)
    call_out(amal, provider.outside)

    # Signalling dies: the next process goes on with the registration, and floods nobody.
    seen = len(kamailio.registers())
    house.server.kill_child("signalling")
    call_in(provider, number, amal)
    provider.wait_state("registered again", state="up")
    assert len(kamailio.registers()) - seen <= 4

    # It hangs: the second host is taken after four seconds, and from then on at once.
    kamailio.freeze()
    began = time.monotonic()
    call_out(amal, provider.second)
    assert 3.5 < time.monotonic() - began < 6
    began = time.monotonic()
    call_out(amal, provider.second)
    assert time.monotonic() - began < 2
    kamailio.thaw()
    provider.wait_state("back", state="up")
    call_out(amal, provider.outside)

    # It is killed: nobody listens there any more, which is noticed at once. A new one knows nothing of us.
    kamailio.kill()
    call_out(amal, provider.second)
    seen = len(kamailio.registers())
    kamailio.start()
    house.reactor.wait(lambda: len(kamailio.registers()) >= seen + 2, 10, "a REGISTER at the new one")
    provider.wait_state("registered at the new one", state="up")
    call_in(provider, number, amal)

    # It is switched off: we sign off.
    house.settings["trunks"] = [provider.trunk(is_enabled=False)]
    house.open()
    house.reactor.wait(lambda: " 0 " in kamailio.registers()[-1], 3, "a REGISTER that signs off")


def test_a_wrong_password_is_said_and_not_hammered(shared_provider: Provider) -> None:
    house, provider = shared_provider.office, shared_provider
    alone = {"hosts": [f"127.0.0.1:{provider.kamailio.port}"], "transport": "tcp"}
    house.settings["trunks"] = [provider.trunk(password="wrong", **alone)]
    house.user("amal", line_uri=f"tel:{house.personal_number}")
    house.open()
    state = provider.wait_state("refused", state="down")
    assert state["why"] == {"kind": "trunk-refuses-us"}
    time.sleep(1.5)  # nothing must happen meanwhile
    proven = [line for line in provider.kamailio.registers() if "Digest" in line]
    assert len(proven) <= 2
    assert house.agent("amal").dial(OUTSIDE).wait_refused() == 503
    # The right one is taken at once.
    house.settings["trunks"] = [provider.trunk(**alone)]
    house.open()
    provider.wait_state("registered", state="up")
    house.settings["trunks"] = []
    house.open()


def test_a_provider_over_tls_with_certificates_on_both_sides_and_encrypted_audio(
    tmp_path: Path, commands: Commands, reactor: Reactor
) -> None:
    authority = Authority(tmp_path)
    options = "--trusted-certificates", str(authority.file)
    server = Server(tmp_path / "data", commands, certificate=authority.issue("127.0.0.1"), options=options)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        server.start()
        house = stack.enter_context(contextlib.closing(Office(server, reactor, tmp_path)))
        certificate = authority.issue("127.0.0.1", ends_in=timedelta(minutes=-1))
        outside = ports.take(2)
        kamailio = Kamailio(
            tmp_path / "kamailio",
            outside,
            user="contoso",
            password="s3cret",
            tls=(certificate, authority.file),
        )
        stack.callback(kamailio.close)
        kamailio.start()
        phone = Baresip(
            tmp_path / "outside",
            OUTSIDE,
            REALM,
            kamailio.address,
            tone=tones.CALLER,
            registers=False,
            encryption="srtp-mand",
            port=outside,
        )
        stack.enter_context(contextlib.closing(phone))
        house.settings["trunks"] = [
            {
                "name": "kamailio",
                "hosts": [f"127.0.0.1:{kamailio.tls_port}"],
                "transport": "tls",
                "encryption": "required",
                "options_interval": 1,
                **SIGNED_IN,
            }
        ]
        number = house.queue("amal")
        house.settings["users"][0]["line_uri"] = f"tel:{house.personal_number}"
        house.open()

        # Its certificate has expired: people read so, and what to do.
        wait_trunk(house, "down")
        told = server.run("trunk", "state", "kamailio").stdout.splitlines()[0]
        assert told == (
            "kamailio: down, 0 calls; its certificate has expired; ask the provider to renew it, and check"
            " the clock of this server"
        )
        wait_problems(server, ["kamailio: its certificate has expired; huntline trunk test says more"])

        # It is renewed: nothing has to be done here, and nothing more is said.
        renewed = authority.issue("127.0.0.1")
        kamailio.kill()
        for old, new in ((certificate.chain, renewed.chain), (certificate.key, renewed.key)):
            old.write_bytes(new.read_bytes())
        kamailio.start()
        wait_trunk(house, "up")
        wait_problems(server, [])

        amal = house.agent("amal")
        placed = amal.dial(OUTSIDE)
        phone.wait("CALL_INCOMING")
        phone.answer()
        placed.wait_answered()
        placed.sound.wait_for(tones.CALLER)
        placed.sound.wait_packets(30)
        placed.hang_up()
        phone.wait("CALL_CLOSED")
        phone.dial(f"sip:{number}@{REALM}")
        ring = taken(amal)
        ring.sound.wait_for(tones.CALLER)
        ring.sound.wait_packets(30)
        phone.hang_up()
        ring.wait_ended()
        assert phone.tones_heard().count(tones.AGENT) > 20


def wait_trunk(house: Office, state: str) -> None:
    """Wait until the one trunk is in that state."""
    house.server.wait_status(
        lambda status: [each["state"] for each in status["trunks"]] == [state], state, 10
    )


def trunk_problems(server: Server) -> list[str]:
    """What ``/healthz`` says of trunks."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/healthz", timeout=5) as answer:
        found = json.load(answer)
    problems = [problem["detail"] for problem in found["problems"] if problem["part"] == "trunks"]
    assert found["trunks"] is not bool(problems)
    return problems


def wait_problems(server: Server, wanted: list[str]) -> None:
    """Wait until that is said of trunks: the web process is told by signalling, a moment later."""
    deadline = time.monotonic() + 8
    while (found := trunk_problems(server)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
