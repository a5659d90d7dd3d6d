"""Why a connection could not be made, in each language: for whoever looks after trunks and phones."""

from __future__ import annotations

from collections.abc import Mapping

from huntline.languages.reasons import Reader, Words
from huntline.network.connection_failures import ConnectionFailure, WhyNoConnection

_WORDS: Mapping[WhyNoConnection, Words] = {
    WhyNoConnection.REFUSED: (
        "nobody listens at that address: look at host, port and transport",
        "personne n'écoute à cette adresse : vérifiez l'hôte, le port et le transport",
    ),
    WhyNoConnection.TIMED_OUT: (
        "no answer: the host is down, or a firewall drops what is sent there",
        "pas de réponse : l'hôte est arrêté, ou un pare-feu jette ce qui lui est envoyé",
    ),
    WhyNoConnection.EXPIRED: (
        "the certificate there has expired: whoever runs the host has to renew it",
        "le certificat présenté a expiré : à son exploitant de le renouveler",
    ),
    WhyNoConnection.NOT_YET_VALID: (
        "the certificate there is not valid yet: look whether the clock of this machine is right",
        "le certificat présenté n'est pas encore valable : vérifiez l'heure de cette machine",
    ),
    WhyNoConnection.OTHER_NAME: (
        "the certificate there is for another name: use the name that it has, or have it changed",
        "le certificat présenté est pour un autre nom : utilisez le nom qu'il porte, ou faites-le changer",
    ),
    WhyNoConnection.UNKNOWN_ISSUER: (
        "the certificate there is from an issuer that is not known here: name the issuer's own with"
        " trusted_certificates, if you trust it",
        "le certificat présenté vient d'un émetteur inconnu ici : indiquez celui de l'émetteur avec"
        " trusted_certificates, si vous lui faites confiance",
    ),
    WhyNoConnection.NOT_TRUSTED: (
        "the certificate there cannot be trusted ({detail})",
        "on ne peut pas se fier au certificat présenté ({detail})",
    ),
    WhyNoConnection.OURS_NOT_TRUSTED: (
        "the other side refuses our certificate ({detail})",
        "l'autre côté refuse notre certificat ({detail})",
    ),
    WhyNoConnection.NO_TLS: (
        "what answers there speaks no TLS that we could speak ({detail})",
        "ce qui répond là ne parle pas un TLS que nous parlions ({detail})",
    ),
    WhyNoConnection.CLOSED: (
        "the connection was closed before anything was said ({detail})",
        "la connexion a été fermée avant tout échange ({detail})",
    ),
}


def failure_in_words(failure: ConnectionFailure, reader: Reader) -> str:
    """Why, and what would help."""
    return reader.choose(_WORDS[failure.why]).format(detail=failure.detail)
