"""What peers and the media worker got wrong, as far as it is known as a text only."""

from __future__ import annotations

PEERS = {
    # legs
    "leg {leg} was deleted": "la branche {leg} a été supprimée",
    "there is no leg {leg}": "il n'y a pas de branche {leg}",
    "the media worker does not answer": "le processus média ne répond pas",
    # session descriptions
    "the session description does not begin with v=0": "la description de session ne commence pas par v=0",
    "the session description has no o= line": "la description de session n'a pas de ligne o=",
    "c= is not 'IN IP4|IP6 address': {value:quoted}": "c= n'est pas « IN IP4|IP6 adresse » : « {value} »",
    "the media address must be an IP address, not {value:quoted}": (
        "l'adresse du média doit être une adresse IP, pas « {value} »"
    ),
    "c= says {family} but {address} is {other}": "c= dit {family} mais {address} est {other}",
    "the media address has a zone, which means something on the peer's host only": (
        "l'adresse du média a une zone, qui n'a de sens que chez le correspondant"
    ),
    "media to the group address {address} is not supported": (
        "le média vers l'adresse de groupe {address} n'est pas pris en charge"
    ),
    "the session description is longer than {most:number} characters": (
        "la description de session dépasse {most} caractères"
    ),
    "the session description contains a NUL or a lone CR": (
        "la description de session contient un NUL ou un CR isolé"
    ),
    "the session description has more than {most:number} lines": (
        "la description de session dépasse {most} lignes"
    ),
    "not a line of SDP: {line:quoted}": "n'est pas une ligne de SDP : « {line} »",
    "m= is not 'media port profile formats': {line:quoted}": (
        "m= n'est pas « média port profil formats » : « {line} »"
    ),
    "the session description has no audio": "la description de session n'a pas d'audio",
    "the audio line is disabled (port 0)": "la ligne audio est désactivée (port 0)",
    "the profile {profile} is not supported here, only {profiles}": (
        "le profil {profile} n'est pas pris en charge ici, seulement {profiles}"
    ),
    "the profile {profile} is not supported, only RTP/AVP and RTP/SAVP": (
        "le profil {profile} n'est pas pris en charge, seulement RTP/AVP et RTP/SAVP"
    ),
    "encrypted audio ({profile}) is switched off here": "le son chiffré ({profile}) est désactivé ici",
    "encrypted audio ({profile}) with no a=crypto that can be used here": (
        "son chiffré ({profile}), mais sans a=crypto utilisable ici"
    ),
    "the audio is not encrypted (SRTP), which is required here": (
        "le son n'est pas chiffré (SRTP), ce qui est exigé ici"
    ),
    "the audio has no c= line": "l'audio n'a pas de ligne c=",
    "the peer's media is on IP{version}, ours is not": (
        "le média du correspondant est en IP{version}, pas le nôtre"
    ),
    "an encrypted audio line needs a=fingerprint": "une ligne audio chiffrée demande a=fingerprint",
    "an encrypted audio line needs a=rtcp-mux": "une ligne audio chiffrée demande a=rtcp-mux",
    "an encrypted audio line needs ICE, but there is no a={attribute}": (
        "une ligne audio chiffrée demande ICE, mais il n'y a pas de a={attribute}"
    ),
    "a={attribute} is not what RFC 8839 section 5.4 allows": (
        "a={attribute} n'est pas ce qu'admet la RFC 8839, section 5.4"
    ),
    "no a=fingerprint is a whole one of sha-256, sha-384 or sha-512": (
        "aucun a=fingerprint n'est entier en sha-256, sha-384 ou sha-512"
    ),
    "a=setup:{setup} leaves nobody to begin the DTLS handshake": (
        "a=setup:{setup} ne laisse personne pour commencer la négociation DTLS"
    ),
    "both sides are ICE-lite, so that neither would look for a path": (
        "les deux côtés sont ICE-lite, si bien qu'aucun ne chercherait de chemin"
    ),
    "the audio offers neither PCMU nor PCMA": "l'audio ne propose ni PCMU ni PCMA",
    "the audio offers neither PCMU nor PCMA, only {codecs}": (
        "l'audio ne propose ni PCMU ni PCMA, seulement {codecs}"
    ),
    "port 65535 leaves no port for RTCP": "le port 65535 ne laisse pas de port pour RTCP",
}
