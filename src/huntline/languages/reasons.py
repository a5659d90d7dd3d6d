"""The words of reasons, in each language: a reason is data until somebody reads it.

``WORDS`` has the English and the French of each kind, with a ``{hole}`` for each field. Where a field may be
empty, ``kind/field`` has the words without it. Moments are by the clocks of the reader's time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, assert_never

from huntline.engine.model import Presence
from huntline.engine.reasons import (
    Cause,
    Count,
    Destination,
    DestinationKind,
    Obstacle,
    OnlyText,
    Reason,
    RingOutcome,
    SipAnswer,
    StopReason,
)
from huntline.languages.translation import Language, in_language
from huntline.languages.typography import typeset

Words = tuple[str, str]
"""English and French."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language, and by which clocks."""

    language: Language = "en"
    zone: tzinfo = UTC

    def choose(self, words: Words) -> str:
        """The words in the reader's language."""
        english, french = words
        match self.language:
            case "en":
                return english
            case "fr":
                return typeset(french)
            case _:
                assert_never(self.language)


WORDS: Mapping[str, Words] = {
    # what an agent does, and why nobody rings them
    Cause.READY: ("ready", "prêt"),
    Cause.NO_PHONE: ("offline: no phone registered", "hors ligne : aucun téléphone enregistré"),
    Cause.PRESENCE_OFFLINE: ("offline: presence", "hors ligne d'après sa présence"),
    Cause.OPTED_OUT: ("opted out", "désinscrit de la file d'attente"),
    Cause.DO_NOT_DISTURB: ("do not disturb", "ne pas déranger"),
    Cause.BEING_RUNG: ("being rung", "en train d'être appelé"),
    Cause.ON_QUEUE_CALL: ("talking on a queue call", "en communication pour une file d'attente"),
    Cause.ON_ANOTHER_CALL: ("on another call", "déjà en communication"),
    Cause.NOT_IN_QUEUE: ("no longer in this queue", "n'est plus dans cette file d'attente"),
    "paused": ("paused: {note}", "en pause : {note}"),
    "paused/note": ("paused", "en pause"),
    "wrap-up": ("in wrap-up until {until}", "en post-appel jusqu'à {until}"),
    "left-alone": ("left alone until {until}: {why}", "laissé tranquille jusqu'à {until} : {why}"),
    "left-alone/until": (
        "left alone until a phone registers anew: {why}",
        "laissé tranquille jusqu'au prochain enregistrement d'un téléphone : {why}",
    ),
    "presence": ("presence {presence}", "présence : {presence}"),
    "rung-for": ("being rung: {queue}", "en train d'être appelé : {queue}"),
    "talking-for": (
        "talking on a queue call: {queue}",
        "en communication pour une file d'attente : {queue}",
    ),
    # why somebody is rung
    Cause.ALL_AVAILABLE: ("all available agents are rung", "tous les agents disponibles sont appelés"),
    Cause.FIRST_OF_LIST: ("first of the list in this round", "premier de la liste dans ce tour"),
    Cause.NEXT_AFTER_LAST: ("next after the agent rung last", "suivant après le dernier agent appelé"),
    Cause.LONGEST_IDLE: ("idle for the longest time", "libre depuis le plus longtemps"),
    Cause.LOST_THE_RACE: ("lost the race for the last call", "devancé de peu pour le dernier appel"),
    # why phones stop ringing
    StopReason.ANSWERED_ELSEWHERE: ("answered elsewhere", "un autre a pris l'appel"),
    StopReason.CALLER_GONE: ("caller gone", "l'appelant est parti"),
    StopReason.NO_ANSWER: ("no answer", "pas de réponse"),
    StopReason.CALL_MOVED: ("call moved on", "l'appel a continué ailleurs"),
    StopReason.NO_LONGER_ALLOWED: ("no longer allowed", "ne peut plus être appelé"),
    StopReason.SETTINGS_CHANGED: ("settings changed", "réglages modifiés"),
    StopReason.EARLIER_CALL: (
        "an earlier call is back at the head",
        "un appel plus ancien est revenu en tête",
    ),
    StopReason.NO_AUDIO: ("no audio path", "aucune liaison audio"),
    # why a ring, or a forward, failed
    Cause.NOT_REGISTERED: ("no phone registered", "aucun téléphone enregistré"),
    Cause.NO_AUDIO_TWICE: (
        "no audio path could be made twice: allow UDP to the server, or try another browser or network",
        "deux fois de suite, aucune liaison audio n'a pu être établie : autorisez l'UDP vers le serveur, ou"
        " essayez un autre navigateur ou un autre réseau",
    ),
    Cause.NO_MORE_AUDIO: ("no audio", "plus de son"),
    Cause.NO_ACK: ("no ACK", "réponse jamais confirmée (pas d'ACK)"),
    Cause.SESSION_EXPIRED: ("session expired", "session expirée"),
    Cause.TRANSPORT_FAILED: ("transport failed", "échec du transport"),
    Cause.NO_RESPONSE: ("no response", "sans réponse du réseau"),
    Cause.UNKNOWN_USER: ("unknown user", "utilisateur inconnu"),
    Cause.PHONE_GONE: ("the phone is gone", "le téléphone n'est plus là"),
    Cause.NO_COMMON_AUDIO: (
        "the phone refuses the audio of this server: G.711, and encryption as it is set for the phone",
        "le téléphone refuse l'audio de ce serveur : G.711, avec le chiffrement réglé pour ce téléphone",
    ),
    Cause.NO_ENCRYPTION: (
        "the phone refuses encrypted audio (SRTP), which is required for it",
        "le téléphone refuse le son chiffré (SRTP), qui est exigé pour lui",
    ),
    Cause.UNKNOWN_CONTENT: (
        "the phone takes no session descriptions",
        "le téléphone n'accepte aucune description de session",
    ),
    Cause.UNKNOWN_EXTENSION: (
        "the phone demands an extension of SIP that this server does not have",
        "le téléphone exige une extension de SIP que ce serveur ne possède pas",
    ),
    Cause.TOO_MANY_HOPS: ("too many hops", "trop de renvois"),
    Cause.NUMBER_NOT_ALLOWED: (
        "calls to numbers of this class are not allowed",
        "les appels vers les numéros de cette catégorie ne sont pas autorisés",
    ),
    Cause.CEILING_REACHED: (
        "the ceiling of international calls of this day is reached",
        "le plafond d'appels internationaux de la journée est atteint",
    ),
    Cause.TRUNKS_DOWN: ("no trunk answers", "aucun trunk ne répond"),
    Cause.TRUNKS_FULL: (
        "every trunk has as many calls as it may have",
        "chaque trunk a déjà autant d'appels qu'il peut en avoir",
    ),
    # trunks
    Cause.TRUNK_REFUSES_US: (
        "the provider refuses our user name or password",
        "l'opérateur refuse notre nom d'utilisateur ou notre mot de passe",
    ),
    Cause.TRUNK_NOT_FOUND: (
        "no server is found under the names of its hosts",
        "aucun serveur n'est trouvé sous les noms de ses hôtes",
    ),
    Cause.TRUNK_SILENT: ("it does not answer", "il ne répond pas"),
    Cause.CONNECTION_REFUSED: ("it refuses connections", "il refuse les connexions"),
    Cause.CONNECTION_TIMED_OUT: (
        "no connection comes about in time",
        "aucune connexion ne s'établit à temps",
    ),
    Cause.CONNECTION_CLOSED: ("it closes connections", "il ferme les connexions"),
    Cause.CERTIFICATE_EXPIRED: ("its certificate has expired", "son certificat a expiré"),
    Cause.CERTIFICATE_NOT_YET_VALID: (
        "its certificate is not valid yet",
        "son certificat n'est pas encore valide",
    ),
    Cause.CERTIFICATE_OF_ANOTHER_NAME: (
        "its certificate is for another name",
        "son certificat porte un autre nom",
    ),
    Cause.CERTIFICATE_OF_UNKNOWN_ISSUER: (
        "its certificate is from an issuer whom this server does not know",
        "son certificat vient d'un émetteur que ce serveur ne connaît pas",
    ),
    Cause.CERTIFICATE_SIGNED_BY_ITSELF: (
        "its certificate is signed by itself: nobody vouches for it",
        "son certificat est autosigné : personne ne s'en porte garant",
    ),
    Cause.CERTIFICATE_NOT_TRUSTED: (
        "its certificate is not to be trusted",
        "son certificat n'est pas digne de confiance",
    ),
    Cause.OUR_CERTIFICATE_REFUSED: (
        "it refuses the certificate of this server",
        "il refuse le certificat de ce serveur",
    ),
    Cause.TLS_REFUSED: (
        "it breaks TLS off, perhaps since it wants a certificate of this server",
        "il interrompt TLS, peut-être parce qu'il attend un certificat de ce serveur",
    ),
    Cause.NO_TLS: ("it does not speak TLS there", "il ne parle pas TLS à cette adresse"),
    Cause.NO_SESSION_DESCRIPTION: (
        "answered without a session description",
        "répondu sans description de session (SDP)",
    ),
    "sip-answer": ("{status} {phrase}", "{status} {phrase}"),
    "sip-answer/phrase": ("{status}", "{status}"),
    "text": ("{text}", "{text}"),
    # waiting and answering
    "nobody-free": ("nobody can be rung: {counts}", "personne ne peut être appelé : {counts}"),
    Cause.QUEUE_WITHOUT_AGENTS: ("the queue has no agents", "la file d'attente n'a pas d'agents"),
    "answered-after": ("{seconds} s after the call arrived", "{seconds} s après l'arrivée de l'appel"),
    "back-in-line": ("back in line: {why}", "revenu en attente : {why}"),
    # exits
    "queue-full": ("{waiting} calls wait, the maximum", "{waiting} appels attendent, le maximum"),
    Cause.NOBODY_SERVES: ("nobody serves this queue", "personne ne dessert cette file d'attente"),
    "waited-maximum": ("waited {seconds} s, the maximum", "a attendu {seconds} s, le maximum"),
    Cause.QUEUE_REMOVED: ("the queue was removed", "la file d'attente a été supprimée"),
    Cause.QUEUE_UNKNOWN: ("there is no such queue", "cette file d'attente n'existe pas"),
    "exit-taken": ("{why}: forwarded to {to}", "{why} : appel transféré vers {to}"),
    "exit-taken/to": ("{why}: disconnected", "{why} : appel raccroché"),
    "after-exit": ("{why}; {then}", "{why} ; {then}"),
    Cause.WENT_IN_A_CIRCLE: ("went round in a circle", "le transfert a tourné en rond"),
    Cause.FORWARDED_TO_NOTHING: (
        "forwarded to something that is gone",
        "transféré vers une destination qui n'existe plus",
    ),
    "sent-on": ("{at}: {why}: sent on to {to}", "{at} : {why} : appel envoyé vers {to}"),
    "sent-on/to": ("{at}: {why}: disconnected", "{at} : {why} : appel raccroché"),
    "key-pressed": ("key {key}", "touche {key}"),
    "left-message": ("{box}: a message of {seconds} s", "{box} : un message de {seconds} s"),
    Cause.NO_KEY_PRESSED: ("no key pressed", "aucune touche"),
    Cause.RULE_ALWAYS: ("sends all calls on", "renvoie tous ses appels"),
    Cause.RULE_BUSY: ("busy", "occupé"),
    Cause.RULE_NO_ANSWER: ("no answer", "sans réponse"),
    Cause.RULE_NOT_REACHABLE: ("not reachable", "injoignable"),
    Cause.BY_ITS_HOURS: ("by its hours", "selon ses horaires"),
    Cause.BACK_FROM_A_MENU: (
        "back from a menu, at the old place",
        "de retour d'un menu, à son ancienne place",
    ),
    "failed-forward": ("forward failed: {why}", "le transfert a échoué : {why}"),
    Cause.FORWARD_WITHOUT_RESULT: ("the forward gave no result", "le transfert n'a rien donné"),
    # transfers
    "handed-to": ("to {to}, who is still rung", "vers {to}, dont le téléphone sonne encore"),
    "handed-to/is_rung": ("to {to}", "vers {to}"),
    "transferred-to": ("transferred to {to}", "transféré vers {to}"),
    "left-to-transfer": (
        "the agent hung up while {to} was rung",
        "l'agent a raccroché pendant que {to} était appelé",
    ),
    "failed-transfer": ("transfer failed: {why}", "le transfert par l'agent a échoué : {why}"),
    Cause.TRANSFER_WITHOUT_RESULT: (
        "the transfer gave no result",
        "le transfert par l'agent n'a rien donné",
    ),
    "from-queue": ("from {queue}", "depuis {queue}"),
    "from-queue/queue": ("from a queue", "depuis une file d'attente"),
    Cause.OUT_OF_A_DIRECT_CALL: ("out of a direct call", "depuis un appel direct"),
    Cause.FROM_OUTSIDE: ("from outside", "depuis l'extérieur"),
    # ends
    Cause.CALLER_HUNG_UP: ("the caller hung up", "l'appelant a raccroché"),
    Cause.AGENT_HUNG_UP: ("the agent hung up", "l'agent a raccroché"),
    Cause.AGENT_HUNG_UP_EARLY: (
        "the agent hung up before the audio path was made",
        "l'agent a raccroché avant que le son passe",
    ),
    Cause.TARGET_HUNG_UP: ("the target hung up", "la destination a raccroché"),
    Cause.SHUTTING_DOWN: ("the server is shutting down", "le serveur s'arrête"),
    Cause.SERVER_RESTARTED: ("the server restarted", "le serveur a redémarré"),
    Cause.NO_AUDIO_IN_TIME: ("no audio path in time", "aucune liaison audio à temps"),
    # answers about one agent
    "rung-at": (
        "rung at {at}, {outcome} at {ended_at} ({why})",
        "appelé à {at}, {outcome} à {ended_at} ({why})",
    ),
    "rung-at/why": ("rung at {at}, {outcome} at {ended_at}", "appelé à {at}, {outcome} à {ended_at}"),
    "not-rung-from": ("not rung from {at} on: {why}", "non appelé à partir de {at} : {why}"),
    "occupied-by-call": (
        "occupied by another call, {begin} to {end}",
        "occupé par un autre appel, de {begin} à {end}",
    ),
    Cause.NOTHING_DECIDED: (
        "nothing was decided: no agent of the queue then, or the call was over before their turn",
        "rien n'a été décidé : il n'était pas agent de la file d'attente à ce moment, ou l'appel a pris fin"
        " avant son tour",
    ),
}

