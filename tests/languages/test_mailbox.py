"""What mailboxes say: everything in every language (unit)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from huntline.calls.box_visit import BoxPrompt
from huntline.directory.mailboxes import LANGUAGES
from huntline.languages.mailbox import Facts, fixed_sentences, mail_words, mailbox_sentence, spoken_caller


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", BoxPrompt)
def test_every_prompt_can_be_said(prompt: BoxPrompt, language: str) -> None:
    assert mailbox_sentence(prompt, language, Facts("Amal", 2, 1)).endswith(".")


@pytest.mark.parametrize(
    ("language", "count", "others", "said"),
    [
        ("en", 1, 0, "You have 1 new message."),
        ("en", 2, 3, "You have 2 new messages and 3 old."),
        ("fr", 1, 1, "Vous avez 1 nouveau message et 1 ancien."),
        ("fr", 0, 2, "Vous avez 0 nouveau message et 2 anciens."),
        ("fr", 2, 0, "Vous avez 2 nouveaux messages."),
    ],
)
def test_messages_are_counted_as_each_language_does(
    language: str, count: int, others: int, said: str
) -> None:
    assert mailbox_sentence("messages", language, Facts(count=count, others=others)) == said


def test_a_caller_is_a_name_or_a_number_digit_by_digit_or_nobody_known() -> None:
    assert spoken_caller("+14255550100", "Zoé", "en") == "Zoé"
    assert spoken_caller("+1425", "", "en") == "1 4 2 5"
    assert spoken_caller("anonymous", "", "fr") == "un correspondant inconnu"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_the_same_for_all_can_be_spoken_before(language: str) -> None:
    sentences = list(fixed_sentences(language))
    assert len(set(sentences)) == len(sentences)
    assert mailbox_sentence("choices", language, Facts(count=True)) in sentences


def test_mail_is_in_the_language_of_the_box() -> None:
    at = datetime(2026, 11, 29, 10, 42, tzinfo=UTC)
    assert mail_words("en", "Zoé", "Amal", "1:05", at).subject == "Voice message from Zoé (1:05)"
    assert "à 10:42 (UTC)" in mail_words("fr", "Zoé", "Amal", "1:05", at).text
