"""What is kept, how long, and what is taken out of it."""

from __future__ import annotations

KEPT = {
    "all before that day: {calls:number} calls, {refused:number} refused calls": (
        "tout ce qui précède ce jour : {calls} appels, {refused} appels refusés"
    ),
    "nothing has used them since that day: {files:number} files": (
        "inutilisés depuis ce jour : {files} fichiers"
    ),
    "places: {places:number}": "endroits : {places}",
    "erased": "effacé",
    "must begin with + and the country's code, such as +14255550100": (
        "doit commencer par + et l'indicatif du pays, comme +14255550100"
    ),
    "must be a number that its country has, such as +14255550100": (
        "doit être un numéro qui existe dans son pays, comme +14255550100"
    ),
}
