"""``huntline apply``: puts the organization of a file in force, and keeps the sounds that it names."""

from __future__ import annotations

import tempfile
from pathlib import Path

from huntline.data_folder import MAIN_SHARD, DatabaseUrl
from huntline.directory.organization import Audio
from huntline.directory.rules import check
from huntline.media.prompts.apart import encode_apart
from huntline.media.prompts.decode import check_content, read_prompt
from huntline.media.prompts.speak import speak
from huntline.organization_file.reading import SoundKeeping, read_file
from huntline.storage.audit import Actor
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database
from huntline.storage.settings import Changed, Settings, SettingsRefused


def apply_file(
    path: Path, data_dir: Path, by: str, elsewhere: DatabaseUrl | None = None, shard: str = MAIN_SHARD
) -> Changed:
    """Put the organization of a file in force, all or nothing; returns it, and what changed.

    The organization of that name is replaced as a whole, or a new one added beside the others. ``by`` is
    who did it, for the audit; ``elsewhere`` is the database that is not in the data folder, on which this
    server is called ``shard``. Raises OrganizationFileRefused with every problem on a line of its own,
    OrganizationElsewhere, and ConfigurationError.
    """
    database = open_database(data_dir, elsewhere, shard)
    settings = Settings(database)
    try:
        draft = read_file(path, _sounds(Blobs(data_dir)))
        wanted = draft.organization
        if wanted is None:
            raise draft.refusal([])
        if draft.problems:
            name = wanted.name.casefold()
            others = [each for each in settings.organizations() if each.name.casefold() != name]
            raise draft.refusal(check(wanted, others))
        try:
            return settings.put(wanted, Actor(by, "file"))
        except SettingsRefused as refusal:
            raise draft.refusal(list(refusal.problems)) from None
    finally:
        database.dispose()


def _sounds(blobs: Blobs) -> SoundKeeping:
    return SoundKeeping(
        keep_file=lambda path: keep_file(path, path.name, blobs),
        keep_speech=lambda text, language: keep_speech(text, language, blobs),
    )


def keep_file(path: Path, name: str, blobs: Blobs) -> Audio:
    """Keep a sound file under a name, once it has been decoded. Raises ConfigurationError."""
    return _kept(path, read_prompt(path), blobs, name)


def keep_content(name: str, content: bytes, blobs: Blobs) -> Audio:
    """``keep_file`` for a file that was sent, not stored. Raises PromptRefused."""
    check_content(Path(name), content)
    return _kept(Path(name), content, blobs, name)


def keep_speech(text: str, language: str, blobs: Blobs) -> Audio:
    """Speak a text and keep it. Raises ConfigurationError."""
    return _kept(Path("spoken.wav"), spoken(text, language), blobs, text, language)


def spoken(text: str, language: str) -> bytes:
    """A text as a .wav file. Raises SpeechUnavailable."""
    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        path = Path(folder) / "spoken.wav"
        speak(text, path, language)
        return path.read_bytes()


def _kept(path: Path, content: bytes, blobs: Blobs, name: str, language: str | None = None) -> Audio:
    with blobs.held():
        prompt = encode_apart(path, content, blobs.folder)
        blobs.put(content)
    return Audio(prompt.sha256, name, prompt.duration_s, language, round(prompt.rms_dbfs, 1))
