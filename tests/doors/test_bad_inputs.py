"""Wrong inputs through every door: refused in words that help, and without effect."""

from __future__ import annotations

from tests.doors.bad_inputs import PAGE, answers, page


def test_wrong_inputs_are_refused_and_change_nothing_and_the_page_shows_what_is_said() -> None:
    found = answers()
    assert len(found) >= 50
    assert [bad.shown for bad, said, _ in found if len(said) < 20] == []
    assert [bad.shown for bad, _, is_changed in found if is_changed] == []
    stale = "docs/bad-inputs.md is stale; write it with .venv/bin/python -m tests.doors.bad_inputs"
    assert PAGE.read_text() == page(found), stale
