"""Phones with an account of their own."""

from __future__ import annotations

PHONES = {
    "must be the MAC address of the phone, such as 00:15:65:AA:BB:CC": (
        "doit être l'adresse MAC du téléphone, par exemple 00:15:65:AA:BB:CC"
    ),
    "must be at most {most:number} phones": "doit être au plus {most} téléphones",
    "must be unique; a phone of {owner} has it already": (
        "doit être unique ; un téléphone de {owner} l'a déjà"
    ),
    "must be {digits:number} hexadecimal digits": "doit être {digits} chiffres hexadécimaux",
    "must be for the user name {username}": "doit être pour le nom d'utilisateur {username}",
    "must be at most {most:number} printable characters": "doit être au plus {most} caractères imprimables",
    "must be left out for {family}": "doit être omis pour {family}",
    "was sealed by another server, whose key is not here; leave the phone out": (
        "a été chiffré par un autre serveur, dont la clé n'est pas ici ; omettez ce téléphone"
    ),
    "a new password or address": "un nouveau mot de passe ou une nouvelle adresse",
    "phones of this organization fetch no settings; switch phones_fetch_settings on first, or say family"
    " other for a phone that is set up by hand": (
        "les téléphones de cette organisation ne récupèrent pas de réglages ; activez d'abord"
        " phones_fetch_settings, ou indiquez la famille other pour un téléphone configuré à la main"
    ),
    "this server takes no phones on desks; give it an address, such as --sip udp:IP:5060": (
        "ce serveur n'admet pas de téléphones de bureau ; donnez-lui une adresse, par exemple"
        " --sip udp:IP:5060"
    ),
    "{upn} has no phone {phone:quoted}": "{upn} n'a pas de téléphone « {phone} »",
}
