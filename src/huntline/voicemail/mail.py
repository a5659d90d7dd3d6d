"""Mail about messages: who has called, when, how long it is, and the sound itself where that is wanted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiosmtplib

from huntline.config import SmtpConfig
from huntline.directory.mailboxes import MailboxSettings
from huntline.directory.shown_numbers import shown_number
from huntline.languages.mailbox import mail_words
from huntline.voicemail.boxes import Message

_PATIENCE_S = 20.0

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60))
"""Until the next try, after the first, second ... failure; then always the last one."""

_LONGEST = timedelta(days=5)
"""RFC 5321 section 4.5.4.1: after so long nobody tries any more."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Why a mail was not sent, and when to try again; None: it is of no use."""

    error: str
    again_at: datetime | None


def mail_about(
    message: Message, box: str, settings: MailboxSettings, sender: str, sound: Path, zone: ZoneInfo
) -> EmailMessage:
    """The mail about a message. Its Message-ID is the same whenever it is made: one that comes twice is known
    for the same. A sound that is missing is not attached."""
    caller = message.caller_name or shown_number(message.caller)
    seconds = round(message.seconds)
    at = message.recorded_at.astimezone(zone)
    words = mail_words(settings.language, caller, box, f"{seconds // 60}:{seconds % 60:02}", at)
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = _one_line(words.subject), sender, settings.mail or ""
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{message.message_id}@voicemail.huntline.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    mail.set_content(words.text)
    if settings.attach_sound:
        with suppress(OSError):
            mail.add_attachment(
                sound.read_bytes(), maintype="audio", subtype="x-wav", filename=f"{at:%Y-%m-%d-%H%M%S}.wav"
            )
    return mail


async def send(
    mail: EmailMessage, smtp: SmtpConfig, tries: int, since: datetime, now: datetime
) -> NotSent | None:
    """Send a mail; None when the server has taken it. ``tries`` have failed ``since`` then."""
    try:
        await aiosmtplib.send(
            mail,
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password is not None else None,
            use_tls=smtp.security == "tls",
            start_tls=smtp.security == "starttls",
            timeout=_PATIENCE_S,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        is_final = _is_for_good(error) or now - since > _LONGEST
        pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
        return NotSent(_in_words(error), None if is_final else now + pause)
    return None


def _is_for_good(error: Exception) -> bool:
    """RFC 5321 section 4.2.1: what begins with 5 will be refused again."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=recipients):
            return all(each.code >= 500 for each in recipients)
        case aiosmtplib.SMTPAuthenticationError():
            return False  # the password can be put right
        case aiosmtplib.SMTPResponseException(code=code):
            return code >= 500
        case _:
            return False


def _in_words(error: Exception) -> str:
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=recipients):
            return "; ".join(f"{each.code} {each.message}" for each in recipients)
        case aiosmtplib.SMTPResponseException(code=code, message=message):
            return f"{code} {message}"
        case _:
            return str(error) or type(error).__name__


def _one_line(text: str) -> str:
    """A header; what a stranger calls himself is no further header."""
    return " ".join(text.split())
