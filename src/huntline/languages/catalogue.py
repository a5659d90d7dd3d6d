"""Finds the template that a sentence was made from, and fills in that of another language.

Sentences cross processes and storage as plain English text, and are translated when somebody reads them: so
a call of last year is explained in a language that was added today. Templates are written as for
``str.format``. What stands in a hole behind a colon says what it may hold:

* nothing: any text, which stays as it is;
* ``number``: a number, whose decimals get the other language's mark;
* ``quoted``: text in Python's quotes, which go;
* ``said``: a sentence of the catalogue, or any text, which then stays as it is;
* ``known``: a sentence of the catalogue and nothing else;
* ``list``, ``and``, ``commas``: several with ``; ``, `` and ``, ``, `` between them, each as ``said``.

What fills a hole named ``_`` is left out of the other language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

_DEEPEST = 4  # sentences in sentences; what is nested deeper was not made by us
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_QUOTES = ("'", '"')
_SEPARATORS = {"list": "; ", "and": " and ", "commas": ", "}


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands between the things of a list, by the kind of hole, behind a name, and before decimals."""

    separators: Mapping[str, str]
    colon: str
    decimal: str


@dataclass(frozen=True, slots=True)
class _Template:
    """``literals`` stand around the holes, so there is one more of them."""

    literals: tuple[str, ...]
    holes: tuple[tuple[str, str], ...]
    other: str

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """What begins with another sentence goes first, then lists, then what fixes more of the text."""
        kinds = [kind for _, kind in self.holes]
        is_more = not self.literals[0] and kinds[0] == "known"
        is_list = not _SEPARATORS.keys().isdisjoint(kinds)
        return not is_more, not is_list, -len("".join(self.literals)), kinds.count("")

    def words(self) -> Iterator[str]:
        """The words between blanks that every sentence of this template has."""
        for place, literal in enumerate(self.literals):
            # Those at a hole go on in what fills it.
            before = "." if place else ""
            after = "." if place < len(self.holes) else ""
            words = f"{before}{literal}{after}".split()
            yield from words[bool(before) : len(words) - bool(after)]

    def parts_of(self, text: str) -> list[str] | None:
        """What fills the holes in a text; None when it is not of this template.

        Whatever the text is, this takes one look at each part of it: nothing is tried twice.
        """
        first, *others, last = self.literals
        start, end = len(first), len(text) - len(last)
        if start > end or not (text.startswith(first) and text.endswith(last)):
            return None
        parts = []
        for literal in others:
            found = text.find(literal, start, end)
            if found < 0:
                return None
            parts.append(text[start:found])
            start = found + len(literal)
        return [*parts, text[start:end]]


class Catalogue:
    """The sentences of one language by the English ones."""

    def __init__(self, sentences: Mapping[str, str], marks: Marks) -> None:
        templates = [_template(english, other) for english, other in sentences.items()]
        self._marks = marks
        self._plain = {each.literals[0]: each.other.format() for each in templates if not each.holes}
        self._templates = sorted((each for each in templates if each.holes), key=lambda each: each.rank)
        self._by_word, self._wordless = _indexed(self._templates)

    def find(self, text: str) -> str | None:
        """A sentence in this language; None when the catalogue does not have it."""
        return self._find(text, _DEEPEST)

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences of this language as one."""
        return self._marks.separators["list"].join(sentences)

    def about(self, name: str, sentence: str) -> str:
        """A sentence of this language with what it is about in front."""
        return f"{name}{self._marks.colon}{sentence}"

    def _find(self, text: str, depth: int) -> str | None:
        if text in self._plain:
            return self._plain[text]
        if depth:
            for template in self._candidates(text):
                parts = template.parts_of(text)
                if parts is not None and (said := self._filled(template, parts, depth - 1)) is not None:
                    return said
        return None

    def _candidates(self, text: str) -> Iterator[_Template]:
        found = {place for word in text.split() for place in self._by_word.get(word, ())}
        return (self._templates[place] for place in sorted(found.union(self._wordless)))

    def _filled(self, template: _Template, parts: list[str], depth: int) -> str | None:
        facts = {}
        for (name, kind), part in zip(template.holes, parts, strict=True):
            fact = self._fact(kind, part, depth)
            if fact is None:
                return None
            facts[name] = fact
        return template.other.format(**facts)

    def _fact(self, kind: str, part: str, depth: int) -> str | None:
        """What to put into a hole of the other language; None: it may not hold that."""
        match kind:
            case "number":
                return part.replace(".", self._marks.decimal) if _NUMBER.fullmatch(part) else None
            case "quoted":
                is_quoted = len(part) > 1 and part[0] in _QUOTES and part[-1] == part[0]
                return part[1:-1] if is_quoted else None
            case "known":
                return self._find(part, depth)
            case "said":
                return self._find(part, depth) or part
            case "":
                return part
            case _:
                each = (self._find(one, depth) or one for one in part.split(_SEPARATORS[kind]))
                return self._marks.separators[kind].join(each)


def merged(parts: Iterable[Mapping[str, str]], typeset: Callable[[str], str]) -> dict[str, str]:
    """The sentences of all areas, each in one of them only."""
    counts = Counter(english for part in parts for english in part)
    twice = [english for english, count in counts.items() if count > 1]
    assert not twice, f"in several areas: {twice}"
    return {english: typeset(other) for part in parts for english, other in part.items()}


def _template(english: str, other: str) -> _Template:
    literals, holes = [""], []
    for literal, name, kind, _ in Formatter().parse(english):
        literals[-1] += literal
        if name is not None:
            holes.append((name, kind or ""))
            literals.append("")
    return _Template(tuple(literals), tuple(holes), other)


def _indexed(templates: list[_Template]) -> tuple[dict[str, list[int]], list[int]]:
    """The places of the templates by a word that each must have, the rarest of its words; and of those
    without a word."""
    counts = Counter(word for template in templates for word in set(template.words()))
    by_word: dict[str, list[int]] = {}
    wordless = []
    for place, template in enumerate(templates):
        words = sorted(template.words(), key=lambda word: (counts[word], word))
        if words:
            by_word.setdefault(words[0], []).append(place)
        else:
            wordless.append(place)
    return by_word, wordless
