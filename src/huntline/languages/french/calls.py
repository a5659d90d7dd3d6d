"""Calls and agents, as far as they are told in sentences; reasons are in ``languages/reasons.py``."""

from __future__ import annotations

CALLS = {
    # decisions
    "nothing was decided about you for a call {call:quoted}": (
        "rien n'a été décidé à votre sujet pour un appel « {call} »"
    ),
    # one's own calls
    "answered after {seconds:number} s": "pris après {seconds} s",
    "answered by {name} after {seconds:number} s": "pris par {name} après {seconds} s",
    "missed": "manqué",
    "no call {call:quoted} goes on now": "aucun appel « {call} » n'est en cours",
    "there is no call {call:quoted} in the history": "il n'y a pas d'appel « {call} » dans l'historique",
    # agents steered
    "{agent} is no agent": "{agent} n'est pas un agent",
    "{agent} is an agent of no queue": "{agent} n'est agent d'aucune file d'attente",
    "{agent} is not an agent of {queue}": "{agent} n'est pas un agent de {queue}",
    "{queue} does not allow its agents to opt out": "{queue} ne permet pas à ses agents de se retirer",
    "you are no agent of a queue {queue:quoted}": "vous n'êtes pas agent d'une file d'attente « {queue} »",
    # reports
    "answered in time / offered": "répondus à temps / présentés",
    "answered in time / answered": "répondus à temps / répondus",
    "(answered in time + abandoned in time) / (answered + abandoned)": (
        "(répondus à temps + abandonnés à temps) / (répondus + abandonnés)"
    ),
}
