"""The verbs that read and change settings: list, show, create, set, remove, and what they refuse."""

from __future__ import annotations

import io
import json
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.huntline import Done, huntline

from huntline.directory.organization import Organization
from huntline.storage.database import open_database
from huntline.storage.settings import Settings

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers:
  - {number: "+14255550100", kind: service-toll}
users:
  - {upn: amal@contoso.com, display_name: Amal Haddad, licences: [E5], voice_enabled: true}
  - {upn: bao@contoso.com, licences: [E5], voice_enabled: true}
  - {upn: chi@contoso.com, licences: [E3]}
groups:
  - {name: First line, kind: distribution-list, members: [chi@contoso.com, bao@contoso.com]}
queues:
  - {name: Help Desk, line_uri: "tel:+14255550100", agents: [amal@contoso.com], groups: [First line]}
  - {name: Sales, agents: [amal@contoso.com, bao@contoso.com]}
"""

Run = Callable[..., Done]


def stored(data: Path) -> Organization:
    """The one organization of a data folder."""
    database = open_database(data)
    try:
        (organization,) = Settings(database).organizations()
    finally:
        database.dispose()
    return organization


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    done = huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    """Runs a command on the data folder."""
    return lambda *words: huntline(*words, "--data", data)


def as_json(run: Run, *words: str) -> Any:
    done = run(*words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def refusal(run: Run, *words: str) -> str:
    """What a command that must be refused says."""
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_list_is_a_table_for_people_and_an_array_for_programs(run: Run) -> None:
    table = run("queue", "list").stdout
    assert "Help Desk" in table
    assert "+14255550100" in table
    assert [queue["name"] for queue in as_json(run, "queue", "list")] == ["Help Desk", "Sales"]
    assert [queue["name"] for queue in as_json(run, "queue", "list", "--search", "sal")] == ["Sales"]


def test_an_empty_list_says_so(run: Run) -> None:
    assert run("trunk", "list").stdout == "There are no trunks.\n"
    assert as_json(run, "trunk", "list") == []


def test_a_shown_queue_says_who_is_rung_and_who_is_left_out_and_why(run: Run) -> None:
    shown = run("queue", "show", "help desk").stdout
    assert "chi@contoso.com: lacks a licence for Phone System" in shown
    queue = as_json(run, "queue", "show", "help desk")
    assert queue["rung"] == ["amal@contoso.com", "bao@contoso.com"]
    assert [person.partition(":")[0] for person in queue["left_out"]] == ["chi@contoso.com"]


def test_a_queue_is_made_with_every_setting_by_its_option(run: Run, data: Path) -> None:
    made = as_json(
        run,
        *("queue", "create", "Support", "--agents", "bao@contoso.com, amal@contoso.com"),
        *("--groups", "First line", "--distribution", "serial", "--agent-alert-time", "45"),
        *("--overflow", "forward:Sales", "--timeout", "forward:sip:amal@contoso.com"),
        *("--no-agents", "disconnect", "--no-allow-opt-out", "--wrap-up", "10", "--max-waiting", "7"),
    )
    assert made["agents"] == ["bao@contoso.com", "amal@contoso.com"]
    assert made["overflow"] == {"action": "forward", "target": "Sales"}
    assert made["timeout"] == {"action": "forward", "target": "sip:amal@contoso.com"}
    assert (made["distribution"], made["agent_alert_time"], made["allow_opt_out"]) == ("serial", 45, False)
    assert [queue.name for queue in stored(data).queues] == ["Help Desk", "Sales", "Support"]


def test_setting_changes_what_is_said_and_tells_before_after_and_rounding(run: Run, data: Path) -> None:
    done = run("queue", "set", "Sales", "--max-wait", "47", "--wrap-up", "20")
    assert "max-wait: 1200 -> 45\n" in done.stdout
    assert "wrap-up: 0 -> 20\n" in done.stdout
    assert "--max-wait: 47 is stored as 45\n" in done.stdout
    sales = stored(data).queues[1]
    assert (sales.max_wait, sales.wrap_up, len(sales.agents)) == (45, 20, 2)
    assert run("queue", "set", "Sales", "--wrap-up", "20").stdout.startswith("Nothing changed.\n")


def test_an_exit_is_set_and_shown_in_the_same_words(run: Run) -> None:
    assert (
        "timeout: disconnect -> forward:Sales\n"
        in run("queue", "set", "Help Desk", "--timeout", "forward:Sales").stdout
    )
    assert "forward:Sales" in run("queue", "show", "Help Desk").stdout


def test_agents_are_added_and_taken_out_one_by_one(run: Run, data: Path) -> None:
    run("queue", "set", "Sales", "--remove-agent", "AMAL@contoso.com")
    assert stored(data).queues[1].agents == ("bao@contoso.com",)
    run("queue", "set", "Sales", "--add-agent", "amal@contoso.com", "--add-agent", "bao@contoso.com")
    assert stored(data).queues[1].agents == ("bao@contoso.com", "amal@contoso.com")
    run("queue", "set", "Sales", "--agents", "none")
    assert stored(data).queues[1].agents == ()


def test_members_of_groups_are_added_and_taken_out(run: Run, data: Path) -> None:
    run(
        "group", "set", "first LINE", "--remove-member", "chi@contoso.com", "--add-member", "amal@contoso.com"
    )
    assert stored(data).groups[0].members == ("bao@contoso.com", "amal@contoso.com")


def test_who_is_not_there_cannot_be_taken_out(run: Run) -> None:
    assert refusal(run, "queue", "set", "Sales", "--remove-agent", "amel@contoso.com") == (
        "huntline: --remove-agent: value 'amel@contoso.com': must be one that is in agents;"
        " did you mean amal@contoso.com?\n"
    )


def test_a_setting_is_cleared_by_the_word_none(run: Run, data: Path) -> None:
    run("queue", "set", "Help Desk", "--line-uri", "none")
    assert stored(data).queues[0].line_uri is None


def test_a_user_is_made_changed_renamed_and_removed(run: Run, data: Path) -> None:
    run("user", "create", "Dmitri@contoso.com", "--licence", "E3", "--licence", "PhoneSystem")
    run("user", "set", "dmitri@contoso.com", "--voice-enabled", "--line-uri", "TEL:+14255550111")
    made = as_json(run, "user", "show", "dmitri@contoso.com")
    assert (made["licences"], made["line_uri"]) == (["E3", "PhoneSystem"], "tel:+14255550111")
    run("user", "set", "dmitri@contoso.com", "--upn", "dm@contoso.com", "--licence", "none")
    assert stored(data).users[-1].upn == "dm@contoso.com"
    assert stored(data).users[-1].licences == frozenset()
    assert run("user", "remove", "dm@contoso.com").stdout == "Removed user dm@contoso.com.\n"
    assert len(stored(data).users) == 3


def test_a_user_is_put_out_of_service_and_back(run: Run, data: Path) -> None:
    assert "is-active: yes -> no" in run("user", "set", "chi@contoso.com", "--inactive").stdout
    assert "is-active: no -> yes" in run("user", "set", "chi@contoso.com", "--active").stdout


def test_a_shown_user_says_what_calls_out_show_and_why(run: Run) -> None:
    caller_id = as_json(run, "user", "show", "amal@contoso.com")["caller_id"]
    assert (caller_id["policy"], caller_id["granted_by"]) == ("Global", "global")


def test_a_password_comes_by_the_standard_input_and_is_never_shown(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard_input = io.TextIOWrapper(io.BytesIO(b"a secret\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", standard_input)
    done = run("user", "set", "amal@contoso.com", "--sip-password-stdin")
    assert done.returncode == 0, done.stderr
    assert stored(data).users[0].digests
    assert "a secret" not in done.stdout
    assert "has-sip-password: no -> yes\nsip-password: set anew\n" in done.stdout
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"another\n"), encoding="utf-8"))
    done = run("user", "set", "amal@contoso.com", "--sip-password-stdin")
    assert done.stdout.startswith("sip-password: set anew\n")


def test_numbers_policies_and_trunks_have_the_same_verbs(run: Run, data: Path) -> None:
    run("number", "create", "+14255550199", "--kind", "service-toll")
    run("policy", "create", "Sales line", "--substitute", "service", "--service-number", "+14255550199")
    run("policy", "set", "sales LINE", "--company-name", "Contoso", "--enable-user-override")
    run("trunk", "create", "provider", "--addresses", "192.0.2.1,192.0.2.0/24")
    run("trunk", "set", "provider", "--add-address", "192.0.2.9:5070")
    organization = stored(data)
    policy = organization.caller_id_policies[-1]
    assert (policy.service_number, policy.company_name) == ("+14255550199", "Contoso")
    assert organization.trunks[0].addresses == ("192.0.2.1", "192.0.2.0/24", "192.0.2.9:5070")
    assert "queue Help Desk" in run("number", "list").stdout


def test_a_trunks_password_is_read_from_the_standard_input_and_never_shown(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a secret\n"), encoding="utf-8"))
    done = run(
        *("trunk", "create", "provider", "--hosts", "sip.provider.example", "--username", "contoso"),
        *("--password-stdin", "--registers", "--most-calls", "30", "--prefixes-out", "+>00"),
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + run("trunk", "show", "provider").stdout + run("audit").stdout
    trunk = stored(data).trunks[0]
    assert (trunk.registers, trunk.most_calls, trunk.prefixes_out) == (True, 30, ("+>00",))
    assert trunk.password is not None
    assert "a secret" not in said + trunk.password.sealed
    assert trunk.password.sealed not in said


def test_a_refusal_names_the_options_and_changes_nothing(run: Run, data: Path) -> None:
    before = stored(data)
    said = refusal(
        run,
        *("queue", "set", "Sales", "--agent-alert-time", "5", "--overflow", "forward:Sails"),
        *("--agents", "amal@contoso.com,boa@contoso.com"),
    )
    assert said.splitlines()[0] == "huntline: --agent-alert-time: value 5: must be 15 to 180 seconds"
    assert "--agents: value 'boa@contoso.com': there is no user boa@contoso.com; did you mean" in said
    assert "--overflow: value 'Sails': must be the name of a queue" in said
    assert "did you mean Sales?" in said
    assert stored(data) == before


def test_a_refusal_names_the_option_that_added_it(run: Run) -> None:
    said = refusal(run, "queue", "set", "Sales", "--add-agent", "chi@contoso.com")
    assert said.startswith("huntline: --add-agent: value 'chi@contoso.com': may not be an agent")


def test_a_wrong_word_is_refused_with_the_right_ones(run: Run) -> None:
    said = refusal(run, "queue", "set", "Sales", "--distribution", "serail")
    assert said.startswith("huntline: --distribution: value 'serail': must be one of attendant, serial,")
    assert "did you mean serial?" in said


def test_an_unknown_name_is_refused_with_a_close_one(run: Run) -> None:
    assert refusal(run, "queue", "show", "Help Dusk") == (
        "huntline: there is no queue 'Help Dusk'; did you mean Help Desk?\n"
    )


def test_what_is_in_use_stays_and_the_refusal_says_by_what(run: Run) -> None:
    assert "queue Help Desk is called by it" in refusal(run, "number", "remove", "+14255550100")


def test_a_dry_run_shows_what_would_be_and_changes_nothing(run: Run, data: Path) -> None:
    before = stored(data)
    done = run("queue", "set", "Sales", "--wrap-up", "20", "--dry-run")
    assert done.stdout.startswith("Would change:\nwrap-up: 0 -> 20\n")
    assert run("queue", "create", "Support", "--dry-run").stdout.startswith("Would create queue Support.\n")
    assert run("queue", "remove", "Sales", "--dry-run").stdout == "Would remove queue Sales.\n"
    assert stored(data) == before


def test_set_without_an_option_lists_what_can_be_set(run: Run) -> None:
    assert "--agent-alert-time" in refusal(run, "queue", "set", "Sales")


def test_a_server_with_several_organizations_wants_to_know_which(run: Run, data: Path) -> None:
    (data.parent / "fabrikam.yaml").write_text("{organization: Fabrikam, domains: [fabrikam.com]}")
    run("apply", str(data.parent / "fabrikam.yaml"))
    assert "--organization: say which one" in refusal(run, "queue", "list")
    assert as_json(run, "queue", "list", "--organization", "fabrikam") == []
    assert len(as_json(run, "queue", "list", "--organization", "Contoso")) == 2


def test_options_for_two_servers_at_once_are_refused(run: Run) -> None:
    assert "--server: say either this or --data" in refusal(run, "queue", "list", "--server", "http://x")


def test_a_server_elsewhere_needs_a_url_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUNTLINE_KEY", raising=False)
    assert huntline("queue", "list", "--server", "http://127.0.0.1:1").stderr == (
        "huntline: --key: is needed with --server; say it here or in HUNTLINE_KEY\n"
    )
    monkeypatch.setenv("HUNTLINE_KEY", "hl_secret")
    assert "must be a URL" in huntline("queue", "list", "--server", "127.0.0.1:1").stderr
    done = huntline("queue", "list", "--server", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "the server cannot be asked" in done.stderr
    assert "hl_secret" not in done.stderr


def write_sound(path: Path, level: int = 1000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(level.to_bytes(2, "little") * 800)
    return path


def test_a_greeting_from_a_file_here_is_uploaded_first(run: Run, data: Path, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "welcome.wav")
    assert "greeting: none -> welcome.wav\n" in run("queue", "set", "Sales", "--greeting", sound).stdout
    assert [audio.name for audio in stored(data).audio] == ["welcome.wav"]
    sound.unlink()
    assert run("queue", "set", "Help Desk", "--greeting", "welcome.wav").returncode == 0
    assert stored(data).queues[0].greeting == stored(data).queues[1].greeting
    assert "greeting: welcome.wav -> none\n" in run("queue", "set", "Sales", "--greeting", "none").stdout


def test_music_is_a_file_or_the_default(run: Run, data: Path, tmp_path: Path) -> None:
    run("queue", "set", "Sales", "--music", write_sound(tmp_path / "music.wav"))
    assert stored(data).queues[1].music is not None
    assert "music: music.wav -> default\n" in run("queue", "set", "Sales", "--music", "default").stdout


def test_a_greeting_may_be_spoken(run: Run, data: Path) -> None:
    run("queue", "set", "Sales", "--greeting", "say:Bonjour", "--greeting-language", "fr")
    greeting = stored(data).queues[1].greeting
    assert greeting is not None
    assert (greeting.name, greeting.language) == ("Bonjour", "fr")
    assert "--greeting-language: goes with" in refusal(
        run, "queue", "set", "Sales", "--greeting-language", "fr"
    )


def test_what_is_told_before_an_exit_is_spoken_or_a_file(run: Run, data: Path) -> None:
    done = run(
        "queue", "set", "Sales", "--timeout-prompt", "say:Au revoir", "--timeout-prompt-language", "fr"
    )
    assert "timeout-prompt: none -> say:Au revoir (fr)\n" in done.stdout
    assert "language: en -> fr\n" in run("queue", "set", "Sales", "--language", "fr").stdout
    sales = stored(data).queues[1]
    assert sales.timeout_prompt is not None
    assert (sales.timeout_prompt.name, sales.timeout_prompt.language) == ("Au revoir", "fr")
    assert (sales.overflow_prompt, sales.language) == (None, "fr")


def test_messages_are_spoken_or_files_in_order(run: Run, data: Path, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "wait.wav")
    said = ("--message", "say:Un instant", "--message", str(sound), "--message-language", "fr")
    done = run("queue", "set", "Sales", *said, "--message-interval", "30", "--announce-position")
    assert "messages: - -> say:Un instant (fr), wait.wav\n" in done.stdout
    assert "announce-position: no -> yes\n" in done.stdout
    sales = stored(data).queues[1]
    assert [(each.name, each.language) for each in sales.messages] == [
        ("Un instant", "fr"),
        ("wait.wav", None),
    ]
    assert (sales.message_interval, sales.announce_position, sales.announce_wait) == (30, True, False)
    assert "--message: " in refusal(run, "queue", "set", "Sales", "--message", "nowhere.wav")
    assert "at most 10 messages" in refusal(run, "queue", "set", "Sales", *(11 * said[:2]))
    assert "--message-language: goes with" in refusal(
        run, "queue", "set", "Sales", "--message-language", "fr"
    )
    other = write_sound(tmp_path / "other.wav")
    dry = run("queue", "set", "Sales", "--message", str(other), "--dry-run")
    assert "--message: other.wav would be put into the library first.\n" in dry.stdout
    run("queue", "set", "Sales", "--message", "none")
    assert stored(data).queues[1].messages == ()


def test_a_file_that_is_no_sound_is_refused_at_its_option(run: Run, data: Path, tmp_path: Path) -> None:
    program = tmp_path / "welcome.wav"
    program.write_bytes(b"MZ" + bytes(100))
    said = refusal(run, "queue", "set", "Sales", "--greeting", str(program))
    assert said.startswith("huntline: --greeting: value 'welcome.wav': ")
    assert "there is no audio file nowhere.wav in the library" in refusal(
        run, "queue", "set", "Sales", "--greeting", "nowhere.wav"
    )
    assert not stored(data).audio


def test_a_dry_run_uploads_nothing(run: Run, data: Path, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "welcome.wav")
    done = run("queue", "set", "Sales", "--greeting", sound, "--dry-run")
    assert "--greeting: welcome.wav would be put into the library first.\n" in done.stdout
    assert run("audio", "create", sound, "--dry-run").stdout.startswith("Would keep welcome.wav.\n")
    assert not stored(data).audio


def test_the_audio_library_is_filled_renamed_and_emptied(run: Run, data: Path, tmp_path: Path) -> None:
    made = as_json(run, "audio", "create", str(write_sound(tmp_path / "welcome.wav")))
    assert (made["name"], made["duration"]) == ("welcome.wav", 0.1)
    assert run("audio", "create", "bye.wav", "--say", "Good bye").returncode == 0
    assert (
        "name: bye.wav -> good-bye.wav\n" in run("audio", "set", "bye.wav", "--name", "good-bye.wav").stdout
    )
    run("queue", "set", "Sales", "--greeting", "good-bye.wav")
    assert "queue Sales has it as its greeting" in refusal(run, "audio", "remove", "good-bye.wav")
    assert run("audio", "remove", "welcome.wav").stdout == "Removed audio file welcome.wav.\n"
    assert [audio.name for audio in stored(data).audio] == ["good-bye.wav"]


def test_licences_are_counted_and_bounded(run: Run, data: Path) -> None:
    run("licence", "set", "e5", "--size", "2")
    listed = as_json(run, "licence", "list")
    assert {"licence": "E5", "assigned": 2, "size": 2, "available": 0} in listed["licences"]
    assert "Service numbers: 1 held, unlimited allowed." in run("licence", "list").stdout
    assert "--size: value 1: must be at least 2" in refusal(run, "licence", "set", "E5", "--size", "1")
    assert "must be a whole number, or unlimited" in refusal(run, "licence", "set", "E5", "--size", "few")
    run("licence", "set", "E5", "--size", "unlimited")
    assert stored(data).licence_pools == ()


@pytest.mark.parametrize(
    ("noun", "one"),
    [("user", "a user"), ("queue", "a queue"), ("attendant", "an attendant")],
)
def test_help_speaks_of_one_thing_with_its_article(noun: str, one: str) -> None:
    assert f"Make {one};" in huntline(noun, "create", "--help").stdout
