"""Wrong inputs through every door: refused in words that help, and without effect."""

from __future__ import annotations

import pytest

from huntline.languages.translation import Language
from tests.doors.bad_inputs import PAGES, answers, page
from tests.languages.sentences import english_in


@pytest.mark.parametrize("language", PAGES)
def test_wrong_inputs_are_refused_and_change_nothing_and_the_page_shows_what_is_said(
    language: Language,
) -> None:
    found = answers(language)
    assert len(found) >= 45
    assert [bad.shown for _, bad, said, _ in found if len(said) < 20] == []
    assert [bad.shown for _, bad, _, is_changed in found if is_changed] == []
    if language == "fr":
        sentences = [said.partition(": ")[2] for _, _, said, _ in found]
        assert [said for said in sentences if english_in(said)] == []
    stale = f"{PAGES[language].name} is stale; write it with .venv/bin/python -m tests.doors.bad_inputs"
    assert PAGES[language].read_text() == page(found, language), stale