PRESENCES: Mapping[Presence, Words] = {
    Presence.AVAILABLE: ("available", "disponible"),
    Presence.BUSY: ("busy", "occupé"),
    Presence.DO_NOT_DISTURB: ("do-not-disturb", "ne pas déranger"),
    Presence.AWAY: ("away", "absent"),
    Presence.OFFLINE: ("offline", "hors ligne"),
}

RING_OUTCOMES: Mapping[RingOutcome, Words] = {
    RingOutcome.ANSWERED: ("answered", "a répondu"),
    RingOutcome.DECLINED: ("declined", "a refusé"),
    RingOutcome.NO_ANSWER: ("no answer", "sans réponse"),
    RingOutcome.FAILED: ("failed", "échec"),
    RingOutcome.STOPPED: ("stopped", "sonnerie arrêtée"),
    RingOutcome.RELEASED: ("released", "libéré"),
}

OBSTACLES: Mapping[Obstacle, Words] = {
    Obstacle.OFFLINE: ("{count} offline", "hors ligne ({count})"),
    Obstacle.PAUSED: ("{count} paused", "en pause ({count})"),
    Obstacle.OPTED_OUT: ("{count} opted out", "désinscrit de la file d'attente ({count})"),
    Obstacle.DO_NOT_DISTURB: ("{count} do not disturb", "ne pas déranger ({count})"),
    Obstacle.BEING_RUNG: ("{count} being rung", "en train d'être appelé ({count})"),
    Obstacle.ON_QUEUE_CALL: (
        "{count} talking on a queue call",
        "en communication pour une file d'attente ({count})",
    ),
    Obstacle.ON_ANOTHER_CALL: ("{count} on another call", "déjà en communication ({count})"),
    Obstacle.WRAP_UP: ("{count} in wrap-up", "en post-appel ({count})"),
    Obstacle.LEFT_ALONE: ("{count} left alone", "laissé tranquille ({count})"),
    Obstacle.PRESENCE: ("{count} not Available", "présence autre que Disponible ({count})"),
}

