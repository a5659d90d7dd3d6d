"""``huntline apply``: puts the organization of a file in force."""

from __future__ import annotations

import tempfile
from pathlib import Path

from huntline.directory.changes import Change
from huntline.directory.organization import Audio
from huntline.directory.rules import check
from huntline.media.prompts.encode import encode_prompt
from huntline.media.prompts.speak import speak
from huntline.organization_file.reading import Sounds, read_file
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database
from huntline.storage.settings import SettingsRefused, apply_organization, load_organizations


def apply_file(path: Path, data_dir: Path) -> list[Change]:
    """Put the organization of a file in force, all or nothing; returns what changed.

    The organization of that name is replaced as a whole, or a new one added beside the others. Raises
    OrganizationFileRefused with every problem on a line of its own, and ConfigurationError.
    """
    database = open_database(data_dir)
    try:
        draft = read_file(path, _sounds(Blobs(data_dir)))
        wanted = draft.organization
        if wanted is None:
            raise draft.refusal([])
        if draft.problems:
            name = wanted.name.casefold()
            others = [each for each in load_organizations(database) if each.name.casefold() != name]
            raise draft.refusal(check(wanted, others))
        try:
            return apply_organization(database, wanted)
        except SettingsRefused as refusal:
            raise draft.refusal(list(refusal.problems)) from None
    finally:
        database.dispose()


def _sounds(blobs: Blobs) -> Sounds:
    def keep_file(path: Path) -> Audio:
        return _kept(path, blobs, path.name, None)

    def keep_speech(text: str, language: str) -> Audio:
        with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
            path = Path(folder) / "spoken.wav"
            speak(text, path, language)
            return _kept(path, blobs, text, language)

    return Sounds(keep_file, keep_speech)


def _kept(path: Path, blobs: Blobs, name: str, language: str | None) -> Audio:
    prompt = encode_prompt(path, blobs.folder)
    blobs.put(path.read_bytes())
    return Audio(prompt.sha256, name, prompt.duration_s, language)
