"""Text to speech: voices that come with the package, texts of all kinds, and what is kept of them."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from huntline.media.interface import SpeechUnavailable
from huntline.media.prompts import speak as speak_module
from huntline.media.prompts import speech as speech_module
from huntline.media.prompts.encode import encode_prompt
from huntline.media.prompts.speak import MAX_CHARACTERS, speak
from huntline.media.prompts.speech import Speech


@pytest.mark.parametrize(
    ("text", "language"),
    [("Welcome to Contoso. Please hold.", "en"), ("Bienvenue chez Contoso, à très bientôt.", "fr")],
)
def test_spoken_text_is_a_prompt_as_loud_as_others_on_any_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, language: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no program of the machine's is needed
    speak(text, tmp_path / "welcome.wav", language)
    prompt = encode_prompt(tmp_path / "welcome.wav", tmp_path)
    assert 1 < prompt.duration_s < 6
    assert -24 < prompt.rms_dbfs < -14
    assert prompt.peak_dbfs < -1
    assert prompt.clipped_share == 0


def test_a_text_is_never_an_option_a_command_or_markup_and_is_spoken_to_its_end(tmp_path: Path) -> None:
    # Of the word the voice itself would never come to the end.
    speak(f"--version; $(id) \ud800 <break time='9s'/> {'é' * 300}", tmp_path / "odd.wav", "fr")
    assert (tmp_path / "odd.wav").stat().st_size > 10_000


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        speak("Welcome", tmp_path / "missing" / "welcome.wav")


@pytest.mark.parametrize("limit", ["_MOST_S", "_MOST_CPU_S"])
def test_a_voice_that_takes_too_long_or_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(speak_module, limit, 0)
    with pytest.raises(SpeechUnavailable, match=r"the voice (did not finish|failed)"):
        speak("Welcome", tmp_path / "welcome.wav")
    assert not (tmp_path / "welcome.wav").exists()


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_CHARACTERS + 1)])
def test_texts_that_are_empty_or_endless(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpeechUnavailable, match=f"1 to {MAX_CHARACTERS} characters"):
        speak(text, tmp_path / "welcome.wav")


def test_a_text_without_a_word_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="nothing in the text"):
        speak("日本語 ...", tmp_path / "welcome.wav")


def test_languages_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="'tlh' cannot be spoken; one of en, fr can"):
        speak("nuqneH", tmp_path / "welcome.wav", "tlh")


# -- what call control asks for


class Voice:
    """Speaks in no time, or when it is let; keeps what it was asked for, and how many at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.at_once = self.most_at_once = self.calls = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        monkeypatch.setattr(speech_module, "_make", self.make)

    def make(self, sources: Mapping[Path, str], language: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.asked += sources.values()
        self.calls += 1
        assert self.may_go_on.wait(5)
        self.at_once -= 1
        for path, text in sources.items():
            if text != "unsayable":
                path.parent.mkdir(exist_ok=True)
                for suffix in (".pcmu", ".pcma"):
                    path.with_name(path.name + suffix).write_bytes(text.encode())
        if "unsayable" in sources.values():
            raise SpeechUnavailable("no")


def test_a_sentence_is_spoken_once_and_then_known_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        speech = Speech(tmp_path / "speech")
        assert speech.known("You have two messages.", "en") is None
        source = await speech.source("You have two messages.", "en")
        assert os.stat(source + ".pcmu").st_size > 4_000
        written = os.stat(source + ".pcma").st_mtime_ns
        assert speech.known("You have two messages.", "en") == source
        assert await speech.source("You have two messages.", "en") == source
        assert os.stat(source + ".pcma").st_mtime_ns == written
        assert await speech.source("You have two messages.", "fr") != source
        left = {path.suffix for path in (tmp_path / "speech").iterdir()}
        assert left == {".pcmu", ".pcma"}

    asyncio.run(story())


def test_texts_are_spoken_one_at_a_time_and_the_same_one_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        voice, speech = Voice(monkeypatch), Speech(tmp_path / "speech")
        texts = ["one", "two", "one", "three", "two", "one"]
        sources = await asyncio.gather(*(speech.source(text, "en") for text in texts))
        assert sorted(voice.asked) == ["one", "three", "two"]
        assert voice.most_at_once == 1
        assert [len(set(sources)), sources[0] == sources[5]] == [3, True]

    asyncio.run(story())


def test_who_stops_waiting_stops_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        voice, speech = Voice(monkeypatch), Speech(tmp_path / "speech")
        voice.may_go_on.clear()
        first, second = (asyncio.create_task(speech.source("one", "en")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        voice.may_go_on.set()
        assert await second == speech.known("one", "en")
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(story())


def test_what_cannot_be_spoken_is_told_and_tried_again_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        voice, speech = Voice(monkeypatch), Speech(tmp_path / "speech")
        for _ in range(2):
            with pytest.raises(SpeechUnavailable, match="no"):
                await speech.source("unsayable", "en")
        speech.prepare([("unsayable", "en"), ("one", "fr")])
        await speech.source("of a caller", "fr")  # who does not wait for all that is prepared
        await speech.source("one", "fr")
        assert voice.asked == ["unsayable", "unsayable", "of a caller", "unsayable", "one"]

    asyncio.run(story())


def test_what_is_prepared_is_spoken_a_few_at_once_and_what_cannot_be_keeps_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_module, "_AT_ONCE", 3)

    async def story() -> None:
        voice, speech = Voice(monkeypatch), Speech(tmp_path / "speech")
        texts = ["one", "unsayable", "two", "three"]
        voice.may_go_on.clear()
        speech.prepare([(text, "en") for text in texts])
        waiting = asyncio.create_task(speech.source("two", "en"))
        await asyncio.sleep(0)
        voice.may_go_on.set()
        assert await waiting == speech.known("two", "en")
        assert await speech.source("three", "en")
        assert voice.asked == texts
        assert (voice.calls, voice.most_at_once) == (2, 1)

    asyncio.run(story())


def test_no_more_wait_than_can_be_spoken_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_module, "_MOST_WAITING", 2)

    async def story() -> None:
        voice, speech = Voice(monkeypatch), Speech(tmp_path / "speech")
        voice.may_go_on.clear()
        waiting = [asyncio.create_task(speech.source(text, "en")) for text in ("one", "two")]
        await asyncio.sleep(0)
        with pytest.raises(SpeechUnavailable, match="too many"):
            await speech.source("three", "en")
        voice.may_go_on.set()
        await asyncio.gather(*waiting)
        await speech.source("three", "en")

    asyncio.run(story())


def test_what_was_used_longest_ago_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_module, "_MOST_KEPT", 3)
    monkeypatch.setattr(speech_module, "_KEPT_AFTER_CLEANING", 1)

    async def story() -> None:
        speech = Speech(tmp_path / "speech")
        for number, text in enumerate(("one", "two", "three")):
            source = await speech.source(text, "en")
            os.utime(source + ".pcmu", (number, number))
        assert speech.known("one", "en") is not None  # used now
        await speech.source("four", "en")
        known = [text for text in ("one", "two", "three", "four") if speech.known(text, "en")]
        assert known == ["one", "four"]

    asyncio.run(story())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "file").touch()
        with pytest.raises(SpeechUnavailable, match="could not be spoken"):
            await Speech(tmp_path / "file" / "speech").source("one", "en")

    asyncio.run(story())
