"""What an owner who hears messages by phone is told, and what each key does: a mailbox's menu."""

from __future__ import annotations

from huntline.calls.box_visit import BoxPrompt, BoxStep, BoxVisit, MessageChange
from huntline.calls.mailroom import Said

_CHANGES = {"2": MessageChange.SAVE, "3": MessageChange.DELETE}


class BoxListening:
    """``1`` hears the message again, ``2`` saves and ``3`` deletes it, ``#`` goes to the next one, ``9``
    records the greeting, ``*`` ends. No method waits for anything."""

    MOST_TRIES = 3
    """Wrong PINs after which the call is over; five lock the box."""

    WAITS_FOR_KEY_S = 10.0

    def counted(self, visit: BoxVisit) -> list[Said]:
        """How many messages there are."""
        new = sum(message.is_new for message in visit.messages)
        if not visit.messages:
            return []
        return [Said(BoxPrompt.MESSAGES, count=new, others=len(visit.messages) - new)]

    def introduced(self, visit: BoxVisit) -> list[Said]:
        """What is said before the message whose turn it is, or in the place of one."""
        message = visit.message
        if message is None:
            return [Said(BoxPrompt.NO_MORE if visit.messages else BoxPrompt.NO_MESSAGES)]
        said = [Said(BoxPrompt.MESSAGE, name=message.caller, count=visit.place + 1)]
        return said if message.sound is not None else [*said, Said(BoxPrompt.NOT_PLAYABLE)]

    def choices(self, visit: BoxVisit) -> list[Said]:
        """Which keys there are."""
        return [Said(BoxPrompt.CHOICES, count=visit.message is not None)]

    def changed(self, visit: BoxVisit) -> list[Said]:
        """The change that was asked for is made: it is the next one's turn."""
        saved = visit.change is MessageChange.SAVE
        visit.change, visit.place = None, visit.place + 1
        return [Said(BoxPrompt.SAVED if saved else BoxPrompt.DELETED)]

    def pressed(self, visit: BoxVisit, key: str) -> None:
        """Take a key; what follows is the step that the visit is in then."""
        if key == "*":
            visit.step, visit.last_word = BoxStep.SPEAKING, BoxPrompt.GOODBYE
        elif key == "9":
            visit.step = BoxStep.BEEP
        elif visit.message is None:
            return
        elif key in _CHANGES:
            visit.step, visit.change = BoxStep.CHANGING, _CHANGES[key]
        elif key == "#":
            visit.place += 1
