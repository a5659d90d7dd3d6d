"""Calls and agents, as far as they are told in sentences; reasons are in ``languages/reasons.py``."""

from __future__ import annotations

CALLS = {
    # what callers are told
    "We are sorry: nobody can take your call at the moment. Please call again later. Goodbye.": (
        "Nous sommes désolés : personne ne peut prendre votre appel pour le moment."
        " Merci de rappeler plus tard. Au revoir."
    ),
    # why calls were refused
    "nobody here has this number or name": "personne ici ne possède ce numéro ou ce nom",
    "calls are taken from users and from known providers only": (
        "seuls les appels des utilisateurs et des opérateurs connus sont acceptés"
    ),
    "the caller did not prove who they are": "l'appelant n'a pas prouvé son identité",
    "the caller has no licence for calls to the outside": (
        "l'appelant n'a pas de licence pour les appels vers l'extérieur"
    ),
    "calls to numbers of this class are not allowed": (
        "les appels vers les numéros de cette catégorie ne sont pas autorisés"
    ),
    "the ceiling of international calls of this day is reached": (
        "le plafond d'appels internationaux de la journée est atteint"
    ),
    "as many calls are up as the organization may have (max_calls)": (
        "l'organisation a atteint son nombre maximal d'appels simultanés (max_calls)"
    ),
    "more new calls come in a second than the organization may have (max_calls_per_second)": (
        "l'organisation reçoit plus de nouveaux appels par seconde qu'elle ne peut en avoir"
        " (max_calls_per_second)"
    ),
    "test calls reach queues and attendants only": (
        "les appels d'essai n'atteignent que les files d'attente et les standards automatiques"
    ),
    "there is no audio that both sides can use": "aucun format audio commun aux deux côtés",
    "the two sides do not agree on whether the audio is encrypted (SRTP)": (
        "les deux côtés ne s'accordent pas sur le chiffrement du son (SRTP)"
    ),
    "there is no audio at the moment": "l'audio est indisponible pour le moment",
    "no phone of the person is registered": "aucun téléphone de cette personne n'est enregistré",
    "the call to take over is not there": "l'appel à reprendre n'existe pas",
    "the call to take over is somebody else's": "l'appel à reprendre appartient à quelqu'un d'autre",
    "the request is malformed or asks for what this server does not have": (
        "la requête est mal formée ou demande ce que ce serveur ne possède pas"
    ),
    "too many hops": "trop de renvois",
    "as many calls are up as the server may have": "le serveur a atteint son nombre maximal d'appels",
    # decisions
    "nothing was decided about you for a call {call:quoted}": (
        "rien n'a été décidé à votre sujet pour un appel « {call} »"
    ),
    # one's own calls
    "answered after {seconds:number} s": "pris après {seconds} s",
    "answered by {name} after {seconds:number} s": "pris par {name} après {seconds} s",
    "missed": "manqué",
    "declined": "refusé",
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