SIP_PHRASES: Mapping[int, Words] = {
    403: ("Forbidden", "Interdit"),
    404: ("Not Found", "Introuvable"),
    408: ("Request Timeout", "Délai dépassé"),
    480: ("Temporarily Unavailable", "Momentanément indisponible"),
    486: ("Busy Here", "Occupé"),
    488: ("Not Acceptable Here", "Son non accepté"),
    500: ("Server Internal Error", "Erreur interne"),
    503: ("Service Unavailable", "Service indisponible"),
    600: ("Busy Everywhere", "Occupé partout"),
    603: ("Decline", "Refus"),
}
"""What phones and networks answer by far the most, as RFC 3261 section 21 has it."""

WITHHELD: Mapping[DestinationKind, Words] = {
    DestinationKind.QUEUE: ("a queue", "une file d'attente"),
    DestinationKind.PERSON: ("somebody", "quelqu'un"),
    DestinationKind.NUMBER: ("a number outside", "un numéro extérieur"),
    DestinationKind.ATTENDANT: ("an auto attendant", "un standard automatique"),
    DestinationKind.VOICEMAIL: ("a voicemail", "une messagerie vocale"),
}


def in_words(reason: Reason, reader: Reader) -> str:
    """A reason as its reader understands it."""
    if isinstance(reason, Cause | StopReason):
        return reader.choose(WORDS[reason])
    facts = {name: getattr(reason, name) for name in reason.__slots__}
    match reason:
        case OnlyText(text):
            return in_language(text, reader.language)  # such as a refusal of ours, told by another process
        case SipAnswer():
            facts["phrase"] = _phrase(reason, reader)
        case _:
            pass
    without = (f"{reason.kind}/{name}" for name, fact in facts.items() if not fact)
    key = next((key for key in without if key in WORDS), reason.kind)
    return reader.choose(WORDS[key]).format(**{name: _fact(fact, reader) for name, fact in facts.items()})


