"""Why calls went as they did: who was rung and who was not, exits, ends, and answers to "why"."""

from __future__ import annotations

CALLS = {
    # what an agent does, and why nobody rings them
    "ready": "prêt",
    "being rung": "en train d'être appelé",
    "being rung: {queue}": "en train d'être appelé : {queue}",
    "talking on a queue call": "en communication pour une file d'attente",
    "talking on a queue call: {queue}": "en communication pour une file d'attente : {queue}",
    "on another call": "déjà en communication",
    "opted out": "désinscrit de la file d'attente",
    "do not disturb": "ne pas déranger",
    "offline": "hors ligne",
    "offline: no phone registered": "hors ligne : aucun téléphone enregistré",
    "offline: presence": "hors ligne d'après sa présence",
    "presence busy": "présence : occupé",
    "presence away": "présence : absent",
    "presence offline": "présence : hors ligne",
    "presence do-not-disturb": "présence : ne pas déranger",
    "paused": "en pause",
    "paused: {reason}": "en pause : {reason}",
    "in wrap-up": "en post-appel",
    "in wrap-up until {time}": "en post-appel jusqu'à {time}",
    "left alone": "laissé tranquille",
    "left alone until {time}: {reason:said}": "laissé tranquille jusqu'à {time} : {reason}",
    "no longer in this queue": "n'est plus dans cette file d'attente",
    # why somebody is rung
    "all available agents are rung": "tous les agents disponibles sont appelés",
    "first of the list in this round": "premier de la liste dans ce tour",
    "next after the agent rung last": "suivant après le dernier agent appelé",
    "idle for the longest time": "libre depuis le plus longtemps",
    "lost the race for the last call": "devancé de peu pour le dernier appel",
    # why phones stop ringing
    "answered elsewhere": "un autre a pris l'appel",
    "caller gone": "l'appelant est parti",
    "no answer": "pas de réponse",
    "call moved on": "l'appel a continué ailleurs",
    "no longer allowed": "ne peut plus être appelé",
    "settings changed": "réglages modifiés",
    "an earlier call is back at the head": "un appel plus ancien est revenu en tête",
    "no audio path": "aucune liaison audio",
    # exits
    "{count:number} calls wait, the maximum": "{count} appels attendent, le maximum",
    "nobody serves this queue": "personne ne dessert cette file d'attente",
    "waited {seconds:number} s, the maximum": "a attendu {seconds} s, le maximum",
    "the queue was removed": "la file d'attente a été supprimée",
    "{reason:known}: {what:known}": "{reason} : {what}",
    "{reason:known}; {what:known}": "{reason} ; {what}",
    "disconnected": "appel raccroché",
    "forwarded to {target}": "appel transféré vers {target}",
    "went round in a circle": "le transfert a tourné en rond",
    "forwarded to a queue that is gone": "transféré vers une file d'attente qui n'existe plus",
    "forward failed: {reason:said}": "le transfert a échoué : {reason}",
    "the forward gave no result": "le transfert n'a rien donné",
    # transfers
    "to {target}": "vers {target}",
    "to {target}, who is still rung": "vers {target}, dont le téléphone sonne encore",
    "transferred to {target}": "transféré vers {target}",
    "transfer failed: {reason:said}": "le transfert par l'agent a échoué : {reason}",
    "the transfer gave no result": "le transfert par l'agent n'a rien donné",
    "back in line: {reason:said}": "revenu en attente : {reason}",
    "the agent hung up while {target} was rung": "l'agent a raccroché pendant que {target} était appelé",
    # waiting and answering
    "nobody can be rung: {counts:commas}": "personne ne peut être appelé : {counts}",
    "{count:number} {state:known}": "{state} ({count})",
    "the queue has no agents": "la file d'attente n'a pas d'agents",
    "{seconds:number} s after the call arrived": "{seconds} s après l'arrivée de l'appel",
    # ends
    "the caller hung up": "l'appelant a raccroché",
    "the agent hung up": "l'agent a raccroché",
    "the agent hung up before the audio path was made": "l'agent a raccroché avant que le son passe",
    "the target hung up": "la destination a raccroché",
    "the server is shutting down": "le serveur s'arrête",
    "no audio path in time": "aucune liaison audio à temps",
    "no audio path could be made twice: allow UDP to the server, or try another browser or network": (
        "deux fois de suite, aucune liaison audio n'a pu être établie : autorisez l'UDP vers le serveur, ou"
        " essayez un autre navigateur ou un autre réseau"
    ),
    # answers about one agent
    "rung at {time}, {end:said}": "appelé à {time}, {end}",
    "not rung from {time} on: {reason:said}": "non appelé à partir de {time} : {reason}",
    "occupied by another call, {begin} to {end}": "occupé par un autre appel, de {begin} à {end}",
    "nothing was decided: no agent of the queue then, or the call was over before their turn": (
        "rien n'a été décidé : il n'était pas agent de la file d'attente à ce moment, ou l'appel a pris fin"
        " avant son tour"
    ),
    "answered at {time}": "a répondu à {time}",
    "answered at {time} ({why:said})": "a répondu à {time} ({why})",
    "declined at {time}": "a refusé à {time}",
    "declined at {time} ({why:said})": "a refusé à {time} ({why})",
    "no answer at {time}": "sans réponse à {time}",
    "no answer at {time} ({why:said})": "sans réponse à {time} ({why})",
    "failed at {time}": "échec à {time}",
    "failed at {time} ({why:said})": "échec à {time} ({why})",
    "stopped at {time}": "sonnerie arrêtée à {time}",
    "stopped at {time} ({why:said})": "sonnerie arrêtée à {time} ({why})",
    "released at {time}": "libéré à {time}",
    "released at {time} ({why:said})": "libéré à {time} ({why})",
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
    "answered in time / answered": "répondus à temps / répondus",
    "(answered in time + abandoned in time) / (answered + abandoned)": (
        "(répondus à temps + abandonnés à temps) / (répondus + abandonnés)"
    ),
}
