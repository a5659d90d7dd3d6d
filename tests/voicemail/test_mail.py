"""Mail about messages, to a real mail server: with the sound, and tried again where that helps."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from huntline.config import SmtpConfig
from huntline.directory.mailboxes import MailboxSettings
from huntline.media import wav
from huntline.voicemail.boxes import Message as VoiceMessage
from huntline.voicemail.mail import NotSent, mail_about, send

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 29, 9, 42, tzinfo=UTC)
SETTINGS = MailboxSettings(mail="amal@contoso.com")
MESSAGE = VoiceMessage("m1", "contoso", "amal", "c1", "+14255550100", "", AT, 65.4)


class Postbox:
    """Takes mail, or answers as it is told to."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[Message] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        return self.data


@contextmanager
def post_office(postbox: Postbox) -> Iterator[SmtpConfig]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield smtp_at(port)
    finally:
        controller.stop()


def smtp_at(port: int) -> SmtpConfig:
    return SmtpConfig(host="127.0.0.1", port=port, security="none", sender="huntline@contoso.com")


def written(tmp_path: Path, settings: MailboxSettings = SETTINGS, **fields: Any) -> EmailMessage:
    sound = tmp_path / "m1.wav"
    sound.write_bytes(wav.head("PCMU", 320) + b"\x10" * 320)
    message = VoiceMessage(**{name: getattr(MESSAGE, name) for name in MESSAGE.__slots__} | fields)
    return mail_about(message, "Amal", settings, "huntline@contoso.com", sound, PARIS)


def sent(mail: EmailMessage, smtp: SmtpConfig, tries: int = 0, now: datetime = AT) -> NotSent | None:
    return asyncio.run(send(mail, smtp, tries, AT, now))


def test_the_mail_tells_who_called_and_has_the_sound_with_it(tmp_path: Path) -> None:
    postbox = Postbox()
    with post_office(postbox) as smtp:
        assert sent(written(tmp_path), smtp) is None
    (mail,) = postbox.taken
    assert (mail["To"], mail["From"]) == ("amal@contoso.com", "huntline@contoso.com")
    assert mail["Subject"] == "Voice message from +1 425-555-0100 (1:05)"
    assert mail["Message-ID"] == "<m1@voicemail.huntline.invalid>"
    text, sound = mail.iter_parts()  # type: ignore[attr-defined]
    assert "29 Nov 2026 at 10:42 (CET)" in text.get_content()
    assert sound.get_content_type() == "audio/x-wav"
    assert sound.get_content() == wav.head("PCMU", 320) + b"\x10" * 320


def test_in_french_and_without_the_sound(tmp_path: Path) -> None:
    mail = written(tmp_path, MailboxSettings(mail="amal@contoso.com", language="fr", attach_sound=False))
    assert mail["Subject"] == "Message vocal de +1 425-555-0100 (1:05)"
    assert "le 29/11/2026 à 10:42 (CET)" in mail.get_content()


def test_a_caller_cannot_write_headers(tmp_path: Path) -> None:
    mail = written(tmp_path, caller_name="Zoé\r\nBcc: everybody@contoso.com")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Voice message from Zoé Bcc: everybody@contoso.com (1:05)"


def test_a_server_that_is_away_is_tried_again_later_and_later(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        smtp = smtp_at(nobody.getsockname()[1])
        first = sent(written(tmp_path), smtp)
        fourth = sent(written(tmp_path), smtp, tries=3)
        last = sent(written(tmp_path), smtp, tries=90, now=AT + timedelta(days=6))
    assert first is not None
    assert first.again_at == AT + timedelta(minutes=1)
    assert fourth is not None
    assert fourth.again_at == AT + timedelta(minutes=10)
    assert last is not None
    assert last.again_at is None


@pytest.mark.parametrize(
    ("postbox", "error", "is_tried_again"),
    [
        (Postbox(data="421 not now"), "421 not now", True),
        (Postbox(rcpt="450 busy"), "450 busy", True),
        (Postbox(rcpt="550 no such user"), "550 no such user", False),
        (Postbox(data="554 too large"), "554 too large", False),
    ],
)
def test_what_the_server_says_decides_whether_it_is_tried_again(
    tmp_path: Path, postbox: Postbox, error: str, is_tried_again: bool
) -> None:
    with post_office(postbox) as smtp:
        failure = sent(written(tmp_path), smtp)
    assert failure is not None
    assert failure.error == error
    assert (failure.again_at is not None) is is_tried_again
    assert postbox.taken == []
