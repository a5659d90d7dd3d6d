"""The web process sends mail about messages, and what hinders it stays visible (web)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings
from huntline.media import wav
from huntline.voicemail.boxes import Caller
from huntline.web.mailing import mail_messages
from tests.voicemail.test_mail import Postbox, post_office
from tests.web.rig import E5_USER, ServerRig, server_rig


def _leave(rig: ServerRig) -> str:
    """Somebody leaves a message for Amal, who wants mail; its id."""
    user_id: str = rig.api().post("/users", {"upn": "amal@contoso.com", "display_name": "Amal", **E5_USER})[
        "id"
    ]
    voicemail = rig.backstage.voicemail
    voicemail.set(rig.contoso, user_id, MailboxSettings(mail="amal@contoso.com"))
    owner = BoxOwner(user_id, rig.contoso, BoxKind.PERSON, "Amal", (user_id,), "sip:amal@contoso.com")
    message_id, path = voicemail.begin(owner, Caller("c1", "+14255550100"))
    path.write_bytes(wav.head("PCMU", 0) + b"\x10" * 24_000)
    voicemail.finish(message_id)
    return str(message_id)


async def _until_sent(rig: ServerRig, message_id: str) -> None:
    """Let the mails be sent until there has been a try."""
    sending = asyncio.create_task(mail_messages(rig.backstage, every=0.01))
    async with asyncio.timeout(10):
        while not rig.backstage.voicemail.message(rig.contoso, message_id).mail_tries:
            await asyncio.to_thread(rig.backstage.voicemail.due_mails)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


def test_a_mail_is_sent_once_and_the_message_stays_new(tmp_path: Path) -> None:
    postbox = Postbox()
    with post_office(postbox) as smtp, server_rig(tmp_path, smtp=smtp) as rig:
        message_id = _leave(rig)
        asyncio.run(_until_sent(rig, message_id))
        message = rig.backstage.voicemail.message(rig.contoso, message_id)
        assert (message.is_new, message.mail_error, message.mail_due_at) == (True, None, None)
        assert len(postbox.taken) == 1
        assert rig.backstage.voicemail.due_mails() == []


def test_a_refusal_is_kept_with_the_message_and_changes_nothing_else(tmp_path: Path) -> None:
    with post_office(Postbox(rcpt="550 no such user")) as smtp, server_rig(tmp_path, smtp=smtp) as rig:
        message_id = _leave(rig)
        asyncio.run(_until_sent(rig, message_id))
        message = rig.backstage.voicemail.message(rig.contoso, message_id)
        assert (message.is_new, message.mail_due_at) == (True, None)
        assert "550 no such user" in (message.mail_error or "")


def test_without_a_mail_server_the_message_says_so_and_the_mail_waits(tmp_path: Path) -> None:
    with server_rig(tmp_path) as rig:
        message_id = _leave(rig)
        asyncio.run(_until_sent(rig, message_id))
        message = rig.backstage.voicemail.message(rig.contoso, message_id)
        assert message.mail_due_at is not None
        assert "smtp.host" in (message.mail_error or "")
