"""Finding the template of a sentence (languages)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.languages.catalogue import Catalogue, Marks, merged
from huntline.languages.french import FRENCH, SENTENCES
from huntline.languages.typography import typeset

MARKS = Marks({"list": " / ", "and": " et ", "commas": " + "}, colon=" = ", decimal=",")


def catalogue(**sentences: str) -> Catalogue:
    return Catalogue({english.replace("_", " "): other for english, other in sentences.items()}, MARKS)


def found(sentences: dict[str, str], text: str) -> str | None:
    return Catalogue(sentences, MARKS).find(text)


def test_a_plain_sentence_is_looked_up() -> None:
    assert catalogue(is_missing="manque").find("is missing") == "manque"
    assert catalogue(is_missing="manque").find("is missing too") is None


def test_a_brace_is_written_twice() -> None:
    assert found({"such as {{name}}": "comme {{nom}}"}, "such as {name}") == "comme {nom}"


@pytest.mark.parametrize("name", ["Sales", "is in", "{0}", "{name}", "a is in b", "", "Été 100%"])
def test_what_fills_a_hole_stays_as_it_is(name: str) -> None:
    assert found({"there is no {name} here": "pas de {name} ici"}, f"there is no {name} here") == (
        f"pas de {name} ici"
    )


def test_holes_may_change_places() -> None:
    assert found({"{a} of {b} lines": "sur {b} lignes, {a}"}, "2 of 7 lines") == "sur 7 lignes, 2"


def test_the_template_that_says_more_goes_first() -> None:
    sentences = {"no user {name}": "A {name}", "no user {name} in {place}": "B {name} {place}"}
    assert found(sentences, "no user x in y") == "B x y"
    assert found(sentences, "no user x") == "A x"


def test_a_number_is_one_and_gets_its_mark() -> None:
    sentences = {"waited {s:number} s": "attente de {s} s"}
    assert found(sentences, "waited 1.5 s") == "attente de 1,5 s"
    assert found(sentences, "waited -3 s") == "attente de -3 s"
    assert found(sentences, "waited long s") is None


def test_quotes_go() -> None:
    sentences = {"no {x:quoted}": "pas de « {x} »"}
    assert found(sentences, "no 'it'") == "pas de « it »"
    assert found(sentences, 'no "it\'s"') == "pas de « it's »"
    assert found(sentences, "no it") is None
    assert found(sentences, "no '") is None


def test_a_sentence_stands_in_a_sentence() -> None:
    sentences = {"failed: {why:said}": "échec : {why}", "no answer": "pas de réponse"}
    assert found(sentences, "failed: no answer") == "échec : pas de réponse"
    assert found(sentences, "failed: 486") == "échec : 486"


def test_only_a_known_sentence_may_stand_where_one_must() -> None:
    sentences = {"{a:known}; did you mean {b}?": "{a} ; {b} ?", "no user {x}": "pas de {x}"}
    assert found(sentences, "no user y; did you mean z?") == "pas de y ; z ?"
    assert found(sentences, "whatever; did you mean z?") is None


def test_lists_are_taken_apart() -> None:
    sentences = {
        "lacks {x:and}": "il manque {x}",
        "in use: {x:list}": "sert : {x}",
        "of {x:commas}": "de {x}",
        "a voice": "une voix",
    }
    assert found(sentences, "lacks a voice and b") == "il manque une voix et b"
    assert found(sentences, "in use: b; a voice") == "sert : b / une voix"
    assert found(sentences, "of a voice, b, c") == "de une voix + b + c"


def test_a_sentence_is_in_one_area_only() -> None:
    with pytest.raises(AssertionError, match="is missing"):
        merged([{"is missing": "a"}, {"is missing": "b"}], str)


@given(st.text())
def test_any_text_can_be_looked_for(text: str) -> None:
    FRENCH.find(text)


@given(st.lists(st.sampled_from([*SENTENCES, "; ", ": ", "7", "'", " "]), max_size=12).map("".join))
def test_any_text_of_our_pieces_can_be_looked_for(text: str) -> None:
    FRENCH.find(text)


@pytest.mark.parametrize(
    "piece",
    [
        "forward failed: ",
        "waited 20 s, the maximum; ",
        "nobody serves this queue: ",
        "; did you mean ",
        "rung at 1, ",
        "left alone until 1: ",
        " and ",
        "queue a is in it; ",
    ],
)
def test_a_long_hostile_text_is_no_burden(piece: str) -> None:
    # As deep as it seems to be nested; the time limit of tests is the bound.
    FRENCH.find(piece * 20_000)


def test_french_spaces_do_not_break() -> None:
    assert typeset("{name} : « x » ; quoi ?") == "{name}\u00a0: «\u00a0x\u00a0»\u00a0; quoi\u00a0?"
    assert typeset("{n} s, 5 Mo, {n} % de") == "{n}\u00a0s, 5\u00a0Mo, {n}\u00a0% de"
    assert typeset("l'appel d'{name}, n'«") == "l’appel d’{name}, n’«"
    assert typeset("{name} sert 3 sons, sip:a@b") == "{name} sert 3 sons, sip:a@b"
