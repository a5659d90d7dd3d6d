"""Messages and mailboxes by the API: one's own, those that are shared, and nobody else's (web)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.directory.access import Role
from huntline.directory.mailboxes import BoxKind, BoxOwner
from huntline.media import wav
from huntline.storage.database import open_database
from huntline.voicemail.boxes import Caller, Voicemail
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.signalling import signalling
from tests.web.sounds import wav as spoken_sound

SECOND = b"\x10" * 8000


class Office:
    """Amal and Bao serve Help Desk; ``me`` is Amal's API, ``bao`` that of Bao."""

    def __init__(self, rig: ServerRig) -> None:
        self.rig, self.admin = rig, rig.api()
        self.data: Path = rig.backstage.config.data
        self.ids: dict[str, str] = {
            name: self.admin.post(
                "/users", {"upn": f"{name}@contoso.com", "display_name": name.title(), **E5_USER}
            )["id"]
            for name in ("amal", "bao")
        }
        both = ["amal@contoso.com", "bao@contoso.com"]
        self.desk: str = self.admin.post("/queues", {"name": "Help Desk", "agents": both})["id"]
        self.me: Api = rig.api(Role.AGENT, user_id=self.ids["amal"])
        self.bao: Api = rig.api(Role.AGENT, user_id=self.ids["bao"])

    def leave(self, box_id: str, seconds: int = 3, caller: str = "+14255550100") -> str:
        """Somebody leaves a message; its id."""
        database = open_database(self.data)
        voicemail = Voicemail(database, self.data)
        organization_id = self.rig.contoso
        owner = BoxOwner(box_id, organization_id, BoxKind.PERSON, "Box", (), "sip:a@b")
        message_id, path = voicemail.begin(owner, Caller("c1", caller, "Zoé"))
        path.write_bytes(wav.head("PCMU", 0) + SECOND * seconds)
        voicemail.finish(message_id)
        database.dispose()
        return message_id


def messages_of(api: Api, **wanted: str) -> list[dict[str, Any]]:
    """What somebody hears."""
    return list(api.items("/me/voicemail/messages", **wanted))


def refused(api: Api, method: str, path: str, body: Any = None, **params: Any) -> dict[str, Any]:
    """Why."""
    return refusal_of(api, method, path, body, **params)


@pytest.fixture
def office(rig: ServerRig) -> Office:
    return Office(rig)


def test_i_hear_my_own_box_and_those_shared_with_me(office: Office) -> None:
    office.leave(office.ids["amal"])
    office.leave(office.ids["bao"])
    office.leave(office.desk)
    boxes = office.me.get("/me/voicemail/boxes")
    assert [(box["name"], box["kind"], box["target"], box["new"]) for box in boxes] == [
        ("Amal", "person", "voicemail:amal@contoso.com", 1),
        ("Help Desk", "queue", "voicemail:Help Desk", 1),
    ]
    messages = messages_of(office.me)
    assert [(each["box"], each["seconds"], each["caller_shown"]) for each in messages] == [
        ("Help Desk", 3.0, "+1 425-555-0100"),
        ("Amal", 3.0, "+1 425-555-0100"),
    ]
    assert messages[0]["call_back"] == "tel:+14255550100"
    assert len(messages_of(office.me, box=office.desk)) == 1


def test_of_anybody_elses_messages_i_learn_nothing(office: Office) -> None:
    theirs = office.leave(office.ids["bao"])
    for method, path in (("get", ""), ("get", "/sound"), ("get", "/waveform"), ("delete", "")):
        problem = refused(office.me, method.upper(), f"/me/voicemail/messages/{theirs}{path}")
        assert problem["status"] == 404
    assert refused(office.me, "GET", "/me/voicemail/messages", box=office.ids["bao"])["status"] == 404
    assert len(messages_of(office.bao)) == 1


def test_a_message_is_heard_saved_and_deleted_and_signalling_is_told(office: Office) -> None:
    mine = office.leave(office.ids["amal"])
    path = f"/me/voicemail/messages/{mine}"
    with signalling(office.rig) as fake:
        assert office.me.put(f"{path}/heard", {"is_heard": True})["is_new"] is False
        assert office.me.get("/me/voicemail/boxes")[0]["old"] == 1
        assert office.me.put(f"{path}/saved", {})["is_saved"] is True
        office.me.delete(path)
        assert [request["box_id"] for request in fake.asked] == [office.ids["amal"]] * 3
    assert messages_of(office.me) == []
    assert refused(office.me, "GET", path)["status"] == 404


def test_a_shared_message_is_taken_by_one_and_the_others_see_by_whom(office: Office) -> None:
    shared = office.leave(office.desk)
    path = f"/me/voicemail/messages/{shared}"
    assert refused(office.me, "PUT", f"{path}/heard", {"is_heard": True})["status"] == 409
    assert office.me.put(f"{path}/taken", {})["is_mine"] is True
    seen = office.bao.get(path)
    assert (seen["taken_by"], seen["is_mine"], seen["is_new"]) == ("Amal", False, False)
    assert refused(office.bao, "PUT", f"{path}/taken", {})["type"].rpartition(":")[2] == "message-taken"
    assert refused(office.bao, "DELETE", f"{path}/taken")["type"].rpartition(":")[2] == "message-taken"
    assert office.me.delete(f"{path}/taken")["is_new"] is True


