"""One call through everything, as the one who sets it up, the caller and whoever hears the message see it."""

from __future__ import annotations

import contextlib
import email
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller

from huntline.cli.api_client import path_of
from huntline.media import wav

from . import ports, tones
from .baresip import Baresip
from .commands import Commands
from .office import Office
from .reactor import Reactor
from .server import Json, Server
from .sounds import tone_file
from .test_settings_live import agent_of
from .test_where_calls_go import beep_heard_by

pytestmark = pytest.mark.scenario


class Postbox:
    """Takes all mail."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(tmp_path: Path, commands: Commands, postbox: Postbox) -> Iterator[Server]:
    """A server that sends mail."""
    port = ports.take(2)
    server = Server(tmp_path / "data", commands)
    server.data.mkdir()
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "huntline@contoso.com"\n'
    (server.data / "huntline.toml").write_text(smtp)
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server.start()
        yield server
        server.stop()
    finally:
        controller.stop()


@pytest.fixture
def office(server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    with contextlib.closing(Office(server, reactor, tmp_path)) as office:
        yield office


def set_up(office: Office) -> tuple[str, str]:
    """An attendant in French, whose key 2 is queue A; nobody answers there in time, and B is full: the team
    has a mailbox. The numbers of the attendant and of B."""
    office.queue(
        name=f"{office.name} A",
        language="fr",
        max_wait=0,
        timeout={"action": "forward", "target": f"{office.name} B"},
        timeout_prompt={"say": "Merci de votre patience.", "language": "fr"},
    )
    full = office.queue(
        "chi",
        name=f"{office.name} B",
        max_waiting=1,
        overflow={"action": "forward", "target": "voicemail:Team"},
    )
    for name in ("amal", "bao"):
        office.user(name)
    members = [office.upn("amal"), office.upn("bao")]
    office.settings["groups"].append({"name": "Team", "kind": "security-group", "members": members})
    number = f"{office._prefix}800"
    office.settings["numbers"].append({"number": number, "kind": "service-toll"})
    greeting = {"file": tone_file(office.folder, tones.GREETING, 20).name}
    keys = [{"key": "2", "action": "forward", "target": f"{office.name} A"}]
    flow = {"greeting": greeting, "action": "menu", "menu": {"keys": keys}}
    office.settings["attendants"] = [
        {"name": "Accueil", "language": "fr", "line_uris": [f"tel:{number}"], "open": flow}
    ]
    office.open()
    office.server.run("mailbox", "set", "Team", "--language", "fr", "--mail", "team@contoso.com")
    return number, full


def lamp(amal: Baresip, wanted: str) -> None:
    """Wait until the softphone is told so of its messages."""
    while f"Voice-Message: {wanted}" not in str(amal.wait("MWI_NOTIFY", 8).get("param", "")):
        pass


def wait_mail(postbox: Postbox, timeout: float = 12.0) -> EmailMessage:
    deadline = time.monotonic() + timeout
    while not postbox.taken:
        assert time.monotonic() < deadline, "no mail"
        time.sleep(0.05)  # it comes in another thread
    return postbox.taken[0]


def told_of(call: Json) -> list[str]:
    """What the record of a call says of its way, without who was not rung."""
    agents = ("rung", "not rung", "waits")
    return [each["reason"] for each in call["decisions"] if each["decision"] not in agents]


def test_from_a_key_over_two_queues_to_a_message_that_a_member_takes(
    office: Office, postbox: Postbox, tmp_path: Path
) -> None:
    number, full = set_up(office)
    with contextlib.closing(
        Baresip(tmp_path / "amal", "amal", office.domain, office.server.address, tone=tones.AGENT)
    ) as amal:
        lamp(amal, "0/0")
        waiting = office.caller("+12065550199").dial(full)
        waiting.wait_answered()
        caller = office.caller("+12065550101").dial(number)
        caller.wait_answered()
        caller.sound.wait_for(tones.GREETING)
        caller.press("2")
        beeped_at = beep_heard_by(caller)
        while time.time() < beeped_at + 3.5:
            caller.sound.wait_packets(10)
        caller.hang_up()
        lamp(amal, "1/0")
        mail = wait_mail(postbox)
        with agent_of(office, "amal") as mine, agent_of(office, "bao") as theirs:
            (message,) = mine.items("/me/voicemail/messages")
            mine.put(path_of("me", "voicemail", "messages", message["message_id"], "taken"), None)
            (seen,) = theirs.items("/me/voicemail/messages")
        lamp(amal, "0/0")
        waiting.hang_up()

    assert (mail["to"], message["box"], message["caller"]) == ("team@contoso.com", "Team", "+12065550101")
    assert seen["taken_by"] == "Amal"
    assert share_of_tone(mail, tmp_path) > 0.8
    call = next(call for call in office.calls(2) if call["caller"] == "+12065550101")
    *steps, left = told_of(call)
    assert steps == [
        f"Accueil: key 2: sent on to {office.name} A",
        f"waited 0 s, the maximum: forwarded to {office.name} B",
        "1 calls wait, the maximum: forwarded to Team",
    ]
    assert left == f"Team: a message of {message['seconds']:.1f} s"
    assert (call["queue"], call["outcome"]) == (f"{office.name} B", "overflowed")


def share_of_tone(mail: EmailMessage, folder: Path) -> float:
    """How much of the sound that came with a mail is the caller's tone."""
    (sound,) = mail.iter_attachments()
    file = folder / "mail.wav"
    file.write_bytes(cast(bytes, sound.get_payload(decode=True)))
    audio = wav.read(file).audio
    frames = [audio[at : at + tones.FRAME] for at in range(0, len(audio) - tones.FRAME, tones.FRAME)]
    return sum(tones.tone_in(frame, 0) == tones.CALLER for frame in frames) / len(frames)
