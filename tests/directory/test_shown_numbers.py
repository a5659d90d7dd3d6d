"""Numbers as people read them (directory)."""

from __future__ import annotations

import pytest

from huntline.directory.shown_numbers import shown_number


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+14255550100", "+1 425-555-0100"),
        ("+33140205050", "+33 1 40 20 50 50"),
        ("+441632960001", "+44 1632 960001"),  # kept free for films: no phone has it, its shape is right
        ("tel:+14255550100", "+1 425-555-0100"),
        ("+425550123", "+425550123"),  # no country begins so
        ("+1425555", "+1425555"),
        ("tel:+1425555", "+1425555"),
        ("4255550100", "4255550100"),
        ("+", "+"),
        ("", ""),
        ("Anonymous", "Anonymous"),
        ("amal@contoso.com", "amal@contoso.com"),
        ("+1425555010\u0660", "+1425555010\u0660"),
    ],
)
def test_numbers_are_shown_as_their_country_spaces_them(stored: str, shown: str) -> None:
    assert shown_number(stored) == shown
