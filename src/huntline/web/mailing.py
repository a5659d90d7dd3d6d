"""The web process sends mail about messages: it is the one that no call waits for."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from huntline.clock import zone_of
from huntline.directory.index import OrganizationIndex
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.settings import UnknownOrganization
from huntline.voicemail.boxes import Message
from huntline.voicemail.mail import NotSent, mail_about, send
from huntline.web.backstage import Backstage

log = logging.getLogger(__name__)

EVERY = 3.0  # seconds
_WITHOUT_SERVER = timedelta(hours=1)
_NO_SERVER = "no mail server is set: smtp.host in the settings of the server"


async def mail_messages(backstage: Backstage, every: float = EVERY) -> None:
    """Send what is due, again and again until cancelled. What fails is tried again in its time."""
    while True:
        try:
            for message in await asyncio.to_thread(backstage.voicemail.due_mails):
                await _tell(backstage, message)
        except DatabaseUnavailable as error:
            log.warning("mail about messages waits", extra={"reason": str(error)})
        except Exception:
            log.exception("mail about messages could not be sent")
        await asyncio.sleep(every)


async def _tell(backstage: Backstage, message: Message) -> None:
    voicemail, smtp, now = backstage.voicemail, backstage.config.smtp, datetime.now(UTC)
    mail = await asyncio.to_thread(_mail, backstage, message)
    if mail is None:
        await asyncio.to_thread(voicemail.mailed, message)  # nobody is to be told any more
        return
    if smtp is None:
        failure: NotSent | None = NotSent(_NO_SERVER, now + _WITHOUT_SERVER)
    else:
        failure = await send(mail, smtp, message.mail_tries, message.recorded_at, now)
    if failure is None:
        await asyncio.to_thread(voicemail.mailed, message)
        return
    fields = {"message_id": message.message_id, "reason": failure.error}
    log.warning("mail about a message was not sent", extra=fields)
    await asyncio.to_thread(voicemail.not_mailed, message, failure.error, failure.again_at)


def _mail(backstage: Backstage, message: Message) -> EmailMessage | None:
    """None where the box is gone, or wants no mail any more."""
    settings = backstage.voicemail.settings(message.organization_id, message.box_id)
    try:
        organization = backstage.settings.organization(message.organization_id)
    except UnknownOrganization:
        return None
    box = OrganizationIndex(organization).mailbox_by_id(message.box_id)
    if settings.mail is None or box is None:
        return None
    sender = backstage.config.smtp.sender if backstage.config.smtp is not None else ""
    sound = backstage.voicemail.sound(message.message_id)
    return mail_about(message, box.name, settings, sender, sound, zone_of(organization.time_zone))
