"""What attendants say by themselves, in each language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from huntline.attendant.model import Person


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language; words in braces are filled in."""

    press: str  # of a menu, and of people to choose from
    keys: Mapping[str, str]  # keys that are no digits, as they are spoken
    operator: str
    repeat: str
    back: str
    by_name: str
    by_extension: str
    disconnect: str
    wrong_key: str
    nothing_pressed: str
    type_name: str
    type_extension: str
    nobody: str
    no_extension: str
    more_letters: str
    more_people: str
    start_again: str
    with_extension: str
    farewell: str

    def as_they_are(self) -> Iterator[str]:
        """The sentences in which nothing is filled in."""
        sentences = (getattr(self, each.name) for each in fields(self))
        return (each for each in sentences if isinstance(each, str) and "{" not in each)


_SENTENCES: Mapping[str, Sentences] = {
    "en": Sentences(
        press="For {what}, press {key}.",
        keys={"*": "star", "#": "pound"},
        operator="the operator",
        repeat="To hear this again, press {key}.",
        back="To go back, press {key}.",
        by_name="To reach somebody by name, press {key}.",
        by_extension="If you know the extension, press {key}.",
        disconnect="To end the call, press {key}.",
        wrong_key="That is not one of the choices.",
        nothing_pressed="No key was pressed.",
        type_name="Spell the first or the last name on the keys of your phone, then press pound.",
        type_extension="Enter the extension, then press pound.",
        nobody="Nobody of that name was found.",
        no_extension="There is no such extension.",
        more_letters="There are more than three. Please go on spelling, then press pound.",
        more_people="For others, press pound.",
        start_again="To start again, press star.",
        with_extension="{name}, extension {extension}",
        farewell="Thank you for your call. Goodbye.",
    ),
    "fr": Sentences(
        press="Pour {what}, tapez {key}.",
        keys={"*": "étoile", "#": "dièse"},
        operator="le standard",
        repeat="Pour réécouter, tapez {key}.",
        back="Pour revenir en arrière, tapez {key}.",
        by_name="Pour joindre quelqu'un par son nom, tapez {key}.",
        by_extension="Si vous connaissez le numéro de poste, tapez {key}.",
        disconnect="Pour mettre fin à l'appel, tapez {key}.",
        wrong_key="Ce choix n'existe pas.",
        nothing_pressed="Aucune touche n'a été pressée.",
        type_name="Épelez le prénom ou le nom sur les touches de votre téléphone, puis tapez dièse.",
        type_extension="Composez le numéro de poste, puis tapez dièse.",
        nobody="Personne de ce nom n'a été trouvé.",
        no_extension="Ce numéro de poste n'existe pas.",
        more_letters="Il y en a plus de trois. Continuez à épeler, puis tapez dièse.",
        more_people="Pour les suivants, tapez dièse.",
        start_again="Pour recommencer, tapez étoile.",
        with_extension="{name}, poste {extension}",
        farewell="Merci de votre appel. Au revoir.",
    ),
}


def sentences_in(language: str) -> Sentences:
    """The sentences of a language, the English ones where it has none."""
    return _SENTENCES.get(language, _SENTENCES["en"])


def pressing(sentence: str, key: str, language: str, what: str = "") -> str:
    """A sentence that says which key to press."""
    spoken = sentences_in(language).keys.get(key, key)
    return sentence.format(what=what, key=spoken)


def people_in_words(people: Sequence[Person], language: str) -> Iterable[str]:
    """A sentence for each, with the keys from 1 on; of one name, their extensions tell them apart."""
    sentences = sentences_in(language)
    names = [person.name for person in people]
    for place, person in enumerate(people):
        name = person.name
        if names.count(name) > 1 and person.extension:
            extension = " ".join(person.extension)  # digit by digit
            name = sentences.with_extension.format(name=name, extension=extension)
        yield pressing(sentences.press, str(place + 1), language, name)
