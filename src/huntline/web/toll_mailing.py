"""The web process tells administrators by mail that a user has come to a ceiling of international calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from huntline.clock import zone_of
from huntline.config import SmtpConfig
from huntline.control.messages import ServerNotRunning
from huntline.directory.access import Role
from huntline.errors import HuntlineError
from huntline.languages.tolls import alarm_words
from huntline.storage.accounts import HOST
from huntline.storage.settings import UnknownOrganization
from huntline.voicemail.mail import send
from huntline.web.backstage import Backstage

log = logging.getLogger(__name__)

EVERY = 10.0  # seconds
_TIME_TO_TRY = 60.0  # seconds until a mail that failed is tried again


async def mail_toll_alarms(backstage: Backstage, every: float = EVERY) -> None:
    """Tell of each alarm once, again and again until cancelled. A server that is gone for a while, or a mail
    server that does not answer, is asked again."""
    while True:
        pause = every
        try:
            if (smtp := backstage.config.smtp) is not None:
                for alarm in await asyncio.to_thread(_untold, backstage):
                    if not await _tell(backstage, smtp, alarm):
                        pause = max(every, _TIME_TO_TRY)
        except ServerNotRunning:
            pass
        except HuntlineError as error:
            log.warning("alarms could not be asked for", extra={"reason": str(error)})
        except Exception:
            log.exception("mail about alarms could not be sent")
        await asyncio.sleep(pause)


def _untold(backstage: Backstage) -> list[dict[str, Any]]:
    return [alarm for alarm in backstage.ask("toll-alarms")["alarms"] if not alarm["is_mailed"]]


async def _tell(backstage: Backstage, smtp: SmtpConfig, alarm: dict[str, Any]) -> bool:
    """Whether everybody who is to be told has been."""
    mails = await asyncio.to_thread(lambda: list(_mails(backstage, smtp, alarm)))
    now = datetime.now(UTC)
    for mail in mails:
        failure = await send(mail, smtp, 0, now, now)
        if failure is not None:
            fields = {"user": alarm["upn"], "reason": failure.error}
            log.warning("mail about an alarm was not sent", extra=fields)
            if failure.again_at is not None:
                return False
    if not mails:
        log.warning("no administrator has a mail address to be told at", extra={"user": alarm["upn"]})
    await asyncio.to_thread(backstage.ask, "toll-alarm-mailed", user_id=alarm["user_id"])
    return True


def _mails(backstage: Backstage, smtp: SmtpConfig, alarm: dict[str, Any]) -> Iterable[EmailMessage]:
    """One to each administrator, so that nobody learns the addresses of the others."""
    try:
        organization = backstage.settings.organization(alarm["organization_id"])
    except UnknownOrganization:
        return
    at = datetime.fromisoformat(alarm["at"]).astimezone(zone_of(organization.time_zone))
    words = alarm_words(alarm["upn"], organization.name, alarm["calls"], round(alarm["minutes"]), at)
    for address in _administrators(backstage, organization.organization_id):
        mail = EmailMessage()
        mail["Subject"], mail["From"] = " ".join(words.subject.split()), smtp.sender
        mail["To"], mail["Date"] = address, format_datetime(datetime.now(UTC))
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
        mail.set_content(words.text)
        yield mail


def _administrators(backstage: Backstage, organization_id: str) -> Iterable[str]:
    """The mail addresses of the organization's administrators, else those of the host: the names of their
    accounts, where they are such."""
    for owner, role in ((organization_id, Role.ADMIN), (HOST, Role.HOST)):
        accounts = backstage.accounts.all(owner)
        found = [each.name for each in accounts if each.role is role and not each.is_disabled]
        if addresses := [name for name in found if "@" in name and name.isascii() and name.isprintable()]:
            return addresses
    return ()
