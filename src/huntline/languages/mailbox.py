"""What callers hear in a mailbox, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence is about: whose box it is or who has called, and numbers of messages."""

    name: str = ""
    count: int = 0
    others: int = 0


Sentence = Callable[[Facts], str]

_KEYS = (
    "Press 1 to hear it again, 2 to save it, 3 to delete it, hash for the next message. "
    "Press 9 to record your greeting, star to end."
)
_TOUCHES = (
    "Appuyez sur 1 pour le réécouter, 2 pour le sauvegarder, 3 pour l’effacer, "
    "dièse pour le message suivant. "
    "Appuyez sur 9 pour enregistrer votre annonce, étoile pour terminer."
)


def _counted(facts: Facts) -> str:
    new = f"{facts.count} new {'message' if facts.count == 1 else 'messages'}"
    return f"You have {new} and {facts.others} old." if facts.others else f"You have {new}."


def _counted_in_french(facts: Facts) -> str:
    new = f"{facts.count} nouveau message" if facts.count < 2 else f"{facts.count} nouveaux messages"
    old = f"{facts.others} ancien" if facts.others < 2 else f"{facts.others} anciens"
    return f"Vous avez {new} et {old}." if facts.others else f"Vous avez {new}."


def _always(text: str) -> Sentence:
    return lambda facts: text


SENTENCES: Mapping[str, Mapping[str, Sentence]] = {
    "en": {
        "greeting": lambda facts: (
            f"You have reached the voicemail of {facts.name}. Please leave a message after the tone."
        ),
        "full": lambda facts: (
            f"The voicemail of {facts.name} is full, and takes no message now. Please call again later."
            if facts.name
            else "This voicemail is full, and takes no message now. Please call again later."
        ),
        "cannot-record": _always("Sorry, this is not possible now. Please call again later."),
        "stored": _always("Thank you. Your message has been left. Goodbye."),
        "not-stored": _always("No message has been left. Goodbye."),
        "no-pin": _always("This voicemail has no PIN, and cannot be opened by phone. Goodbye."),
        "enter-pin": _always("Please enter your PIN, then press hash."),
        "wrong-pin": _always("This PIN is not accepted."),
        "locked": _always(
            "This voicemail is locked, since a wrong PIN was entered several times. "
            "Please try again in fifteen minutes. Goodbye."
        ),
        "messages": _counted,
        "no-messages": _always("You have no messages."),
        "message": lambda facts: f"Message {facts.count}, from {facts.name}.",
        "not-playable": _always("This message cannot be played."),
        "choices": lambda facts: _KEYS if facts.count else "Press 9 to record your greeting, star to end.",
        "saved": _always("Saved."),
        "deleted": _always("Deleted."),
        "no-more": _always("There are no more messages."),
        "record-greeting": _always("Speak your greeting after the tone, then press hash."),
        "greeting-stored": _always("Your greeting has been saved."),
        "greeting-not-stored": _always("Nothing was recorded. Your greeting stays as it was."),
        "goodbye": _always("Goodbye."),
        "anonymous": _always("an unknown caller"),
    },
    "fr": {
        "greeting": lambda facts: (
            f"Vous êtes sur la messagerie vocale de {facts.name}. Veuillez laisser un message après le bip."
        ),
        "full": lambda facts: (
            f"La messagerie vocale de {facts.name} est pleine et ne prend plus de message. "
            "Veuillez rappeler plus tard."
            if facts.name
            else "Cette messagerie vocale est pleine et ne prend plus de message. "
            "Veuillez rappeler plus tard."
        ),
        "cannot-record": _always("Désolé, ce n’est pas possible actuellement. Veuillez rappeler plus tard."),
        "stored": _always("Merci. Votre message a été enregistré. Au revoir."),
        "not-stored": _always("Aucun message n’a été enregistré. Au revoir."),
        "no-pin": _always(
            "Cette messagerie n’a pas de code et ne peut pas être consultée par téléphone. Au revoir."
        ),
        "enter-pin": _always("Veuillez composer votre code, puis appuyer sur dièse."),
        "wrong-pin": _always("Ce code n’est pas accepté."),
        "locked": _always(
            "Cette messagerie vocale est verrouillée, car un code erroné a été saisi plusieurs fois. "
            "Veuillez réessayer dans quinze minutes. Au revoir."
        ),
        "messages": _counted_in_french,
        "no-messages": _always("Vous n’avez aucun message."),
        "message": lambda facts: f"Message {facts.count}, de {facts.name}.",
        "not-playable": _always("Ce message ne peut pas être lu."),
        "choices": lambda facts: (
            _TOUCHES if facts.count else "Appuyez sur 9 pour enregistrer votre annonce, étoile pour terminer."
        ),
        "saved": _always("Sauvegardé."),
        "deleted": _always("Effacé."),
        "no-more": _always("Il n’y a plus de message."),
        "record-greeting": _always("Enregistrez votre annonce après le bip, puis appuyez sur dièse."),
        "greeting-stored": _always("Votre annonce est enregistrée."),
        "greeting-not-stored": _always("Rien n’a été enregistré. Votre annonce reste la même."),
        "goodbye": _always("Au revoir."),
        "anonymous": _always("un correspondant inconnu"),
    },
}
"""By language, and then by what is to be said (``calls.box_visit.BoxPrompt``)."""


FIXED = (
    *("cannot-record", "stored", "not-stored", "no-pin", "enter-pin", "wrong-pin", "locked", "no-messages"),
    *("not-playable", "choices", "saved", "deleted", "no-more", "record-greeting", "greeting-stored"),
    *("greeting-not-stored", "goodbye"),
)
"""What is the same for every box, so that it can be spoken before anybody calls."""


def fixed_sentences(language: str) -> Iterator[str]:
    """All of them; the choices while there is a message, and while there is none."""
    yield from (SENTENCES[language][what](Facts()) for what in FIXED)
    yield SENTENCES[language]["choices"](Facts(count=1))


def mailbox_sentence(what: str, language: str, facts: Facts) -> str:
    """One sentence, as it is spoken."""
    return SENTENCES[language][what](facts)


def spoken_caller(caller: str, name: str, language: str) -> str:
    """Who has called, as it is spoken: a number digit by digit."""
    if name:
        return name
    digits = caller.removeprefix("+")
    if digits.isdigit():
        return " ".join(digits)
    return SENTENCES[language]["anonymous"](Facts())


@dataclass(frozen=True, slots=True)
class MailWords:
    """What a mail about a message says."""

    subject: str
    text: str


def mail_words(language: str, caller: str, box: str, length: str, at: datetime) -> MailWords:
    """The words for a message of ``length`` (minutes and seconds) to a box."""
    if language == "fr":
        return MailWords(
            f"Message vocal de {caller} ({length})",
            f"{caller} a laissé un message de {length} sur la messagerie « {box} »\n"
            f"le {at:%d/%m/%Y} à {at:%H:%M} ({at.tzname()}).\n",
        )
    return MailWords(
        f"Voice message from {caller} ({length})",
        f"{caller} left a message of {length} in the voicemail of {box}\n"
        f"on {at:%d %b %Y} at {at:%H:%M} ({at.tzname()}).\n",
    )
