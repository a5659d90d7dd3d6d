"""The files of each family: what they are called, and what is in them.

The texts are templates beside this module. Whatever is put into one is escaped for its format: a name can
never become a setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from xml.sax.saxutils import escape

from huntline.directory.encryption import Encryption
from huntline.directory.phones import Phone, PhoneFamily
from huntline.directory.star_codes import VOICEMAIL_CODE
from huntline.web.phone_settings.settings import PhoneSettings
from huntline.web.phone_settings.time_zones import ClockChange, Summer

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2
_QUOTES = {'"': "&quot;", "'": "&apos;"}

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a phone is answered."""

    text: str
    media_type: str


class _Made(str):
    """A text that is in the format already."""


@dataclass(frozen=True, slots=True)
class _Format:
    media_type: str
    escaped: Callable[[str], str]


def in_line(value: str) -> str:
    """A value of which nothing can begin a new line."""
    return " ".join(" ".join(value.splitlines()).split()) if not value.isprintable() else value.strip()


def in_xml(value: str) -> str:
    """A value as text of an element or between quotes of an attribute."""
    return escape(_NOT_IN_XML.sub("", in_line(value)), _QUOTES)


_LINES = _Format("text/plain", lambda value: "".join(c for c in in_line(value) if c.isprintable()))
_XML = _Format("application/xml", in_xml)


def address_in(phone: Phone) -> str:
    """What stands behind the secret in the address that people put into a phone: a folder, where its family
    asks for names of its own, or the file."""
    match phone.family:
        case PhoneFamily.LINPHONE:
            return "linphone.xml"
        case PhoneFamily.SNOM:
            return f"{(phone.mac or '').upper()}.xml"
        case _:
            return ""


def settings_file(settings: PhoneSettings, name: str) -> SettingsFile | None:
    """The file that a phone asks for by ``name``; None where it is none of its own."""
    phone, asked = settings.phone, name.lower()
    mac = phone.mac or ""
    match phone.family:
        case PhoneFamily.YEALINK if asked == f"{mac}.cfg":
            return _filled(_LINES, "yealink.cfg", _yealink(settings))
        case PhoneFamily.SNOM if re.fullmatch(rf"(?:snom[a-z0-9]*-)?{mac}\.(?:xml|html?)", asked):
            return _filled(_XML, "snom.xml", _snom(settings))
        case PhoneFamily.GRANDSTREAM if asked == f"cfg{mac}.xml":
            return _filled(_XML, "grandstream.xml", _grandstream(settings))
        case PhoneFamily.POLY if asked == f"{mac}.cfg":
            return _filled(_XML, "poly.cfg", {"settings": f"{mac}-settings.cfg"})
        case PhoneFamily.POLY if asked == f"{mac}-settings.cfg":
            return _filled(_XML, "poly-settings.cfg", _poly(settings))
        case PhoneFamily.LINPHONE if asked == "linphone.xml":
            return _filled(_XML, "linphone.xml", _linphone(settings))
        case _:
            return None


def _filled(form: _Format, template: str, values: Values) -> SettingsFile:
    return SettingsFile(_put_into(form, template, values), form.media_type)


def _put_into(form: _Format, template: str, values: Values) -> str:
    escaped = {
        name: value if isinstance(value, _Made) else form.escaped(str(value))
        for name, value in values.items()
    }
    return _template(template).substitute(escaped)


@cache
def _template(name: str) -> Template:
    return Template((files(__package__) / "templates" / name).read_text("utf-8"))


def _lamps(form: _Format, template: str, settings: PhoneSettings, first: int) -> _Made:
    lines = (
        _put_into(form, template, {"place": place, "uri": lamp.uri, "label": lamp.label})
        for place, lamp in enumerate(settings.lamps, first)
    )
    return _Made("".join(lines))


def _account(settings: PhoneSettings) -> dict[str, object]:
    server = settings.server
    return {
        "label": settings.label,
        "user": settings.user,
        "domain": settings.domain,
        "uri": f"{settings.user}@{settings.domain}",
        "username": settings.phone.username,
        "password": settings.password,
        "host": server.host,
        "port": server.port,
        "address": server.address,
        "mailbox": VOICEMAIL_CODE,
    }


def _by_encryption(settings: PhoneSettings, never: str, offered: str, required: str) -> str:
    words = {Encryption.NEVER: never, Encryption.OFFERED: offered, Encryption.REQUIRED: required}
    return words[settings.encryption]


