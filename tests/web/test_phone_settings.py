"""What phones of each family are told, and that no name becomes a setting (unit)."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from huntline.config import Config
from huntline.directory.encryption import Encryption
from huntline.directory.organization import Group, GroupKind, Organization, User
from huntline.directory.phones import Phone, PhoneFamily
from huntline.web.phone_settings.files import address_in, settings_file
from huntline.web.phone_settings.settings import (
    Lamp,
    PhoneSettings,
    Server,
    server_for_phones,
    settings_of,
)
from huntline.web.phone_settings.time_zones import (
    UTC_RULE,
    ClockChange,
    Summer,
    parse_posix,
    zone_rule,
)

MAC = "001565aabbcc"
NAMES = {
    PhoneFamily.YEALINK: f"{MAC}.cfg",
    PhoneFamily.SNOM: f"{MAC.upper()}.xml",
    PhoneFamily.GRANDSTREAM: f"cfg{MAC}.xml",
    PhoneFamily.POLY: f"{MAC}-settings.cfg",
    PhoneFamily.LINPHONE: "linphone.xml",
}
XML_FAMILIES = [family for family in NAMES if family is not PhoneFamily.YEALINK]
BAO = Lamp("sip:bao@contoso.com", "Bao Nguyen")
names = st.text() | st.text(alphabet="<>&\"'\\=\n\r\x85\u2028\x00 %#$;a")


def settings(family: PhoneFamily, **others: object) -> PhoneSettings:
    told = PhoneSettings(
        phone=Phone(phone_id="a" * 12, family=family, mac=MAC if family.has_mac else None),
        label="Amal Haddad",
        user="amal",
        domain="contoso.com",
        realm="contoso.com",
        password="secret7",
        server=Server("tls", "sip.contoso.com", 5061),
        encryption=Encryption.OFFERED,
        zone=zone_rule("Europe/Paris"),
        lamps=(BAO,),
    )
    return replace(told, **others)  # type: ignore[arg-type]


def text_of(told: PhoneSettings) -> str:
    file = settings_file(told, NAMES[told.phone.family])
    assert file is not None
    return file.text


def lines_of(text: str) -> dict[str, str]:
    lines = (line.partition(" = ") for line in text.split("\n") if line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def values_of(text: str) -> list[tuple[str, dict[str, str], str]]:
    root: Element = fromstring(text)
    return [(each.tag, dict(each.attrib), (each.text or "").strip()) for each in root.iter()]


def test_a_yealink_is_told_its_account_lamps_and_clock() -> None:
    said = lines_of(text_of(settings(PhoneFamily.YEALINK)))
    assert said["account.1.user_name"] == "amal"
    assert said["account.1.auth_name"] == "phone-aaaaaaaaaaaa"
    assert said["account.1.password"] == "secret7"
    assert said["account.1.sip_server.1.address"] == "contoso.com"
    assert said["account.1.outbound_proxy.1.address"] == "sip.contoso.com"
    assert said["account.1.outbound_proxy.1.port"] == "5061"
    assert said["account.1.sip_server.1.transport_type"] == "2"
    assert said["account.1.srtp_encryption"] == "1"
    assert (said["linekey.2.type"], said["linekey.2.value"]) == ("16", "sip:bao@contoso.com")
    assert (said["local_time.time_zone"], said["local_time.offset_time"]) == ("+1", "60")
    assert (said["local_time.start_time"], said["local_time.end_time"]) == ("3/5/7/2", "10/5/7/3")


def test_a_snom_is_told_its_account_lamps_and_clock() -> None:
    found = values_of(text_of(settings(PhoneFamily.SNOM)))
    said = {tag: text for tag, _, text in found}
    assert (said["user_name"], said["user_pname"]) == ("amal", "phone-aaaaaaaaaaaa")
    assert said["user_outbound"] == "sip.contoso.com:5061;transport=tls"
    assert (said["user_srtp"], said["user_savp"]) == ("on", "optional")
    assert (said["utc_offset"], said["dst"]) == ("3600", "3600 03.05.07 02:00:00 10.05.07 03:00:00")
    lamp = {"idx": "1", "context": "1", "label": "Bao Nguyen", "perm": "RW"}
    assert ("fkey", lamp, "blf sip:bao@contoso.com") in found


def test_a_grandstream_is_told_its_account_and_clock() -> None:
    said = {tag: text for tag, _, text in values_of(text_of(settings(PhoneFamily.GRANDSTREAM)))}
    assert (said["P35"], said["P36"], said["P34"]) == ("amal", "phone-aaaaaaaaaaaa", "secret7")
    assert (said["P47"], said["P48"], said["P130"]) == ("contoso.com", "sip.contoso.com:5061", "2")
    assert (said["P183"], said["P246"]) == ("1", "CET-1CEST,M3.5.0,M10.5.0/3")


def test_a_poly_is_led_to_its_settings_and_told_its_account() -> None:
    told = settings(PhoneFamily.POLY, encryption=Encryption.REQUIRED)
    first = settings_file(told, f"{MAC.upper()}.cfg")
    assert first is not None
    assert fromstring(first.text).attrib["CONFIG_FILES"] == f"{MAC}-settings.cfg"
    said = {
        name: value for _, attributes, _ in values_of(text_of(told)) for name, value in attributes.items()
    }
    assert said["reg.1.address"] == "amal@contoso.com"
    assert said["reg.1.auth.userId"] == "phone-aaaaaaaaaaaa"
    assert said["reg.1.outboundProxy.transport"] == "TLS"
    assert (said["sec.srtp.offer"], said["sec.srtp.require"]) == ("1", "1")
    assert said["attendant.resourceList.1.address"] == "sip:bao@contoso.com"
    assert said["tcpIpApp.sntp.daylightSavings.start.dayOfWeek.lastInMonth"] == "1"
    assert said["tcpIpApp.sntp.daylightSavings.stop.time"] == "3"


def test_a_linphone_is_told_its_account() -> None:
    found = values_of(text_of(settings(PhoneFamily.LINPHONE, label='A "B" \\')))
    said = {attributes.get("name", ""): text for _, attributes, text in found}
    assert said["reg_proxy"] == "<sip:sip.contoso.com:5061;transport=tls>"
    assert said["reg_identity"] == '"A \\"B\\" \\\\" <sip:amal@contoso.com>'
    assert (said["username"], said["userid"]) == ("amal", "phone-aaaaaaaaaaaa")
    assert (said["passwd"], said["realm"]) == ("secret7", "contoso.com")
    assert (said["media_encryption"], said["media_encryption_mandatory"]) == ("srtp", "0")


@pytest.mark.parametrize("family", NAMES)
def test_a_phone_gets_the_files_of_its_family_and_mac_alone(family: PhoneFamily) -> None:
    told = settings(family)
    others = {name for each, name in NAMES.items() if each is not family}
    others |= {name.lower().replace(MAC, "001565aabbcd") for name in others if family.has_mac}
    others |= {"", "y000000000000.cfg", "../" + NAMES[family], NAMES[family] + "x"}
    if family is PhoneFamily.POLY:
        others.discard(f"{MAC}.cfg")  # the name of its first file, as it is of a Yealink's
    assert [name for name in others if settings_file(told, name)] == []


def test_a_snom_asks_by_its_model_too() -> None:
    told = settings(PhoneFamily.SNOM)
    assert settings_file(told, f"snomD385-{MAC.upper()}.htm") is not None
    assert settings_file(told, "snomD385.htm") is None
    assert address_in(told.phone) == f"{MAC.upper()}.xml"


@given(label=names, lamp=names, password=names)
def test_no_name_becomes_a_line(label: str, lamp: str, password: str) -> None:
    family = PhoneFamily.YEALINK
    hostile = settings(family, label=label, password=password, lamps=(Lamp(BAO.uri, lamp),))
    harmless = text_of(settings(family)).split("\n")
    got = text_of(hostile).split("\n")
    assert [line.partition(" = ")[0] for line in got] == [line.partition(" = ")[0] for line in harmless]
    assert list(filter(None, text_of(hostile).splitlines())) == list(filter(None, got))


@pytest.mark.parametrize("family", XML_FAMILIES)
@given(label=names, lamp=names, password=names)
def test_no_name_becomes_an_element(family: PhoneFamily, label: str, lamp: str, password: str) -> None:
    hostile = settings(family, label=label, password=password, lamps=(Lamp(BAO.uri, lamp),))
    got, harmless = values_of(text_of(hostile)), values_of(text_of(settings(family)))
    assert [(tag, sorted(names)) for tag, names, _ in got] == [
        (tag, sorted(names)) for tag, names, _ in harmless
    ]


@pytest.mark.parametrize(
    ("text", "offset", "summer"),
    [
        ("<+0530>-5:30", 19_800, None),
        (
            "EST5EDT,M3.2.0,M11.1.0",
            -18_000,
            Summer(3600, ClockChange(3, 2, 0, 7200), ClockChange(11, 1, 0, 7200)),
        ),
        (
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            37_800,
            Summer(1800, ClockChange(10, 1, 0, 7200), ClockChange(4, 1, 0, 7200)),
        ),
        (
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            -7200,
            Summer(3600, ClockChange(3, 5, 0, 0), ClockChange(10, 5, 0, 0)),
        ),
    ],
)
def test_rules_of_posix(text: str, offset: int, summer: Summer | None) -> None:
    rule = parse_posix(text)
    assert rule is not None
    assert (rule.offset, rule.summer, rule.posix) == (offset, summer, text)


@given(st.text() | st.text(alphabet="CETM-+0123456789,./:<>"))
def test_what_is_no_rule_is_none(text: str) -> None:
    rule = parse_posix(text)
    assert rule is None or rule.posix == text


def test_zones_by_name() -> None:
    assert zone_rule("Asia/Kolkata").offset == 19_800
    assert zone_rule("Nowhere/Land") == UTC_RULE


@pytest.mark.parametrize(
    ("sip", "certificate", "wanted"),
    [
        (("udp:192.0.2.1:5060", "tcp:192.0.2.1:5070"), (), Server("tcp", "192.0.2.1", 5070)),
        (("udp:0.0.0.0:5060",), (), Server("udp", "pbx.test", 5060)),
        (("udp:0.0.0.0:5060", "tls:0.0.0.0:5061"), ("a.pem:b.pem",), Server("tls", "pbx.test", 5061)),
        (("udp:192.0.2.1:5060", "tls:192.0.2.1:5061"), (), Server("udp", "192.0.2.1", 5060)),
        (("ws:127.0.0.1:5062",), (), None),
    ],
)
def test_phones_come_encrypted_where_there_is_a_certificate(
    sip: tuple[str, ...], certificate: tuple[str, ...], wanted: Server | None
) -> None:
    config = Config(sip=sip, certificate=certificate)  # type: ignore[arg-type]
    assert server_for_phones(config, "pbx.test") == wanted


def test_lamps_are_those_of_colleagues_in_the_same_groups() -> None:
    users = tuple(
        User(upn=f"{name}@contoso.com", is_active=name != "chi") for name in ("amal", "bao", "chi", "dana")
    )
    groups = (
        Group("First", GroupKind.SECURITY_GROUP, ("amal@contoso.com", "bao@contoso.com", "chi@contoso.com")),
        Group("Second", GroupKind.SECURITY_GROUP, ("dana@contoso.com",)),
    )
    organization = Organization(name="Contoso", domains=("contoso.com",), users=users, groups=groups)
    phone = settings(PhoneFamily.SNOM).phone
    told = settings_of(organization, users[0], phone, "x", Server("udp", "192.0.2.1", 5060))
    assert told.lamps == (Lamp("sip:bao@contoso.com", "bao"),)
    assert told.encryption is Encryption.NEVER
