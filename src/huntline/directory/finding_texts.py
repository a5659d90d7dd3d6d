"""What ``huntline check`` says, in each of its languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from huntline.directory.organization import Lack
from huntline.languages.translation import Language, in_language
from huntline.languages.typography import typeset


class Severity(StrEnum):
    """How bad it is: calls are lost, calls go otherwise than is likely meant, or good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class FindingText:
    """One thing to say; words in braces are filled in."""

    severity: Severity
    en: str
    fr: str


TEXTS: Mapping[str, FindingText] = {
    "audio-out-of-reach": FindingText(
        Severity.ERROR,
        "Phones that register at {listener} hear nothing and are not heard: audio stays at {address}, which"
        " only this machine reaches; leave media_address out, or set it to an address that phones can reach.",
        "Les téléphones qui s'enregistrent sur {listener} n'ont aucun son, ni dans un sens ni dans l'autre :"
        " l'audio reste sur {address}, que seule cette machine peut joindre ; retirez media_address, ou"
        " donnez-lui une adresse que les téléphones peuvent joindre.",
    ),
    "out-of-browsers": FindingText(
        Severity.ERROR,
        "No browser opens {address}: all of them keep away from port {port}, whatever listens there; choose"
        " another one, or put a proxy in front and name it with page_origins and websocket_url.",
        "Aucun navigateur n'ouvre {address} : tous évitent le port {port}, quoi qu'il y ait derrière ;"
        " choisissez-en un autre, ou mettez un proxy devant et indiquez-le avec page_origins et"
        " websocket_url.",
    ),
    "audio-address": FindingText(
        Severity.NOTE,
        "Phones on other machines are told to send audio to {address}; if some reach this server by a public"
        " address before a NAT, name that with network.",
        "Les téléphones des autres machines reçoivent la consigne d'envoyer l'audio à {address} ; si certains"
        " joignent ce serveur par une adresse publique devant un NAT, indiquez-la avec network.",
    ),
    "audio-by-network": FindingText(
        Severity.NOTE,
        "Phones are told to reach this server, audio too, at {networks}; all others at {address}.",
        "Les téléphones reçoivent la consigne de joindre ce serveur, audio compris, à {networks} ; tous les"
        " autres à {address}.",
    ),
    "certificate-expired": FindingText(
        Severity.ERROR,
        "The certificate of {subject} expired on {until}: phones refuse TLS; renew it, and load it with"
        " huntline certificate reload.",
        "Le certificat de {subject} a expiré le {until} : les téléphones refusent TLS ; renouvelez-le, puis"
        " chargez-le avec huntline certificate reload.",
    ),
    "certificate-ends-soon": FindingText(
        Severity.WARNING,
        "The certificate of {subject} ends on {until}, and nothing has renewed it; renew it, and load it with"
        " huntline certificate reload.",
        "Le certificat de {subject} prend fin le {until}, et rien ne l'a renouvelé ; renouvelez-le, puis"
        " chargez-le avec huntline certificate reload.",
    ),
    "certificate-not-yet-valid": FindingText(
        Severity.ERROR,
        "The certificate of {subject} does not count before {begins}: phones refuse TLS; set the clock right,"
        " or take another one.",
        "Le certificat de {subject} n'est pas valable avant le {begins} : les téléphones refusent TLS ;"
        " mettez l'horloge à l'heure, ou prenez-en un autre.",
    ),
    "certificate-of-demo": FindingText(
        Severity.WARNING,
        "The certificate of {subject} was made for trying out: nobody vouches for it, and phones refuse it;"
        " take one of a certificate authority.",
        "Le certificat de {subject} a été fait pour essayer : personne ne s'en porte garant, et les"
        " téléphones le refusent ; prenez celui d'une autorité de certification.",
    ),
    "certificate-without-domain": FindingText(
        Severity.WARNING,
        "No certificate is for {domain}: phones that have it as their server refuse TLS; take one with that"
        " name in it beside {names}, or give phones one of these as server.",
        "Aucun certificat n'est pour {domain} : les téléphones qui l'ont comme serveur refusent TLS ;"
        " prenez-en un qui porte ce nom en plus de {names}, ou donnez aux téléphones un de ces noms comme"
        " serveur.",
    ),
    "certificate-unusable": FindingText(
        Severity.ERROR,
        "TLS goes on with the certificate that was loaded last, if any: {reason}",
        "TLS continue avec le dernier certificat chargé, s'il y en a un : {reason}",
    ),
    "no-trunk": FindingText(
        Severity.WARNING,
        "No call from outside reaches {queues}: the organization has no trunk; add one with the addresses"
        " that the provider sends calls from.",
        "Aucun appel de l'extérieur n'atteint {queues} : l'organisation n'a pas de trunk ; ajoutez-en un avec"
        " les adresses d'où l'opérateur envoie les appels.",
    ),
    "dead-end": FindingText(
        Severity.ERROR,
        "{name} has no agent who can be rung, and every caller is disconnected in the end; add agents, or"
        " forward the callers.",
        "{name} n'a aucun agent joignable, et chaque appelant finit par être raccroché ; ajoutez des agents,"
        " ou transférez les appelants.",
    ),
    "waits-in-vain": FindingText(
        Severity.WARNING,
        "{name} has no agent who can be rung; callers wait {time} in vain before they are forwarded; say with"
        " no_agents what is to happen at once.",
        "{name} n'a aucun agent joignable ; les appelants attendent {time} en vain avant d'être transférés ;"
        " dites avec no_agents ce qui doit se passer tout de suite.",
    ),
    "agents-never-rung": FindingText(
        Severity.WARNING,
        "The agents of {name} are never rung, because {field} is 0.",
        "Les agents de {name} ne sont jamais appelés, car {field} vaut 0.",
    ),
    "forward-ends-nowhere": FindingText(
        Severity.ERROR,
        "{name} forwards to {target}, which is nobody's ({field}).",
        "{name} transfère vers {target}, qui n'est à personne ({field}).",
    ),
    "target-cannot-take-calls": FindingText(
        Severity.ERROR,
        "{name} forwards to {target} ({field}), who lacks {lacks}.",
        "{name} transfère vers {target} ({field}), à qui il manque {lacks}.",
    ),
    "no-outbound-trunk": FindingText(
        Severity.ERROR,
        "{name} forwards to {target} ({field}), but no trunk in use has a host to send calls to.",
        "{name} transfère vers {target} ({field}), mais aucun trunk en service n'a d'hôte où envoyer les"
        " appels.",
    ),
    "cannot-be-rung": FindingText(
        Severity.WARNING,
        "{name} reaches people who cannot be rung: {people}.",
        "{name} compte des personnes qui ne peuvent pas être appelées : {people}.",
    ),
    "past-agent-limit": FindingText(
        Severity.WARNING,
        "{name} reaches more people than its agent_limit of {limit} lets it ring; left out: {people}.",
        "{name} compte plus de personnes que sa limite agent_limit de {limit} ne permet d'appeler ; laissées"
        " de côté : {people}.",
    ),
    "queue-not-called": FindingText(
        Severity.WARNING,
        "{name} has no number and nothing forwards to it; it can only be dialled by its name.",
        "{name} n'a pas de numéro et rien ne transfère vers elle ; on ne peut que composer son nom.",
    ),
    "attendant-not-called": FindingText(
        Severity.WARNING,
        "{name} has no number and nothing leads to it; it can only be dialled by its name.",
        "{name} n'a pas de numéro et rien n'y mène ; on ne peut que composer son nom.",
    ),
    "never-open": FindingText(
        Severity.ERROR,
        "{name} is never open: its hours have no span on any day; leave them out if it is always open.",
        "{name} n'est jamais ouvert : ses heures n'ont de plage aucun jour ; retirez-les s'il est toujours"
        " ouvert.",
    ),
    "never-closed": FindingText(
        Severity.WARNING,
        "Nobody ever hears after_hours of {name}, which is always open.",
        "Personne n'entend jamais after_hours de {name}, qui est toujours ouvert.",
    ),
    "holiday-hidden": FindingText(
        Severity.WARNING,
        "The holiday {holiday} of {name} never counts: all its days are in {other}, which is listed first.",
        "Le jour férié {holiday} de {name} ne compte jamais : tous ses jours sont dans {other}, listé avant.",
    ),
    "attendant-dead-end": FindingText(
        Severity.ERROR,
        "{name} disconnects every caller in the end ({field}); give it a target, or a key that leads on.",
        "{name} finit par raccrocher chaque appel ({field}) ; donnez-lui une destination, ou une touche qui"
        " mène quelque part.",
    ),
    "menu-without-keys": FindingText(
        Severity.ERROR,
        "The menu of {name} has no keys and no operator ({field}).",
        "Le menu de {name} n'a ni touche ni standardiste ({field}).",
    ),
    "directory-empty": FindingText(
        Severity.WARNING,
        "Key {key_pressed} of {name} leads to a directory in which nobody is ({field}).",
        "La touche {key_pressed} de {name} mène à un annuaire où il n'y a personne ({field}).",
    ),
    "no-extensions": FindingText(
        Severity.WARNING,
        "Key {key_pressed} of {name} asks for an extension, but nobody in its directory has one ({field}).",
        "La touche {key_pressed} de {name} demande un numéro de poste, mais personne dans son annuaire n'en a"
        " ({field}).",
    ),
    "wait-shorter-than-ring": FindingText(
        Severity.WARNING,
        "{name} lets callers wait {time}, but rings an agent for {ring}: each first ring is cut short.",
        "{name} laisse attendre {time}, mais sonne chez un agent pendant {ring} : la première sonnerie est"
        " toujours écourtée.",
    ),
    "last-agents-not-reached": FindingText(
        Severity.WARNING,
        "{name} rings its {count} agents one by one for {ring} each; within the wait of {time} the last"
        " {unreached} can be reached only if others decline or are not free.",
        "{name} appelle ses {count} agents un par un pendant {ring} ; dans l'attente de {time}, le tour des"
        " derniers ({unreached}) ne vient que si d'autres refusent ou ne sont pas libres.",
    ),
    "policy-not-granted": FindingText(
        Severity.NOTE,
        "The caller-ID policy {name} is granted to nobody.",
        "La stratégie d'identification {name} n'est accordée à personne.",
    ),
    "number-not-used": FindingText(
        Severity.NOTE,
        "The number {name} belongs to no queue, no attendant and no user, and no policy shows it.",
        "Le numéro {name} n'est à aucune file, à aucun standard automatique ni à personne, et aucune"
        " stratégie ne l'affiche.",
    ),
    "sound-not-used": FindingText(
        Severity.NOTE,
        "The sound {name} is played by no queue and no attendant.",
        "Le son {name} n'est joué par aucune file ni par aucun standard automatique.",
    ),
    "toll-free-without-credits": FindingText(
        Severity.ERROR,
        "The number {name} is toll-free, but communication_credits are switched off.",
        "Le numéro {name} est gratuit pour l'appelant, mais communication_credits est désactivé.",
    ),
    "longest-time": FindingText(
        Severity.NOTE,
        "Before somebody answers, a caller of {name} can spend at most {time}: {way}.",
        "Avant que quelqu'un réponde, un appelant de {name} peut passer au plus {time} : {way}.",
    ),
}
"""By the id of the finding."""

AND = {"en": " and ", "fr": " et "}
AND_MORE = {"en": "and {count} more", "fr": "et {count} autres"}
LACKS = {"en": "{upn} (lacks {lacks})", "fr": typeset("{upn} (manque : {lacks})")}
THEN = {"en": ", then ", "fr": ", puis "}
STAY = {"en": "{time} in {name}", "fr": "{time} dans {name}"}
CALL_ENDS = {"en": "the call ends", "fr": "l'appel prend fin"}
_UNITS = {
    "en": (("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    "fr": (("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")),
}


def lacks_in_words(lacks: tuple[Lack, ...], language: Language) -> str:
    """What somebody lacks for calls."""
    return AND[language].join(in_language(lack, language) for lack in lacks)


def time_in_words(seconds: float, language: Language) -> str:
    """A duration to the second, such as ``20 minutes 30 seconds``."""
    whole = round(seconds)
    amounts = (whole // 3600, whole // 60 % 60, whole % 60)
    words = [
        f"{amount} {one if amount == 1 else many}"
        for amount, (one, many) in zip(amounts, _UNITS[language], strict=True)
        if amount
    ]
    return " ".join(words) or f"0 {_UNITS[language][2][1]}"
