"""All that the API says has its French (languages)."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from huntline.directory.organization import Lack
from huntline.languages.french import FRENCH, SENTENCES
from huntline.languages.translation import about, in_language, joined
from huntline.web.api.audio import AUDIO
from huntline.web.api.groups import GROUPS
from huntline.web.api.numbers import NUMBERS
from huntline.web.api.policies import POLICIES
from huntline.web.api.queues import QUEUES
from huntline.web.api.trunks import TRUNKS
from huntline.web.api.users import USERS
from tests.languages.sentences import Said, english_in, error_ids, said_in_source

NOUNS = [each.noun for each in (AUDIO, GROUPS, NUMBERS, POLICIES, QUEUES, TRUNKS, USERS)]

PARTS = {
    "must be an IANA time zone such as Europe/Paris, or null for the server's7": "may end in a suggestion",
    "must be an IANA time zone such as Europe/Paris, or null for the organization's7": "the same",
    "7 is in use: 7": "the name is a noun's or a domain's",
    "there is no 7 '7'": "the same",
    "7 is a user number; 7 needs a service-toll or service-toll-free number": "a queue or a caller-ID policy",
    "a queue": "the former",
    "a caller-ID policy": "the latter",
    "belongs to 7 already; one number, one thing": "a queue or a user",
    "queue 7 forwards to it 7 (7)": "one of three exits",
    "forwards all calls to it": "has a name in front",
    "has it as voicemail": "has a name in front",
    "forwards calls to it when busy": "has a name in front",
    "forwards calls to it without an answer": "has a name in front",
    "forwards calls to it when not reachable": "has a name in front",
    "must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME7": "the words behind it differ",
    "; did you mean 7?": "stands behind a sentence",
    "must be 7": "a range stands behind it",
    "limits.max_waiting raises this, up to 7": "the unit of a range",
    "without a suffix": "stands in quotes in a sentence",
    "must be at most {max_length} characters": "filled in from the context of an error",
    "must be at least {ge}": "filled in from the context of an error",
    "must be at most {le}": "filled in from the context of an error",
    "must be settings by name, such as {{name: value}}": "its braces are doubled",
}
"""What stands in the source in parts; the whole of each is in ``WHOLE``."""

NOT_SAID = {
    "7: another server answers here; stop it, or use another --data": "keeps a server from starting",
    "7: this socket cannot be made: 7": "keeps a server from starting",
    "the owner": "stands for a name",
    "caller-ID policy": "a noun, as a key of changes and of routes",
    "audio file": "a noun, as a key of routes",
    "7 is no port": "is caught where it is raised",
    "no agents": "a decision, which is a word for programs",
    "no answer": "how a ring ended, which is a word for programs",
    "no way to read 7": "an assertion",
    "/** Made by huntline.web.openapi from huntline.directory, at each build. */": "a comment",
    "export const 7 = 7;": "what the pages are made from",
    "export const 7 = 7 as const;": "what the pages are made from",
    "not rung": "a decision, which is a word for programs",
    "sent on": "a decision, which is a word for programs",
    "left a message": "a decision, which is a word for programs",
    "media leg %s could not be restored: %s": "a log",
    "media verb refused: %s": "a log",
    "the media event %s was not taken": "a log",
    "a file is made of its content": "an assertion",
    "(a list)": "stands for a value, which is never translated",
    "a huge number": "stands for a value, which is never translated",
    "Value error, ": "pydantic's, and is cut off",
    'attachment; filename="calls.csv"': "a header",
    "its metadata is another issuer's, or incomplete": "a log",
    "the first bytes are 7": "a log",
    "First run: open 7": "is printed at the start, before anybody has chosen a language",
    "  from another machine: ssh -L 7:7 7@7, and open this link there": "the same",
    "  from another machine: the same link with 7 in the place of the address": "the same",
}
"""What does not get out by the API, or is no sentence."""

WHOLE = [
    *(f"there is no {noun} 'x'; did you mean y?" for noun in NOUNS),
    *(f"must be unique, letter case aside; another {noun} has it already" for noun in NOUNS),
    *(f"{noun} x is in use: queue Sales is in it; and 3 more" for noun in (*NOUNS, "domain")),
    "+14255550123 is a user number; a queue needs a service-toll or service-toll-free number",
    "+14255550123 is a user number; a caller-ID policy needs a service-toll or service-toll-free number",
    "belongs to queue Sales already; one number, one thing",
    "belongs to user amal@contoso.com already; one number, one thing",
    "queue Sales forwards to it when it is full (overflow)",
    "queue Sales forwards to it after the maximum wait (timeout)",
    "queue Sales forwards to it without agents (no_agents)",
    "user amal@contoso.com forwards all calls to it (forward_to)",
    "user amal@contoso.com has it as voicemail (voicemail)",
    "user amal@contoso.com forwards calls to it when busy (when_busy)",
    "user amal@contoso.com forwards calls to it without an answer (when_no_answer)",
    "user amal@contoso.com forwards calls to it when not reachable (when_not_reachable)",
    "must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME or voicemail",
    "must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME or voicemail or off",
    "must be 0 to 200 calls (limits.max_waiting raises this, up to 10000)",
    "must be 1 to 50 agents (limits.agent_limit)",
    "must be 1 to 10000 agents",
    "must be 15 to 180 seconds",
    "must be 0 to 10000 calls",
    "hello: the file type 'without a suffix' is not allowed; a .wav (PCM), .mp3 or .wma file of up to 5 MB is"
    " needed",
    "must be at most 200 characters",
    "must be at least 1",
    "must be at most 1000",
    "must be settings by name, such as {name: value}",
    "must be an IANA time zone such as Europe/Paris, or null for the server's",
    "must be an IANA time zone such as Europe/Paris, or null for the server's; did you mean Asia/Tokyo?",
    # made at run time of words that are one each
    *map(str, Lack),
    # not ours
    "Not Found",
    "Method Not Allowed",
    "JSON decode error",
]


def what_is_wrong(said: Said) -> str | None:
    """What keeps a sentence from being said in French."""
    french = FRENCH.find(said.sample)
    if french is None:
        return f"{said.where}: put {said.sample!r} into huntline/languages/french"
    phrases = [phrase for each in said.literals if " " in (phrase := each.strip(" ,;:()"))]
    if any(phrase in french for phrase in phrases):
        return f"{said.where}: half of it is English: {french}"
    return None


# Each of the next ones looks at all sentences: to make a test of each of them takes longer than to look.


def test_every_sentence_of_the_program_has_its_french_and_no_exception_is_out_of_date() -> None:
    sentences = [*said_in_source()]
    assert {*PARTS, *NOT_SAID} - {said.sample for said in sentences} == set()
    to_say = [said for said in sentences if said.sample not in PARTS and said.sample not in NOT_SAID]
    assert [*filter(None, map(what_is_wrong, to_say))] == []


@pytest.mark.parametrize("english", WHOLE)
def test_what_is_put_together_at_run_time_has_its_french(english: str) -> None:
    french = in_language(english, "fr")
    assert french != english
    assert not english_in(french)


def test_every_refusal_has_a_french_title() -> None:
    words = {*error_ids()}
    assert words
    assert {word for word in words if FRENCH.find(word.replace("-", " ").capitalize()) is None} == set()


def test_a_french_sentence_holds_what_its_english_one_does() -> None:
    def holes(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    held = {english: (holes(english) - {"_"}, holes(french)) for english, french in SENTENCES.items()}
    assert {english: both for english, both in held.items() if both[0] != both[1]} == {}


def test_french_is_set_as_french_is() -> None:
    wrong = re.compile(r"\w[!?;»](\s|$)|« | [;?!»]| :\s|\w'\w|  ")
    assert [french for french in SENTENCES.values() if wrong.search(french)] == []


def test_a_sentence_in_french_stays_as_it_is() -> None:
    assert [french for french in SENTENCES.values() if in_language(french, "fr") != french] == []


def test_english_stays_as_it_is() -> None:
    assert in_language("must be 15 to 180 seconds", "en") == "must be 15 to 180 seconds"
    assert joined(["is missing", "is missing"], "en") == "is missing; is missing"
    assert about("name", "is missing", "en") == "name: is missing"


def test_sentences_are_joined_as_the_language_does() -> None:
    assert joined(["est manquant", "est manquant"], "fr") == "est manquant\u00a0; est manquant"
    assert about("name", "est manquant", "fr") == "name\u00a0: est manquant"
