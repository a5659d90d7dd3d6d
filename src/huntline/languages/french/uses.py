"""What is in use and by what, so that it cannot be removed."""

from __future__ import annotations

USES = {
    "domain {name} is in use: {uses:list}": "le domaine {name} est encore utilisé : {uses}",
    "user {name} is in use: {uses:list}": "l'utilisateur {name} est encore référencé : {uses}",
    "group {name} is in use: {uses:list}": "le groupe {name} est encore utilisé : {uses}",
    "number {name} is in use: {uses:list}": "le numéro {name} est encore utilisé : {uses}",
    "trunk {name} is in use: {uses:list}": "le trunk {name} est encore utilisé : {uses}",
    "queue {name} is in use: {uses:list}": "la file d'attente {name} est encore utilisée : {uses}",
    "audio file {name} is in use: {uses:list}": "le fichier audio {name} est encore utilisé : {uses}",
    "caller-ID policy {name} is in use: {uses:list}": (
        "la stratégie d'identification {name} est encore utilisée : {uses}"
    ),
    "and {count:number} more": "et {count} autres",
    # domains
    "queue {name} is in it": "la file d'attente {name} s'y trouve",
    "queue {name} has it in its primary URI": "la file d'attente {name} l'a dans son URI principal",
    "user {upn} is in it": "l'utilisateur {upn} s'y trouve",
    # users and groups
    "queue {name} has it as an agent": "la file d'attente {name} le compte parmi ses agents",
    "queue {name} has its agents from it": "la file d'attente {name} en tire ses agents",
    "group {name} has it as a member": "le groupe {name} le compte parmi ses membres",
    # forwards
    "queue {name} forwards to it {when:known} ({field})": (
        "la file d'attente {name} y transfère les appels {when} ({field})"
    ),
    "when it is full": "quand elle est pleine",
    "after the maximum wait": "après le délai d'attente maximal",
    "without agents": "quand personne ne la dessert",
    "user {upn} forwards all calls to it ({field})": (
        "l'utilisateur {upn} y transfère tous ses appels ({field})"
    ),
    "user {upn} forwards calls to it when busy ({field})": (
        "l'utilisateur {upn} y renvoie ses appels quand il est occupé ({field})"
    ),
    "user {upn} forwards calls to it without an answer ({field})": (
        "l'utilisateur {upn} y renvoie ses appels restés sans réponse ({field})"
    ),
    "user {upn} forwards calls to it when not reachable ({field})": (
        "l'utilisateur {upn} y renvoie ses appels quand il est injoignable ({field})"
    ),
    "user {upn} has it rung, too (also_ring)": "l'utilisateur {upn} le fait sonner aussi (also_ring)",
    "user {upn} has it as voicemail ({field})": "l'utilisateur {upn} l'a comme messagerie vocale ({field})",
    # numbers
    "queue {name} is called by it": "c'est le numéro de la file d'attente {name}",
    "it is the number of user {upn}": "c'est le numéro de l'utilisateur {upn}",
    "caller-ID policy {name} shows it": "la stratégie d'identification {name} l'affiche",
    # caller-ID policies
    "it is granted to user {upn}": "elle est accordée à l'utilisateur {upn}",
    "it is granted to group {name}": "elle est accordée au groupe {name}",
    # sounds
    "queue {name} has it as its greeting": "la file d'attente {name} l'a comme accueil",
    "queue {name} plays it when it is full": "la file d'attente {name} le diffuse quand elle est pleine",
    "queue {name} plays it after the maximum wait": (
        "la file d'attente {name} le diffuse au terme de l'attente maximale"
    ),
    "queue {name} plays it when nobody serves": (
        "la file d'attente {name} le diffuse quand aucun agent ne la sert"
    ),
    "queue {name} plays it before it hangs up": "la file d'attente {name} le diffuse avant de raccrocher",
    "queue {name} tells it to callers who wait": (
        "la file d'attente {name} le diffuse aux appelants qui attendent"
    ),
    "queue {name} has it as its music on hold": "la file d'attente {name} l'a comme musique d'attente",
}
