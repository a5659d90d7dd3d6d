"""Wrong inputs through every door, and what each door says: the table in docs/bad-inputs.md, and what the API
says of them in French: that in docs/bad-inputs.fr.md.

``python -m tests.doors.bad_inputs`` writes both anew.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huntline.apply import apply_file
from huntline.cli.api_client import ApiRefused
from huntline.errors import HuntlineError
from huntline.languages.translation import Language
from tests.cli.huntline import huntline
from tests.web.rig import E5_USER, ServerRig, server_rig
from tests.web.sounds import wav

SALES_URI = f"sip:hg_{'5a1e5' + 27 * '0'}@contoso.com"
DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[Language, Path] = {"en": DOCS / "bad-inputs.md", "fr": DOCS / "bad-inputs.fr.md"}
HEADS: dict[Language, str] = {
    "en": """# Wrong inputs and what Huntline says

Each of these is sent by a test through the door in the first column, to an organization that has users,
groups, numbers, sounds and queues. None changes anything. This page is written by
`.venv/bin/python -m tests.doors.bad_inputs`.

| # | door | input | answer |
|---|---|---|---|
""",
    "fr": """# Saisies erronées et ce que répond Huntline

Ce que l'API répond en français (`?language=fr`, ou `Accept-Language`) aux saisies de
[bad-inputs.md](bad-inputs.md), sous les mêmes numéros ; les commandes et les cmdlets parlent anglais. Cette
page est écrite par `.venv/bin/python -m tests.doors.bad_inputs`.