def _by_language(settings: PhoneSettings, english: str, french: str) -> str:
    return french if settings.phone.language == "fr" else english


def _number(settings: PhoneSettings) -> str:
    """The transport as most families count them."""
    return {"udp": "0", "tcp": "1", "tls": "2"}[settings.server.transport]


def _yealink(settings: PhoneSettings) -> Values:
    summer = settings.zone.summer
    hours, rest = divmod(abs(settings.zone.offset) // 60, 60)
    zone = f"{'-' if settings.zone.offset < 0 else '+'}{hours}{f':{rest}' if rest else ''}"
    return _account(settings) | {
        "transport": _number(settings),
        "encryption": _by_encryption(settings, "0", "1", "2"),
        "language": _by_language(settings, "English", "French"),
        "zone": zone,
        "has_summer": "1" if summer else "0",
        "summer_start": _yealink_change(summer.start) if summer else "",
        "summer_end": _yealink_change(summer.end) if summer else "",
        "summer_ahead": summer.ahead // 60 if summer else 0,
        "lamps": _lamps(_LINES, "yealink-lamp.cfg", settings, 2),  # the first key is the line's
    }


def _yealink_change(change: ClockChange) -> str:
    return f"{change.month}/{change.week}/{change.weekday or 7}/{change.hour}"


def _snom(settings: PhoneSettings) -> Values:
    summer = settings.zone.summer
    return _account(settings) | {
        "transport": settings.server.transport,
        "srtp": _by_encryption(settings, "off", "on", "on"),
        "savp": _by_encryption(settings, "off", "optional", "mandatory"),
        "language": _by_language(settings, "English", "Francais"),
        "offset": settings.zone.offset,
        "summer": _snom_summer(summer) if summer else "",
        "lamps": _lamps(_XML, "snom-lamp.xml", settings, 1),
    }


def _snom_summer(summer: Summer) -> str:
    changes = (
        f"{each.month:02}.{each.week:02}.{each.weekday or 7:02} {each.hour:02}:00:00"
        for each in (summer.start, summer.end)
    )
    return f"{summer.ahead} {' '.join(changes)}"


def _grandstream(settings: PhoneSettings) -> Values:
    return _account(settings) | {
        "transport": _number(settings),
        "encryption": _by_encryption(settings, "0", "1", "2"),
        "language": _by_language(settings, "en", "fr"),
        "zone": settings.zone.posix,
    }


def _poly(settings: PhoneSettings) -> Values:
    summer = settings.zone.summer
    return _account(settings) | {
        "transport": {"udp": "UDPOnly", "tcp": "TCPOnly", "tls": "TLS"}[settings.server.transport],
        "srtp": _by_encryption(settings, "0", "1", "1"),
        "srtp_required": _by_encryption(settings, "0", "0", "1"),
        "language": _by_language(settings, "English_United_States", "French_France"),
        "offset": settings.zone.offset,
        "has_summer": "1" if summer else "0",
        **dict(_poly_changes(summer)),
        "lamps": _lamps(_XML, "poly-lamp.cfg", settings, 1),
    }


def _poly_changes(summer: Summer | None) -> Iterator[tuple[str, object]]:
    """A week is the day of the month on which it begins, or the last one."""
    nothing = ClockChange(1, 1, 0, 0)
    for name, change in (
        ("start", summer.start if summer else nothing),
        ("stop", summer.end if summer else nothing),
    ):
        is_last = change.week == 5
        yield f"{name}_month", change.month
        yield f"{name}_date", 1 if is_last else (change.week - 1) * 7 + 1
        yield f"{name}_day", change.weekday + 1
        yield f"{name}_is_last", int(is_last)
        yield f"{name}_hour", change.hour


def _linphone(settings: PhoneSettings) -> Values:
    # RFC 3261 section 25.1: in a quoted string these two are written behind a backslash.
    name = re.sub(r'(["\\])', r"\\\1", in_line(settings.label))
    return _account(settings) | {
        "identity": f'"{name}" <sip:{settings.user}@{settings.domain}>',
        "realm": settings.realm,
        "transport": settings.server.transport,
        "encryption": _by_encryption(settings, "none", "srtp", "srtp"),
        "is_required": _by_encryption(settings, "0", "0", "1"),
    }
