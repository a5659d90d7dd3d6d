"""Finding people by the letters on the keys of a telephone (ITU-T E.161), and by extension."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from huntline.attendant.model import Person

LONGEST_EXTENSION = 6

_KEYS = {
    letter: key
    for key, letters in enumerate(("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), 2)
    for letter in letters
}
_UNFOLDED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "\u0131": "i"}
)
"""Letters that have no accent that Unicode could take away."""
_BETWEEN_WORDS = re.compile(r"[\s\-\u2010-\u2015_,;/()]+")
_PAST_EVERY_KEY = ":"  # the character behind 9


def keys_of(text: str) -> str:
    """The keys that spell a text, accents folded; what is on no key is left out."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_UNFOLDED))
    return "".join(str(_KEYS[letter]) for letter in plain if letter in _KEYS)


class DialDirectory:
    """People by what a caller may type: looking one up takes the time of a few comparisons, among ten
    thousand as well. ``people`` are all of them."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = tuple(people)
        self._names = sorted(
            (spelling, place)
            for place, person in enumerate(self.people)
            for spelling in _spellings(person.name)
        )
        self._by_extension = {person.extension: person for person in self.people if person.extension}
        self._extensions = sorted(self._by_extension)
        self.longest_extension = max(map(len, self._extensions), default=0)

    def named(self, keys: str, most: int) -> tuple[Person, ...]:
        """People whose first name, last name or both, in either order, begin with these keys; at most so
        many, in the order of their names' keys."""
        found: dict[int, None] = {}
        for _, place in self._beginning_with(keys):
            found[place] = None
            if len(found) == most:
                break
        return tuple(self.people[place] for place in found)

    def goes_on(self, keys: str) -> bool:
        """Whether more keys could tell people apart whose names begin with these."""
        return any(spelling != keys for spelling, _ in self._beginning_with(keys))

    def with_extension(self, digits: str) -> Person | None:
        """Who has this extension."""
        return self._by_extension.get(digits)

    def extension_goes_on(self, digits: str) -> bool:
        """Whether somebody has an extension that begins with these digits and is longer."""
        place = bisect_left(self._extensions, digits + "0")
        return place < len(self._extensions) and self._extensions[place].startswith(digits)

    def _beginning_with(self, keys: str) -> Iterator[tuple[str, int]]:
        first = bisect_left(self._names, (keys,))
        last = bisect_left(self._names, (keys + _PAST_EVERY_KEY,))
        return (self._names[place] for place in range(first, last))


def _spellings(name: str) -> set[str]:
    """A name from each of its words on, round to the one before: first name first, last name first, and a
    second half of either."""
    words = [keys for word in _BETWEEN_WORDS.split(name) if (keys := keys_of(word))]
    return {"".join((*words[place:], *words[:place])) for place in range(len(words))}