| n° | porte | saisie | réponse |
|---|---|---|---|
""",
}


@dataclass(frozen=True)
class BadInput:
    """``shown`` is the input as a person would write it; ``send`` gives it to a door and returns what it
    answers in a language, where the door has several, and nothing when it was accepted."""

    door: str
    shown: str
    send: Callable[[ServerRig, Language], str]


def furnish(rig: ServerRig) -> None:
    """What the wrong inputs are wrong about."""
    api = rig.api()
    api.post("/numbers", {"number": "+14255550100", "kind": "service-toll"})
    api.post("/numbers", {"number": "+14255550123", "kind": "user"})
    for name in ("amal", "bao"):
        api.post("/users", {"upn": f"{name}@contoso.com", "display_name": name.title(), **E5_USER})
    for name in ("sam@contoso.com", "sam2@contoso.com"):
        api.post("/users", {"upn": name, "display_name": "Sam Smith"})
    api.post("/groups", {"name": "First line", "kind": "security-group", "members": ["amal@contoso.com"]})
    api.request("POST", "/audio", files={"file": ("hello.wav", wav())})
    sales = {"primary_uri": SALES_URI, "line_uri": "tel:+14255550100", "greeting": {"file": "hello.wav"}}
    api.post("/queues", {"name": "Sales", **sales})
    forward = {"action": "forward", "target": "Sales"}
    api.post("/queues", {"name": "Help Desk", "groups": ["First line"], "timeout": forward})
    rig.add_organization("Fabrikam", "fabrikam.com")


def _api(method: str, path: str, body: Any = None, **arguments: Any) -> BadInput:
    def send(rig: ServerRig, language: Language) -> str:
        try:
            rig.api().request(method, path, json=body, params={"language": language}, **arguments)
        except ApiRefused as refusal:
            problem = refusal.problem
            said = problem["detail"]
            if problem.get("field"):
                said = f"{problem['field']}: {problem['allowed']}"
            return f"{problem['status']} {problem['error']}: {said}"
        return ""

    files = arguments.get("files")
    content = f"{files['file'][0]} ({len(files['file'][1])} bytes)" if files else body
    return BadInput("API", f"{method} {path} {_text(content)}".strip(), send)


def _text(content: Any) -> str:
    if content is None:
        return ""
    text = str(content)
    return text if len(text) <= 100 else text[:97] + "..."


def _file(text: str) -> BadInput:
    def send(rig: ServerRig, language: Language) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "organization.yaml"
            file.write_text(text)
            try:
                apply_file(file, rig.backstage.config.data, "test")
            except HuntlineError as error:
                return str(error).splitlines()[0].replace(f"{folder}/", "")
        return ""

    return BadInput("file", text, send)


def _command(*words: str) -> BadInput:
    """A ``huntline`` command as people type it."""

    def send(rig: ServerRig, language: Language) -> str:
        where = ("--data", rig.backstage.config.data, "--organization", "Contoso")
        done = huntline(*words, *where)
        return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or [""])[-1]

    return BadInput("command", shlex.join(("huntline", *words)), send)


def _cmdlet(command: str) -> BadInput:
    return replace(_command("pwsh", "-c", command), door="cmdlet", shown=command)


def _queue(**fields: Any) -> BadInput:
    return _api("POST", "/queues", {"name": "New", **fields})


def _user(**fields: Any) -> BadInput:
    return _api("POST", "/users", {"upn": "new@contoso.com", **fields})


BAD_INPUTS: tuple[BadInput, ...] = (
    _queue(agent_alert_time=14),
    _queue(agent_alert_time="30"),
    _queue(max_waiting=201),
    _queue(max_wait=2701),
    _queue(wrap_up=-1),
    _queue(message_interval=14),
    _queue(announce_interval=0),
    _queue(messages=11 * [{"file": "hello.wav"}]),
    _queue(messages=[{"file": "hello.wav"}, {"file": "bonjour.wav"}]),
    _queue(agent_limit=0),
    _queue(name=""),
    _queue(name="x" * 65),
    _queue(name="sales"),
    _queue(distribution="hunt"),
    _queue(alerting="both"),
    _queue(line_uri="tel:+1 425 555 0199"),
    _queue(line_uri="tel:+14255550199"),
    _queue(line_uri="tel:+14255550123"),
    _queue(line_uri="tel:+14255550100"),
    _queue(domain="fabrikam.com"),
    _queue(agents=["amall@contoso.com"]),
    _queue(agents=["sam@contoso.com"]),
    _queue(groups=["Second line"]),
    _queue(overflow={"action": "forward"}),
    _queue(overflow={"action": "disconnect", "target": "Sales"}),
    _queue(timeout={"action": "forward", "target": "Sale"}),
    _queue(timeout={"action": "voicemail", "target": "Sales"}),
    _queue(greeting={"file": "bonjour.wav"}),
    _queue(greeting={"say": "hallo", "language": "de"}),
    _queue(ringtime=30),
    _queue(distribution="longest-idle", presence_based_routing=False),
    _api("PATCH", "/queues/Sales", {"overflow": {"action": "forward", "target": "Help Desk"}}),
    _api("PATCH", "/queues/Sales", {"primary_uri": f"sip:hg_{'0' * 32}@contoso.com"}),
    _api("PATCH", "/queues/Nowhere", {"wrap_up": 1}),
    _api("DELETE", "/queues/Sales"),
    _user(upn="new@fabrikam.com"),
    _user(upn="new user@contoso.com"),
    _user(licences=["E4"]),
    _user(homed="lync-2013"),
    _user(encryption="always"),
    _user(line_uri="tel:+14255550100"),
    _user(sip_password=""),
    _api("DELETE", "/users/amal@contoso.com"),
    _api("POST", "/groups", {"name": "Loop", "kind": "security-group", "members": ["Nobody"]}),
    _api("POST", "/groups", {"name": "a@b", "kind": "security-group"}),
    _api("POST", "/numbers", {"number": "14255550101", "kind": "service-toll"}),
    _api("DELETE", "/numbers/+14255550100"),
    _api("POST", "/caller-id-policies", {"name": "UK", "substitute": "service"}),
    _api("POST", "/trunks", {"name": "Provider", "addresses": ["provider.example"]}),
    _api("POST", "/audio", files={"file": ("program.wav", b"MZ" + bytes(2_000))}),
    _api("POST", "/domains", {"domain": "fabrikam.com"}),
    _api("PATCH", "/organization", {"limits": {"max_waiting": 20_000}}),
    _cmdlet('New-CsHuntGroup -Name "New" -Domain contoso.com'),
    _cmdlet('New-CsHuntGroup -Name "New" -UseDefaultMusicOnHold $true'),
    _cmdlet(
        'New-CsHuntGroup -Name "New" -Domain contoso.com -UseDefaultMusicOnHold $true -AgentAlertTime 29'
    ),
    _cmdlet(f"Set-CsHuntGroup -PrimaryUri {SALES_URI} -OverflowThreshold 201"),
    _cmdlet(f"Set-CsHuntGroup -PrimaryUri {SALES_URI} -RoutingMethod RoundRobin"),
    _cmdlet(f"Set-CsHuntGroup -PrimaryUri {SALES_URI} -TimeoutAction Forward"),
    _cmdlet("Get-CsHuntGroup -PrimaryUri sip:hg_0@contoso.com"),
    _cmdlet(f"Remove-CsHuntGroup -PrimaryUri {SALES_URI}"),
    _cmdlet(
        'New-CsCallingLineIdentity -Identity UK -CallingIDSubstitute "Service" -ServiceNumber 442071234567'
    ),
    _cmdlet("Grant-CsCallingLineIdentity -PolicyName Nowhere -Identity amal@contoso.com"),
    _cmdlet('Set-CsUser -Identity "Sam Smith" -EnterpriseVoiceEnabled $true'),
    _cmdlet("Set-CsUser -Identity amal@contoso.com -LineUri tel:+14255550100"),
    _cmdlet("foreach ($x in 1..3) { Remove-CsHuntGroup -PrimaryUri $x }"),
    _cmdlet("Get-CsHuntGrop"),
    _command("queue", "set", "Sales", "--wrap-up", "4000"),
    _command("queue", "set", "Sale", "--wrap-up", "40"),
    _command("queue", "set", "Sales", "--overflow", "forward:Help Desk"),
    _command("user", "create", "new@contoso.com", "--licence", "E4"),
    _command("user", "remove", "amal@contoso.com"),
    _command("number", "create", "+14255550100", "--kind", "service-toll"),
    _file("organisation: Contoso\n"),
    _file("organization: Contoso\ndomains: [contoso.com]\nnumbers: [{number: +14255550100, kind: user}]\n"),
    _file("organization: Contoso\ndomains: contoso.com\n"),
)


Answer = tuple[int, BadInput, str, bool]
"""An input by its number, with what its door said, and whether anything changed."""


def answers(language: Language) -> list[Answer]:
    """Those of all doors that speak the language."""
    found = []
    with tempfile.TemporaryDirectory() as folder, server_rig(Path(folder)) as rig:
        furnish(rig)
        for number, bad in enumerate(BAD_INPUTS, 1):
            if language == "en" or bad.door == "API":
                before = rig.backstage.settings.organizations()
                said = bad.send(rig, language)
                found.append((number, bad, said, rig.backstage.settings.organizations() != before))
    return found


def page(found: list[Answer], language: Language) -> str:
    """The table, for people."""

    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("\n", "⏎ ").strip()

    rows = (
        f"| {number} | {bad.door} | `{cell(bad.shown)}` | {cell(said)} |" for number, bad, said, _ in found
    )
    return HEADS[language] + "\n".join(rows) + "\n"


if __name__ == "__main__":
    for each, path in PAGES.items():
        path.write_text(page(answers(each), each))
