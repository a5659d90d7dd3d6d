"""What administrators are told by mail of a user who has come to a ceiling of international calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """The subject and the text of a mail, in both languages: nobody knows which one is read."""

    subject: str
    text: str


def alarm_words(upn: str, organization: str, calls: int, minutes: int, at: datetime) -> AlarmWords:
    """The words for an alarm of that moment."""
    return AlarmWords(
        f"{upn}: ceiling of international calls reached / plafond d'appels internationaux atteint",
        f"On {at:%d %b %Y} at {at:%H:%M} ({at.tzname()}), {upn} of {organization} came to the ceiling of"
        f" international and premium calls of a day: {calls} calls, {minutes} minutes.\n"
        "Further ones are refused until midnight. If the user did not make these calls, somebody else has the"
        " password: give the user's phones another one.\n\n"
        f"Le {at:%d/%m/%Y} à {at:%H:%M} ({at.tzname()}), {upn} ({organization}) a atteint le plafond"
        f" quotidien d'appels internationaux et surtaxés : {calls} appels, {minutes} minutes.\n"
        "Les suivants sont refusés jusqu'à minuit. Si ces appels ne viennent pas de cette personne, quelqu'un"
        " d'autre possède son mot de passe : donnez-en un nouveau à ses téléphones.\n",
    )
