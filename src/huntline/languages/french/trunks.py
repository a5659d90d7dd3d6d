"""Trunks on the running server, and what to do about them."""

from __future__ import annotations

TRUNKS = {
    "the running server does not know the trunk {name:quoted} yet; try again": (
        "le serveur en marche ne connaît pas encore le trunk {name} ; réessayez"
    ),
    "check the names of its hosts, and that this server reaches its name servers": (
        "vérifiez les noms de ses hôtes, et que ce serveur joint ses serveurs de noms"
    ),
    "check address, port and transport, and what a firewall lets through": (
        "vérifiez l'adresse, le port et le transport, et ce que laisse passer un pare-feu"
    ),
    "set user name and password again, as the provider has given them": (
        "ressaisissez le nom d'utilisateur et le mot de passe, tels que l'opérateur les a donnés"
    ),
    "ask the provider why it answers so": "demandez à l'opérateur pourquoi il répond ainsi",
    "check the port and the transport": "vérifiez le port et le transport",
    "check the address, and what a firewall lets through": (
        "vérifiez l'adresse, et ce que laisse passer un pare-feu"
    ),
    "ask the provider which certificate it wants from this server; it is shown the first of certificate that"
    " is good for clients": (
        "demandez à l'opérateur quel certificat il attend de ce serveur, qui lui présente le premier de"
        " certificate qui vaut aussi pour un client"
    ),
    "ask the provider to renew it, and check the clock of this server": (
        "demandez à l'opérateur de le renouveler, et vérifiez l'heure de ce serveur"
    ),
    "ask the provider for one with an issuer, or put it into trusted_certificates if the provider tells you"
    " that it is theirs": (
        "demandez à l'opérateur un certificat signé par un émetteur, ou placez celui-ci dans"
        " trusted_certificates si l'opérateur confirme que c'est le sien"
    ),
    "ask the provider; calls by TLS go only to servers that prove who they are": (
        "adressez-vous à l'opérateur ; en TLS, les appels ne vont qu'aux serveurs qui prouvent leur identité"
    ),
    "check the clock of this server": "vérifiez l'heure de ce serveur",
    "name the host as its certificate does": "nommez l'hôte comme le fait son certificat",
    "put the certificate of its issuer into trusted_certificates": (
        "placez le certificat de son émetteur dans trusted_certificates"
    ),
}
