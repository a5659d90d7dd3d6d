"""Alarms of ceilings: who may read them, who is told by mail, and how often (web)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from huntline.cli.api_client import ApiRefused
from huntline.control.server import ControlServer
from huntline.directory.access import Role
from huntline.storage.accounts import SignInAccount
from huntline.storage.audit import Actor
from huntline.web.toll_mailing import mail_toll_alarms
from tests.voicemail.test_mail import Postbox, post_office
from tests.web.rig import ServerRig, server_rig
from tests.web.signalling import signalling

AT = "2026-11-30T12:00:00+00:00"


def alarm(rig: ServerRig, **fields: Any) -> dict[str, Any]:
    return {
        "organization_id": rig.contoso,
        "user_id": "u1",
        "upn": "amal@contoso.com",
        "ceiling": "calls",
        "at": AT,
        "calls": 20,
        "minutes": 12.5,
        "is_mailed": False,
        **fields,
    }


def test_alarms_are_read_by_who_reads_settings(rig: ServerRig) -> None:
    with signalling(rig) as process:
        process.alarms = [alarm(rig), alarm(rig, organization_id="another", upn="x@fabrikam.com")]
        shown = {"user_id": "u1", "upn": "amal@contoso.com", "ceiling": "calls", "calls": 20, "minutes": 12.5}
        assert rig.api().get("/toll-alarms") == [shown | {"at": "2026-11-30T12:00:00Z"}]
        with pytest.raises(ApiRefused):
            rig.api(Role.AGENT).get("/toll-alarms")


def add_admin(rig: ServerRig, name: str, role: Role = Role.ADMIN) -> None:
    account = SignInAccount(organization_id=rig.contoso, name=name, role=role)
    rig.backstage.accounts.add(account, Actor("test", "test"))


async def mailing(rig: ServerRig, alarms: list[dict[str, Any]], told: asyncio.Event) -> None:
    """Let the mails be sent until it has been told that they are, and twice more."""
    asked = 0

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        if asked == 3:
            told.set()
        return {"alarms": alarms}

    def mailed(request: dict[str, Any]) -> dict[str, Any]:
        for each in alarms:
            each["is_mailed"] |= each["user_id"] == request["user_id"]
        return {}

    server = ControlServer(
        rig.backstage.config.control_socket, {"toll-alarms": ask, "toll-alarm-mailed": mailed}
    )
    await server.start()
    sending = asyncio.create_task(mail_toll_alarms(rig.backstage, every=0.01))
    async with asyncio.timeout(10):
        await told.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await server.close()


def test_each_administrator_with_an_address_is_told_once_in_both_languages(tmp_path: Path) -> None:
    postbox = Postbox()
    with post_office(postbox) as smtp, server_rig(tmp_path, smtp=smtp) as rig:
        add_admin(rig, "rita@contoso.com")
        add_admin(rig, "sam@contoso.com")
        add_admin(rig, "chief")
        add_admin(rig, "auditor@contoso.com", Role.AUDITOR)
        alarms = [alarm(rig), alarm(rig, organization_id="gone", user_id="u2")]
        asyncio.run(mailing(rig, alarms, asyncio.Event()))
        assert len(postbox.taken) == 2
        text = "\n".join(map(str, postbox.taken))
        assert "rita@contoso.com" in text
        assert "sam@contoso.com" in text
        assert [each["is_mailed"] for each in alarms] == [True, True]