def test_the_sound_can_be_had_in_parts_and_drawn(office: Office) -> None:
    mine = office.leave(office.ids["amal"])
    path = f"/me/voicemail/messages/{mine}"
    whole = office.me.response("GET", f"{path}/sound")
    assert whole.status_code == 200
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.content == wav.head("PCMU", 24_000) + SECOND * 3
    part = office.me.response("GET", f"{path}/sound", headers={"Range": "bytes=0-57"})
    assert (part.status_code, part.content) == (206, wav.head("PCMU", 24_000))
    drawn = office.me.get(f"{path}/waveform", parts=3)
    assert (drawn["seconds"], len(set(drawn["peaks"]))) == (3.0, 1)
    assert 0 < drawn["peaks"][0] <= 1


def test_a_damaged_message_is_told_and_can_be_deleted(office: Office) -> None:
    mine = office.leave(office.ids["amal"])
    Path(office.data, "voicemail", f"{mine}.wav").write_bytes(b"")
    path = f"/me/voicemail/messages/{mine}"
    assert refused(office.me, "GET", f"{path}/waveform")["type"].rpartition(":")[2] == "message-not-playable"
    assert refused(office.me, "GET", f"{path}/sound")["status"] == 410
    office.me.delete(path)


def test_a_box_is_set_by_its_owner_and_by_an_admin_and_the_audit_says_so(office: Office) -> None:
    with signalling(office.rig) as fake:
        set_now = office.me.patch("/me/voicemail/settings", {"longest": 60, "language": "fr"})
        assert (set_now["longest"], set_now["language"], set_now["quota"]) == (60, "fr", 100)
        assert office.admin.patch("/mailboxes/Help Desk", {"operator": "sip:amal@contoso.com"})["operator"]
        asked = [request["box_id"] for request in fake.asked]
    assert asked == [office.ids["amal"], office.desk]
    entries = office.admin.items("/audit")
    told = {(entry["what"], entry["key"], entry["field"], entry["after"]) for entry in entries}
    assert ("mailbox", "Amal", "longest", "60") in told
    assert ("mailbox", "Help Desk", "operator", "sip:amal@contoso.com") in told


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"longest": 9}, "longest"),
        ({"kept_days": 4000}, "kept_days"),
        ({"language": "de"}, "language"),
        ({"operator": "sip:nobody@contoso.com"}, "operator"),
        ({"mail": "nobody"}, "mail"),
    ],
)
def test_what_is_not_allowed_names_its_field(office: Office, form: dict[str, Any], field: str) -> None:
    problem = refused(office.me, "PATCH", "/me/voicemail/settings", form)
    assert problem["status"] == 422
    assert field in str(problem)
    assert office.me.get("/me/voicemail/settings")["longest"] == 300


def test_nobody_is_told_the_pin(office: Office) -> None:
    assert office.me.get("/me/voicemail/settings")["has_pin"] is False
    office.me.put("/me/voicemail/pin", {"pin": "246813"})
    assert office.me.get("/me/voicemail/settings")["has_pin"] is True
    assert "246813" not in str(office.admin.items("/audit"))
    problem = refused(office.me, "PUT", "/me/voicemail/pin", {"pin": "12"})
    assert problem["status"] == 422
    office.admin.put("/mailboxes/amal@contoso.com/pin", {"pin": None})
    assert office.me.get("/me/voicemail/settings")["has_pin"] is False


def test_a_greeting_is_uploaded_replaced_by_a_text_and_removed(office: Office) -> None:
    sound = spoken_sound(0.5)
    files = {"file": ("hello.wav", sound)}
    done = office.me.request("PUT", "/me/voicemail/greeting", files=files)
    assert done["has_recorded_greeting"] is True
    (file,) = Path(office.data, "voicemail").glob("greeting-*.wav")
    assert wav.read(file).seconds == pytest.approx(0.5, abs=0.05)
    for heard_by, path in (
        (office.me, "/me/voicemail/greeting"),
        (office.admin, "/mailboxes/amal@contoso.com/greeting"),
    ):
        answer = heard_by.response("GET", path)
        assert (answer.status_code, answer.content) == (200, file.read_bytes())
    spoken = office.me.patch("/me/voicemail/settings", {"greeting_text": "I am away."})
    assert refused(office.me, "GET", "/me/voicemail/greeting")["status"] == 404
    assert (spoken["has_recorded_greeting"], spoken["greeting_text"]) == (False, "I am away.")
    files = {"file": ("x.wav", b"no sound")}
    problem = refusal_of(office.me, "PUT", "/me/voicemail/greeting", files=files)
    assert problem["status"] == 422
    assert office.me.delete("/me/voicemail/greeting")["greeting_text"] is None


def test_boxes_are_listed_for_admins_and_closed_to_agents(office: Office) -> None:
    boxes = office.admin.items("/mailboxes")
    assert [box["name"] for box in boxes] == ["Amal", "Bao", "Help Desk"]
    assert refused(office.me, "GET", "/mailboxes")["status"] == 403
    assert refused(office.admin, "GET", "/mailboxes/nobody")["status"] == 404


def test_mails_that_could_not_be_sent_are_told_to_admins(office: Office) -> None:
    voicemail, organization_id = office.rig.backstage.voicemail, office.rig.contoso
    assert list(office.admin.items("/mailboxes", unsent_mail=True)) == []
    for error in ("no such host", "mailbox unknown"):
        message = voicemail.message(organization_id, office.leave(office.desk))
        voicemail.not_mailed(message, error, None)
    office.leave(office.ids["amal"])
    (box,) = office.admin.items("/mailboxes", unsent_mail=True)
    assert (box["name"], box["unsent_mails"], box["mail_error"]) == ("Help Desk", 2, "mailbox unknown")
    (own, _) = office.me.get("/me/voicemail/boxes")
    assert (own["unsent_mails"], own["mail_error"]) == (0, None)
