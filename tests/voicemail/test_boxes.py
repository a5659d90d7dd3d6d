"""Boxes and their messages: nothing that was said is lost, and nobody takes what another has."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings
from huntline.directory.spellings import spellings_of
from huntline.engine.commands import DecisionKind, RecordDecision
from huntline.engine.reasons import Destination, DestinationKind, LeftMessage, QueueFull
from huntline.media import wav
from huntline.storage.audit import Actor
from huntline.storage.blobs import Blobs
from huntline.storage.calls import decisions_of
from huntline.storage.history import HistoryWriter
from huntline.storage.settings import SettingsRefused
from huntline.voicemail.boxes import (
    Caller,
    Counts,
    MailboxFull,
    Message,
    MessageTaken,
    UnknownMessage,
    Voicemail,
)
from huntline.voicemail.erasure import erase_number

AMAL = BoxOwner("u-amal", "contoso", BoxKind.PERSON, "Amal", ("u-amal",), "sip:amal@contoso.com")
SALES = BoxOwner("q-sales", "contoso", BoxKind.QUEUE, "Sales", ("u-amal", "u-bao"), "sip:hg@contoso.com")
CALLER = Caller("c1", "+14255550100", "Zoé")
SECOND = b"\x10" * 8000


class Wall:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 29, 10, 42, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def voicemail(database: Engine, tmp_path: Path, wall: Wall) -> Voicemail:
    return Voicemail(database, tmp_path, wall)


def _leave(voicemail: Voicemail, owner: BoxOwner = AMAL, seconds: int = 3) -> Message:
    message_id, path = voicemail.begin(owner, CALLER)
    path.write_bytes(wav.head("PCMU", 0) + SECOND * seconds)
    message = voicemail.finish(message_id)
    assert message is not None
    return message


def test_what_was_said_becomes_a_message_with_its_true_length(voicemail: Voicemail, wall: Wall) -> None:
    message = _leave(voicemail)
    assert (message.seconds, message.caller, message.caller_name) == (3.0, "+14255550100", "Zoé")
    assert message.recorded_at == wall.at
    assert wav.read(voicemail.sound(message.message_id)).audio == SECOND * 3
    assert voicemail.messages("contoso", ["u-amal"]) == [message]
    assert voicemail.finish(message.message_id) == message
    assert voicemail.unfinished() == []


def test_the_record_of_a_call_tells_of_its_message_once_and_a_call_without_one_gets_none(
    voicemail: Voicemail, database: Engine
) -> None:
    taken = RecordDecision(
        "contoso", "c1", "q-sales", None, Wall().at, DecisionKind.OVERFLOW, QueueFull(3), number=7
    )
    _leave(voicemail)
    assert decisions_of(database, "contoso", "c1") == []
    history = HistoryWriter(database)
    history.add(taken)
    history.close()
    message = _leave(voicemail, SALES, seconds=4)
    voicemail.finish(message.message_id)
    _, step = decisions_of(database, "contoso", "c1")
    assert (step.decision, step.queue_id, step.at) == (
        DecisionKind.LEFT_MESSAGE,
        "q-sales",
        Wall().at + timedelta(seconds=4),
    )
    assert step.reason == LeftMessage(Destination(DestinationKind.VOICEMAIL, "q-sales"), 4.0)
    database.dispose()


def test_until_it_is_whole_nobody_sees_it_and_a_backup_passes_its_file_over(voicemail: Voicemail) -> None:
    message_id, path = voicemail.begin(AMAL, CALLER)
    path.write_bytes(wav.head("PCMU", 0) + SECOND * 3)
    assert voicemail.messages("contoso", ["u-amal"]) == []
    assert voicemail.unfinished() == [message_id]
    assert path.name.startswith(".")
    with pytest.raises(UnknownMessage):
        voicemail.message("contoso", message_id)


def test_a_death_between_file_and_row_costs_nothing(voicemail: Voicemail) -> None:
    message_id, path = voicemail.begin(AMAL, CALLER)
    path.write_bytes(wav.head("PCMU", 0) + SECOND * 3)
    os.replace(path, voicemail.sound(message_id))  # so far an earlier process has come
    message = voicemail.finish(message_id)
    assert message is not None
    assert message.seconds == 3.0


@pytest.mark.parametrize("audio", [None, b"", SECOND, b"\xff" * 80_000])
def test_less_than_two_seconds_of_speech_is_no_message(voicemail: Voicemail, audio: bytes | None) -> None:
    message_id, path = voicemail.begin(AMAL, CALLER)
    if audio is not None:
        path.write_bytes(wav.head("PCMU", 0) + audio)
    assert voicemail.finish(message_id) is None
    assert voicemail.unfinished() == []
    assert not path.exists()
    assert not voicemail.sound(message_id).exists()


def test_a_full_box_takes_no_more(voicemail: Voicemail) -> None:
    voicemail.set("contoso", "u-amal", MailboxSettings(quota=2))
    for _ in range(2):
        assert not voicemail.is_full("contoso", "u-amal")
        _leave(voicemail)
    assert voicemail.is_full("contoso", "u-amal")
    with pytest.raises(MailboxFull):
        voicemail.begin(AMAL, CALLER)
    assert voicemail.unfinished() == []


def test_new_and_old_are_counted(voicemail: Voicemail) -> None:
    one, _, _ = (_leave(voicemail) for _ in range(3))
    voicemail.mark_heard("contoso", one.message_id)
    assert voicemail.counts("contoso", ["u-amal", "q-sales"]) == {"u-amal": Counts(2, 1)}
    voicemail.mark_heard("contoso", one.message_id, is_heard=False)
    assert voicemail.counts("contoso", ["u-amal"]) == {"u-amal": Counts(3, 0)}
    assert voicemail.counts("fabrikam", ["u-amal"]) == {}


def test_one_member_takes_a_message_and_the_others_are_told_who(voicemail: Voicemail, wall: Wall) -> None:
    message = _leave(voicemail, SALES)
    taken = voicemail.take("contoso", message.message_id, "u-amal")
    assert (taken.taken_by, taken.taken_at) == ("u-amal", wall.at)
    assert voicemail.counts("contoso", ["q-sales"]) == {"q-sales": Counts(0, 1)}
    assert voicemail.take("contoso", message.message_id, "u-amal") == taken
    with pytest.raises(MessageTaken) as refusal:
        voicemail.take("contoso", message.message_id, "u-bao")
    assert refusal.value.by == "u-amal"
    with pytest.raises(MessageTaken):
        voicemail.release("contoso", message.message_id, "u-bao")
    voicemail.release("contoso", message.message_id, "u-amal")
    assert voicemail.counts("contoso", ["q-sales"]) == {"q-sales": Counts(1, 0)}


def test_of_a_deleted_message_nothing_is_left_and_a_backup_keeps_only_its_file(
    voicemail: Voicemail, tmp_path: Path, wall: Wall
) -> None:
    one, other = _leave(voicemail), _leave(voicemail)
    voicemail.delete("contoso", one.message_id)
    assert not voicemail.sound(one.message_id).exists()
    with Blobs(tmp_path).held():
        voicemail.delete("contoso", other.message_id)
        assert voicemail.sound(other.message_id).exists()
    assert voicemail.messages("contoso", ["u-amal"]) == []
    with pytest.raises(UnknownMessage):
        voicemail.delete("contoso", one.message_id)
    wall.at = datetime.now(UTC) + timedelta(days=2)
    voicemail.let_go()
    assert not voicemail.sound(other.message_id).exists()


def test_messages_are_kept_as_long_as_their_box_says(voicemail: Voicemail, wall: Wall) -> None:
    voicemail.set("contoso", "q-sales", MailboxSettings(kept_days=2))
    old, saved, personal = _leave(voicemail, SALES), _leave(voicemail, SALES), _leave(voicemail)
    wall.at += timedelta(days=1)
    voicemail.save("contoso", saved.message_id)
    wall.at += timedelta(days=1, seconds=1)
    assert [message.message_id for message in voicemail.let_go()] == [old.message_id]
    wall.at += timedelta(days=28)
    gone = {message.message_id for message in voicemail.let_go()}
    assert gone == {saved.message_id, personal.message_id}


def test_five_wrong_pins_lock_the_box_for_a_quarter_of_an_hour(voicemail: Voicemail, wall: Wall) -> None:
    assert not voicemail.is_pin("contoso", "u-amal", "")
    voicemail.set_pin("contoso", "u-amal", "2468")
    assert voicemail.has_pin("contoso", "u-amal")
    for _ in range(4):
        assert not voicemail.is_pin("contoso", "u-amal", "1111")
    assert voicemail.is_pin("contoso", "u-amal", "2468")
    assert not voicemail.is_locked("contoso", "u-amal")
    for _ in range(5):
        assert not voicemail.is_pin("contoso", "u-amal", "1111")
    assert not voicemail.is_pin("contoso", "u-amal", "2468")
    assert voicemail.is_locked("contoso", "u-amal")
    wall.at += timedelta(minutes=14, seconds=59)
    assert not voicemail.is_pin("contoso", "u-amal", "2468")
    wall.at += timedelta(seconds=2)
    assert voicemail.is_pin("contoso", "u-amal", "2468")
    voicemail.set_pin("contoso", "u-amal", None)
    assert not voicemail.has_pin("contoso", "u-amal")
    assert not voicemail.is_pin("contoso", "u-amal", "2468")


@pytest.mark.parametrize("pin", ["123", "12345678901", "12a4", "١٢٣٤", ""])
def test_a_pin_is_4_to_10_digits_and_is_not_shown(voicemail: Voicemail, pin: str) -> None:
    with pytest.raises(SettingsRefused, match="4 to 10 digits") as refusal:
        voicemail.set_pin("contoso", "u-amal", pin)
    assert not pin or pin not in str(refusal.value)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"longest": 9}, "longest"),
        ({"longest": 1801}, "longest"),
        ({"kept_days": 0}, "kept_days"),
        ({"kept_days": 3651}, "kept_days"),
        ({"quota": 0}, "quota"),
        ({"language": "de"}, "language"),
        ({"greeting_text": " "}, "greeting_text"),
        ({"mail": "nobody"}, "mail"),
        ({"mail": "a@b\nBcc: c@d"}, "mail"),
    ],
)
def test_what_is_not_allowed_names_its_field_and_changes_nothing(
    voicemail: Voicemail, wrong: dict[str, object], field: str
) -> None:
    voicemail.set("contoso", "u-amal", MailboxSettings(longest=60))
    with pytest.raises(SettingsRefused) as refusal:
        voicemail.set("contoso", "u-amal", replace(MailboxSettings(), **wrong))  # type: ignore[arg-type]
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert voicemail.settings("contoso", "u-amal").longest == 60


def test_a_mail_is_due_with_the_message_and_until_it_is_sent(voicemail: Voicemail, wall: Wall) -> None:
    voicemail.set("contoso", "u-amal", MailboxSettings(mail="amal@contoso.com"))
    message = _leave(voicemail)
    _leave(voicemail, SALES)
    assert voicemail.due_mails() == [message]
    voicemail.not_mailed(message, "connection refused", wall.at + timedelta(minutes=1))
    assert voicemail.due_mails() == []
    wall.at += timedelta(minutes=1)
    (again,) = voicemail.due_mails()
    assert (again.mail_tries, again.mail_error, again.is_new) == (1, "connection refused", True)
    voicemail.mailed(again)
    assert voicemail.due_mails() == []
    assert voicemail.message("contoso", message.message_id).mail_error is None


def test_what_a_number_has_left_is_deleted_with_it(
    voicemail: Voicemail, database: Engine, wall: Wall
) -> None:
    gone = _leave(voicemail)
    message_id, path = voicemail.begin(AMAL, Caller("c2", "+14255550199", "Bao"))
    path.write_bytes(wav.head("PCMU", 0) + SECOND * 3)
    kept = voicemail.finish(message_id)
    spellings, by = spellings_of("+14255550100"), Actor("the test", "test")
    found = erase_number(database, voicemail, spellings, wall.at, by, dry_run=True)
    assert found.rows == {"contoso": {"voicemail_messages": 1}}
    assert len(voicemail.messages("contoso", ["u-amal"])) == 2
    erase_number(database, voicemail, spellings, wall.at, by)
    database.dispose()
    assert voicemail.messages("contoso", ["u-amal"]) == [kept]
    assert not voicemail.sound(gone.message_id).exists()
