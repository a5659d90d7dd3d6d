"""What the doctor says, in each of its languages."""

from __future__ import annotations

from collections.abc import Mapping

from huntline.directory.finding_texts import FindingText, Severity

TEXTS: Mapping[str, FindingText] = {
    "database-answers": FindingText(
        Severity.NOTE,
        "The database with settings and history answers within {ms} ms.",
        "La base de données des réglages et de l'historique répond en {ms} ms.",
    ),
    "no-database": FindingText(
        Severity.ERROR,
        "Nothing can be changed, and history waits to be written: {detail}.",
        "Rien ne peut être modifié, et l'historique attend d'être écrit : {detail}.",
    ),
    "answers": FindingText(Severity.NOTE, "It answers.", "Elle répond."),
    "audio-comes-back": FindingText(
        Severity.NOTE,
        "A call is answered, and audio comes back; phones here are told to send it to {address}.",
        "Un appel est pris, et l'audio revient ; les téléphones d'ici reçoivent la consigne de l'envoyer"
        " à {address}.",
    ),
    "no-user": FindingText(
        Severity.WARNING,
        "No call is tried: the organization has no users; create one, or name one with --user.",
        "Aucun appel n'est tenté : l'organisation n'a pas d'utilisateurs ; créez-en un, ou nommez-en un"
        " avec --user.",
    ),
    "no-answer": FindingText(
        Severity.ERROR,
        "Nothing answers within {seconds} s: a firewall of this machine drops packets, or another program has"
        " the port; look with ss -lnp, and let the port through.",
        "Rien ne répond en {seconds} s : un pare-feu de cette machine jette les paquets, ou un autre"
        " programme occupe le port ; regardez avec ss -lnp, et laissez passer le port.",
    ),
    "no-connection": FindingText(
        Severity.ERROR,
        "There is no connection: {detail}; the log of the server says more.",
        "Aucune connexion n'est possible : {detail} ; le journal du serveur en dit plus.",
    ),
    "certificate": FindingText(
        Severity.ERROR,
        "Phones refuse the certificate ({detail}); see huntline certificate check, and where its issuer is"
        " one of your own, name that with trusted_certificates.",
        "Les téléphones refusent le certificat ({detail}) ; voyez huntline certificate check, et si son"
        " émetteur est l'un des vôtres, indiquez-le avec trusted_certificates.",
    ),
    "no-websocket": FindingText(
        Severity.ERROR,
        "Pages cannot connect: {detail}; name where they come from with page_origins.",
        "Les pages ne peuvent pas se connecter : {detail} ; indiquez d'où elles viennent avec page_origins.",
    ),
    "refused": FindingText(
        Severity.ERROR,
        "It answers {status}: the server ends, or has too much to do; huntline status says more.",
        "Elle répond {status} : le serveur s'arrête, ou a trop à faire ; huntline status en dit plus.",
    ),
    "call-refused": FindingText(
        Severity.ERROR,
        "A call of {user} to {code} is refused: {status}; huntline history --refused says why.",
        "Un appel de {user} vers {code} est refusé : {status} ; huntline history --refused en dit la raison.",
    ),
    "silence": FindingText(
        Severity.ERROR,
        "A call is answered, but no audio comes back from {address}: let the UDP ports {ports} through, and"
        " look whether media_address and network name addresses that phones here can reach.",
        "Un appel est pris, mais aucun audio ne revient de {address} : laissez passer les ports UDP {ports},"
        " et regardez si media_address et network donnent des adresses que les téléphones d'ici peuvent"
        " joindre.",
    ),
}
"""By the id of what was found."""
