"""An exported organization file: applied, it changes nothing, whatever the organization (unit)."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from hypothesis import given, settings

from huntline.directory.changes import changes_between
from huntline.directory.identity import check_identity, identify
from huntline.directory.organization import Audio, Organization
from huntline.directory.rules import check, settled
from huntline.organization_file.reading import SoundKeeping, read_file
from huntline.organization_file.writing import sound_files, written
from tests.organizations import SOUNDS, organizations


def stored(wanted: Organization, existing: Organization | None = None) -> Organization:
    """The organization as the settings keep it."""
    numbers = count(len(wanted.queues) + len(wanted.users))
    return identify(
        settled(wanted), existing, lambda: f"id {next(numbers)}", lambda: f"hg_{next(numbers):032x}"
    )


def spoken(text: str, language: str) -> Audio:
    return Audio(f"spoken {language}: {text}", text, 2.0, language, -20.0)


def read_back(text: str) -> Organization:
    """What a file with the text says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contoso.yaml"
        path.write_text(text, "utf-8")
        draft = read_file(path, SoundKeeping(lambda sound: SOUNDS[sound.name], spoken))
    assert not draft.problems
    assert draft.organization is not None
    return draft.organization


@settings(deadline=None)
@given(organizations())
def test_written_and_read_it_is_the_same_and_has_the_same_addresses_on_a_new_server(
    wanted: Organization,
) -> None:
    assert not check(wanted)
    before = stored(wanted)
    read = read_back(written(before, "contoso-audio"))
    assert not check(read)
    assert not list(check_identity(read, before))
    after = stored(read, before)
    assert changes_between(before, after) == []
    assert after == before
    # On a server that did not know it, phones and other systems find its queues where they were.
    elsewhere = stored(read)
    assert [queue.primary_uri for queue in elsewhere.queues] == [queue.primary_uri for queue in before.queues]


def test_the_names_of_all_sounds_that_the_text_names_are_told() -> None:
    assert not sound_files(Organization(name="Contoso", domains=("contoso.com",)))
    library = Organization(name="Contoso", domains=("contoso.com",), audio=tuple(SOUNDS.values()))
    assert sound_files(library) == SOUNDS
