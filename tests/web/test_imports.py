"""Users and numbers from spreadsheets: all lines or none, and a word on each (web)."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.cli.api_client import Api, ApiRefused
from huntline.directory.access import Role
from huntline.directory.organization import Licence, NumberKind
from tests.web.rig import ServerRig

USERS = (
    "upn,display_name,licences,voice_enabled,line_uri,sip_password\n"
    'amal@contoso.com,"Haddad, Amal",E5|CallingPlan,true,tel:+14255550123,correct horse\n'
    "Bao@Contoso.com,Bao,E5,Yes,,\n"
)


@pytest.fixture
def api(rig: ServerRig) -> Api:
    return rig.api()


def send(api: Api, what: str, text: str | bytes, **params: Any) -> Any:
    content = text.encode() if isinstance(text, str) else text
    headers = {"Content-Type": "text/csv"}
    return api.request("POST", f"/imports/{what}", content=content, headers=headers, params=params)


def refused(api: Api, what: str, text: str | bytes) -> dict[str, Any]:
    with pytest.raises(ApiRefused) as refusal:
        send(api, what, text)
    assert refusal.value.status == 422
    return refusal.value.problem


def actions(report: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(line["line"], line["key"], line["action"]) for line in report["lines"]]


def test_users_are_added_changed_and_left_alone(rig: ServerRig, api: Api) -> None:
    report = send(api, "users", USERS)
    assert report["is_applied"] is True
    assert actions(report) == [(2, "amal@contoso.com", "added"), (3, "Bao@Contoso.com", "added")]
    amal, bao = rig.organization().users
    assert amal.display_name == "Haddad, Amal"
    assert amal.licences == frozenset({Licence.E5, Licence.CALLING_PLAN})
    assert (amal.voice_enabled, bao.voice_enabled, bao.line_uri) == (True, True, None)
    assert amal.digests
    assert not bao.digests
    report = send(api, "users", "UPN; display_name\namal@contoso.com;\nBAO@contoso.com;Bao Tran\n")
    assert actions(report) == [(2, "amal@contoso.com", "unchanged"), (3, "BAO@contoso.com", "changed")]
    assert report["totals"] == {"added": 0, "changed": 1, "unchanged": 1, "refused": 0}
    assert [user.display_name for user in rig.organization().users] == ["Haddad, Amal", "Bao Tran"]
    assert rig.organization().users[0] == amal


def test_an_empty_cell_leaves_a_setting_and_null_gives_the_default(rig: ServerRig, api: Api) -> None:
    send(api, "users", USERS)
    assert send(api, "users", "upn,line_uri,licences\namal@contoso.com,,\n")["totals"]["unchanged"] == 1
    send(api, "users", "upn,line_uri,licences,voice_enabled\namal@contoso.com,null,NULL,0\n")
    amal = rig.organization().users[0]
    assert (amal.line_uri, amal.licences, amal.voice_enabled) == (None, frozenset(), False)


def test_numbers_are_added_and_change_their_kind(rig: ServerRig, api: Api) -> None:
    send(api, "numbers", "number,kind\n+14255550100,service-toll\n+14255550123,user\n")
    report = send(api, "numbers", "kind,number\nuser,+14255550123\nservice-toll-free,+14255550100\n")
    assert [line["action"] for line in report["lines"]] == ["unchanged", "changed"]
    kinds = [(number.number, number.kind) for number in rig.organization().numbers]
    assert kinds == [("+14255550100", NumberKind.SERVICE_TOLL_FREE), ("+14255550123", NumberKind.USER)]


def test_one_wrong_line_stops_the_whole_import_and_every_line_has_its_report(
    rig: ServerRig, api: Api
) -> None:
    before = rig.organization()
    text = (
        "upn,licences,voice_enabled,line_uri\r\n"
        "amal@contoso.com,E5,true,tel:+14255550123\r\n"
        "bao@contoso.com,E4,perhaps,\r\n"
        "\r\n"
        "chi@fabrikam.com,E5,true,\r\n"
        "dee@contoso.com,E5\r\n"
        ",E5,true,\r\n"
        "AMAL@contoso.com,E5,true,\r\n"
        "eva@contoso.com,E5,true,tel:+14255550123\r\n"
    )
    problem = refused(api, "users", text)
    assert problem["error"] == "import-refused"
    assert problem["detail"].startswith("6 of 7 lines are refused, so nothing is imported; lines[3].licences")
    assert problem["is_applied"] is False
    assert problem["totals"] == {"added": 1, "changed": 0, "unchanged": 0, "refused": 6}
    said = {
        line["line"]: [(each["field"], each["allowed"]) for each in line["problems"]]
        for line in problem["lines"]
    }
    assert said[2] == []
    assert [field for field, _ in said[3]] == ["licences[0]", "voice_enabled"]
    assert said[5] == [("upn", "must be in a domain of the organization: contoso.com")]
    assert "has 2 cells where the first line has 4" in said[6][0][1]
    assert said[7] == [("upn", "is missing")]
    assert said[8] == [("upn", "is in line 2 already")]
    assert "belongs to user amal@contoso.com already" in said[9][0][1]
    fields = [each["field"] for each in problem["errors"]]
    assert {"lines[3].licences[0]", "lines[6]", "lines[9].line_uri"} < set(fields)
    assert rig.organization() == before


def test_a_dry_run_reports_and_changes_nothing(rig: ServerRig, api: Api) -> None:
    before = rig.organization()
    report = send(api, "users", USERS + "chi@nowhere.com,,,,,\n", dry_run=True)
    assert report["is_applied"] is False
    assert report["totals"] == {"added": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert send(api, "users", USERS, dry_run=True)["totals"]["added"] == 2
    assert rig.organization() == before


def test_what_an_import_breaks_elsewhere_is_told_without_a_line(rig: ServerRig, api: Api) -> None:
    send(api, "users", USERS)
    api.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})
    problem = refused(api, "users", "upn,licences\namal@contoso.com,E3\n")
    assert problem["totals"]["refused"] == 0
    (other,) = problem["problems"]
    assert other["field"] == "queues[0].agents[0]"
    assert "lacks a licence for Phone System" in other["allowed"]
    assert api.get("/users/amal@contoso.com")["licences"] == ["CallingPlan", "E5"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must have a column upn"),
        (b"display_name\nAmal\n", "must have a column upn"),
        (b"upn,displayname\n", "did you mean display_name?"),
        (b"upn,sip_digests\n", "line 1 must name the columns, each one of upn, display_name"),
        (b"sep=;\nupn;sip_digests\n", "line 2 must name the columns, each one of upn, display_name"),
        (b"upn,UPN\n", "is there twice"),
        (b"upn,display_name\namal@contoso.com,\x81\n", "is no text in UTF-8, UTF-16 or Windows-1252"),
        (b"upn\0,display_name\n", "is no text in UTF-8, UTF-16 or Windows-1252"),
        (b"PK\x03\x04\x14\x00", "is an Excel workbook (.xlsx)"),
        (b'sep=,\nupn\n"amal@contoso.com\n', "is no CSV at line 3"),
        (b'upn\n"amal@contoso.com\n', "is no CSV at line 2"),
        (b"upn\n" + b"a\n" * 20_001, "must have up to 20000 rows, this has 20001"),
    ],
)
def test_what_is_no_table_of_users_is_refused_as_a_whole(api: Api, content: bytes, said: str) -> None:
    problem = refused(api, "users", content)
    assert problem["field"].startswith("file")
    assert said in problem["allowed"]


def test_files_as_spreadsheets_save_them_are_read(rig: ServerRig, api: Api) -> None:
    row = 'zoe@contoso.com;"Zoé\r\nvan Dam";sip:a@10.0.0.5 sip:b@10.0.0.5'
    text = f"upn;display_name;contacts\r\n{row}\r\n;;\r\n"
    problem = refused(api, "users", text.encode("utf-8-sig"))
    assert [(each["field"], each["allowed"]) for each in problem["errors"]] == [
        ("lines[2].display_name", "must not contain characters that nobody sees, such as U+000D")
    ]
    one_line = text.replace("Zoé\r\nvan", "Zoé van")
    report = api.request(
        "POST", "/imports/users", files={"file": ("users.csv", one_line.encode("utf-8-sig"))}
    )
    assert actions(report) == [(2, "zoe@contoso.com", "added")]
    (zoe,) = rig.organization().users
    assert (zoe.display_name, len(zoe.contacts)) == ("Zoé van Dam", 2)
    with pytest.raises(ApiRefused, match="send the CSV file in this field"):
        api.request("POST", "/imports/users", files={"other": ("users.csv", b"upn\n")})


EXCEL = "upn;display_name;licences\r\nzoe@contoso.com;Zoé van Dam;E5\r\n"


@pytest.mark.parametrize(
    ("content", "encoding", "line"),
    [
        (EXCEL.encode(), "UTF-8", 2),
        (EXCEL.encode("utf-8-sig"), "UTF-8", 2),
        (EXCEL.encode("cp1252"), "Windows-1252", 2),
        (EXCEL.replace(";", "\t").encode("utf-16"), "UTF-16", 2),
        (b"\xfe\xff" + EXCEL.replace(";", "\t").encode("utf-16-be"), "UTF-16", 2),
        (EXCEL.encode("utf-16-le"), "UTF-16", 2),
        (("sep=;\r\n" + EXCEL).encode("utf-8-sig"), "UTF-8", 3),
        (("SEP=\t\r\n" + EXCEL.replace(";", "\t")).encode("cp1252"), "Windows-1252", 3),
        (('"sep=;"\n' + EXCEL).encode(), "UTF-8", 3),
        (EXCEL.replace("\r\n", ";;\r\n").encode(), "UTF-8", 2),
        (EXCEL.replace("\r\n", "\r").encode(), "UTF-8", 2),
    ],
)
def test_what_excel_saves_is_read_and_it_is_said_how(
    rig: ServerRig, api: Api, content: bytes, encoding: str, line: int
) -> None:
    report = send(api, "users", content)
    assert (report["encoding"], actions(report)) == (encoding, [(line, "zoe@contoso.com", "added")])
    assert [user.display_name for user in rig.organization().users] == ["Zoé van Dam"]


@pytest.mark.parametrize("cell", ["1,42556E+10", "1.42556e+10", "1E+11"])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused_by_its_cell(api: Api, cell: str) -> None:
    problem = refused(api, "numbers", f"kind;number\nuser;+14255550123\nuser;{cell}\n")
    (error,) = problem["errors"]
    assert (error["field"], error["value"]) == ("lines[3].number", cell)
    assert error["allowed"].startswith("is a number that the spreadsheet has rounded")


def test_passwords_show_nowhere(api: Api) -> None:
    problem = refused(
        api, "users", "upn,sip_password\namal@contoso.com,geh\aeim\nbao@fabrikam.com,verdeckt\n"
    )
    assert problem["lines"][0]["problems"][0]["field"] == "sip_password"
    assert "geh" not in str(problem)
    assert "verdeckt" not in str(problem)


def test_an_import_is_in_the_audit_by_its_own_door(rig: ServerRig, api: Api) -> None:
    send(api, "numbers", "number,kind\n+14255550100,service-toll\n")
    with rig.backstage.database.begin() as connection:
        rows = connection.exec_driver_sql("SELECT what, key, door FROM audit WHERE door = 'import'").all()
    assert [tuple(row) for row in rows] == [("number", "+14255550100", "import")]


def test_who_may_not_change_settings_imports_nothing(rig: ServerRig) -> None:
    for role in (Role.AUDITOR, Role.AGENT, Role.QUEUE_OWNER):
        with pytest.raises(ApiRefused) as refusal:
            send(rig.api(role), "users", USERS)
        assert refusal.value.status == 403
