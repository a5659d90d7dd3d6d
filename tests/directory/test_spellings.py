"""One number, in all the ways in which people and networks write it."""

from __future__ import annotations

import pytest

from huntline.directory.spellings import NotANumber, spellings_of

SEATTLE = spellings_of("+1 425-555-0199")
LONDON = spellings_of("tel:+442079460000")


def test_the_number_itself_is_kept_as_e164() -> None:
    assert SEATTLE.e164 == "+14255550199"
    assert LONDON.e164 == "+442079460000"


@pytest.mark.parametrize(
    "text",
    [
        "+14255550199",
        "14255550199",
        "4255550199",
        "0014255550199",
        "01114255550199",
        "(425) 555-0199",
        "+1 (425) 555-0199",
        "+1.425.555.0199",
        "tel:+14255550199",
        "TEL:+1-425-555-0199;phone-context=x",
        "sip:+14255550199@192.0.2.1;user=phone",
        "sip:4255550199@contoso.com",
    ],
)
def test_every_spelling_is_the_number(text: str) -> None:
    assert SEATTLE.are(text)
    assert not LONDON.are(text)


@pytest.mark.parametrize("text", ["02079460000", "2079460000", "020 7946 0000", "00442079460000"])
def test_a_trunk_prefix_is_no_other_number(text: str) -> None:
    assert LONDON.are(text)


@pytest.mark.parametrize(
    "text",
    ["", "anonymous", "amal", "+14255550198", "+142555501990", "5550199", "x4255550199"],
)
def test_another_number_is_another(text: str) -> None:
    assert not SEATTLE.are(text)
    assert SEATTLE.replaced(text, "-") == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("forward to tel:+14255550199", "forward to tel:-"),
        ("[+14255550100, +14255550199]", "[+14255550100, -]"),
        ("called 425-555-0199, twice", "called -, twice"),
        ("2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00+00:00"),
        ("4255550199 4255550199", "4255550199 4255550199"),
        ("a1b44255550199c", "a1b44255550199c"),
    ],
)
def test_it_is_replaced_wherever_it_stands_alone(text: str, left: str) -> None:
    assert SEATTLE.replaced(text, "-") == left


@pytest.mark.parametrize("text", ["4255550199", "", "+", "amal", "+1", "+999123456789", "+14255550199123456"])
def test_what_is_no_number_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(NotANumber, match=r"must b.*, such as \+14255550100"):
        spellings_of(text)