def _phrase(answer: SipAnswer, reader: Reader) -> str:
    """What a phone said: its own words, unless they are those of the RFC."""
    english, french = SIP_PHRASES.get(answer.status, ("", ""))
    return reader.choose((english, french)) if answer.phrase == english else answer.phrase


def clock_time(moment: datetime, reader: Reader) -> str:
    """The time of day by the reader's clocks."""
    return f"{moment.astimezone(reader.zone):%H:%M:%S}"


def _fact(fact: Any, reader: Reader) -> str:
    match fact:
        case datetime():
            return clock_time(fact, reader)
        case float():
            return _number(fact, reader)
        case Presence():
            return reader.choose(PRESENCES[fact])
        case RingOutcome():
            return reader.choose(RING_OUTCOMES[fact])
        case Destination(to, name):
            return name or reader.choose(WITHHELD[to])
        case tuple():
            return ", ".join(_count(each, reader) for each in fact)
        case Cause() | StopReason():
            return in_words(fact, reader)
        case None | bool() | int() | str():
            return str(fact)
        case _:
            return in_words(fact, reader)


def _count(each: Count, reader: Reader) -> str:
    return reader.choose(OBSTACLES[each.obstacle]).format(count=each.count)


def _number(value: float, reader: Reader) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text if reader.language == "en" else text.replace(".", ",")
