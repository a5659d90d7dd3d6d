"""Who asks, and what they may do: signing in, roles, accounts, organizations, the server itself."""

from __future__ import annotations

ACCESS = {
    # signing in
    "send an API key as Authorization: Bearer KEY (huntline account create NAME --role admin --data DIR"
    " prints one), or sign in with POST /api/v1/session": (
        "envoyez une clé d'API par Authorization: Bearer CLÉ (huntline account create NOM --role admin --data"
        " DOSSIER en donne une), ou connectez-vous par POST /api/v1/session"
    ),
    "send the csrf_token that GET /api/v1/session answers as {header}": (
        "envoyez dans {header} le csrf_token que donne GET /api/v1/session"
    ),
    "too many attempts to sign in; try again in {seconds:number} seconds": (
        "trop de tentatives de connexion ; réessayez dans {seconds} secondes"
    ),
    "name or password is wrong, or the account is disabled; on a server with several organizations name"
    " yours as well": (
        "le nom ou le mot de passe est faux, ou le compte est désactivé ; sur un serveur qui a plusieurs"
        " organisations, indiquez aussi la vôtre"
    ),
    "several organizations know you; name one: /api/v1/session/oidc?organization=NAME": (
        "plusieurs organisations vous connaissent ; indiquez-en une : /api/v1/session/oidc?organization=NOM"
    ),
    "no account here is yours; an administrator can make one with your e-mail address as its name": (
        "aucun compte n'est à vous ici ; un administrateur peut en créer un qui a pour nom votre adresse"
        " e-mail"
    ),
    "this sign-in was begun by another browser; begin again": (
        "cette connexion a été commencée dans un autre navigateur ; recommencez"
    ),
    "this sign-in was not begun here, took too long or was used already; begin again": (
        "cette connexion n'a pas été commencée ici, a trop duré ou a déjà servi ; recommencez"
    ),
    "the identity provider did not let you in; begin again, or sign in by password": (
        "le fournisseur d'identité ne vous a pas laissé entrer ; recommencez, ou connectez-vous par mot de"
        " passe"
    ),
    "the identity provider's answer cannot be believed; begin again": (
        "la réponse du fournisseur d'identité n'est pas digne de foi ; recommencez"
    ),
    "the identity provider cannot be asked; try again, or sign in by password": (
        "le fournisseur d'identité ne peut pas être interrogé ; réessayez, ou connectez-vous par mot de passe"
    ),
    "this server knows no identity provider; sign in by password, or set oidc.issuer and oidc.client_id in"
    " its settings": (
        "ce serveur ne connaît aucun fournisseur d'identité ; connectez-vous par mot de passe, ou indiquez"
        " oidc.issuer et oidc.client_id dans sa configuration"
    ),
    "{organization} is on another server ({shard}), whose pages are at {address}": (
        "{organization} est sur un autre serveur ({shard}), dont les pages sont à l'adresse {address}"
    ),
    "{organization} is on another server ({shard}), which was never started": (
        "{organization} est sur un autre serveur ({shard}), qui n'a jamais été démarré"
    ),
    "{organization} has {calls:number} calls up; move it when it has none": (
        "{organization} a {calls} appels en cours ; déplacez-la quand elle n'en aura plus"
    ),
    "must be another server on the database: {servers}": (
        "doit être un autre serveur de la base de données : {servers}"
    ),
    "must be another server on the database: none, since no other was ever started": (
        "doit être un autre serveur de la base de données : il n'y en a pas, aucun autre n'a jamais été"
        " démarré"
    ),
    "the server {server} could not open the passwords of its providers and phones: copy password.key of the"
    " data folder here into the one there, and start that server again": (
        "le serveur {server} ne pourrait pas ouvrir les mots de passe de ses fournisseurs et téléphones :"
        " copiez password.key du dossier de données d'ici dans celui de là-bas, et redémarrez ce serveur"
    ),
    "must be a path on this server, such as /queues": "doit être un chemin sur ce serveur, comme /queues",
    "you have no password to change; PATCH /api/v1/accounts/NAME sets the first one": (
        "vous n'avez pas de mot de passe à changer ; PATCH /api/v1/accounts/NOM définit le premier"
    ),
    "must be the present password": "doit être le mot de passe actuel",
    # roles
    "the role {role} may not do this; it takes one of: {roles}": (
        "le rôle {role} ne permet pas cela ; il faut l'un de ceux-ci : {roles}"
    ),
    "what an organization may use of the server (quota) is for the host to set": (
        "ce qu'une organisation peut utiliser du serveur (quota) est fixé par l'hébergeur"
    ),
    "this queue is not among those that your account may change": (
        "cette file d'attente n'est pas de celles que votre compte peut modifier"
    ),
    "the account {name} belongs to no user of the organization; an admin sets its user with PATCH"
    " /accounts": (
        "le compte {name} n'appartient à aucun utilisateur de l'organisation ; un administrateur lui en"
        " attribue un par PATCH /accounts"
    ),
    # accounts
    "there is no account {name:quoted}": "il n'y a pas de compte « {name} »",
    "there is no key {key:quoted}": "il n'y a pas de clé « {key} »",
    "there is an account {name} already; take another name": (
        "il y a déjà un compte {name} ; prenez un autre nom"
    ),
    "the account {name} has this oidc_subject already; one person, one account": (
        "le compte {name} a déjà ce oidc_subject ; une personne, un compte"
    ),
    "{name} is the last account that may administer the organization; make another one with the role admin"
    " first": (
        "{name} est le dernier compte qui peut administrer l'organisation ; créez-en d'abord un autre qui a"
        " le rôle admin"
    ),
    "must be {low:number} to {high:number} characters": ("doit avoir entre {low} et {high} caractères"),
    "must be 1 to {longest:number} printable characters, no blank at either end": (
        "doit avoir entre 1 et {longest} caractères imprimables, sans espace au début ni à la fin"
    ),
    "must be one of {roles} here": "doit être ici l'un de ces rôles : {roles}",
    "is needed: an agent's account belongs to a user, by UPN": (
        "est nécessaire : le compte d'un agent appartient à un utilisateur, indiqué par son UPN"
    ),
    "must be empty unless the role is queue-owner": "doit être vide, sauf pour le rôle queue-owner",
    "there is no queue of this name": "il n'y a pas de file d'attente de ce nom",
    "there is no user of this UPN": "il n'y a pas d'utilisateur de cet UPN",
    "must be in the future": "doit être dans l'avenir",
    # organizations
    "there is no organization {name:quoted}": "il n'y a pas d'organisation « {name} »",
    "there is no organization on this server yet; make one with huntline apply FILE or POST"
    " /api/v1/organizations": (
        "il n'y a pas encore d'organisation sur ce serveur ; créez-en une par huntline apply FICHIER ou POST"
        " /api/v1/organizations"
    ),
    "name the organization to act for: ?organization=NAME": (
        "indiquez l'organisation pour laquelle vous agissez : ?organization=NOM"
    ),
    "must be the name of what is removed for good: {name}": (
        "doit être le nom de ce qui est supprimé pour de bon : {name}"
    ),
    # the server
    "this server is set up already; sign in": "ce serveur est déjà configuré ; connectez-vous",
    "open the link that huntline serve prints at its start on an empty data folder; its token is in the file"
    " {file} there, too": (
        "ouvrez le lien que huntline serve affiche à son démarrage sur un dossier de données vide ; son jeton"
        " s'y trouve aussi, dans le fichier {file}"
    ),
    "this server takes no phones in pages; give it a WebSocket to listen on, for instance --sip {address}"
    " beside the others": (
        "ce serveur n'admet pas de téléphones dans les pages ; donnez-lui un WebSocket où écouter, par"
        " exemple --sip {address} en plus des autres"
    ),
    "no server is running on {folder}; start it with: huntline serve --data {folder_again}": (
        "aucun serveur ne tourne sur {folder} ; démarrez-le par : huntline serve --data {folder_again}"
    ),
    "the server on {folder} does not answer; its log may say why": (
        "le serveur sur {folder} ne répond pas ; son journal dit peut-être pourquoi"
    ),
    "the server failed; its log says more": "le serveur a échoué ; son journal en dit plus",
    "too many connections": "trop de connexions",
    "the request is too long": "la requête est trop longue",
    '"do" must be one of: {words}': "« do » doit être l'un de : {words}",
    "{upn} has no account to sign in with; POST here makes one": (
        "{upn} n'a pas de compte pour se connecter ; POST ici en crée un"
    ),
}
