"""Requests, bodies and tables in no form that can be read; what pydantic and Starlette say of them, too."""

from __future__ import annotations

REQUESTS = {
    # a suggestion behind any refusal
    "{sentence:known}; did you mean {word}?": "{sentence} ; vouliez-vous dire {word} ?",
    # bodies and queries
    "Not Found": "cette adresse n'existe pas",
    "Method Not Allowed": "cette adresse n'admet pas cette méthode",
    "There was an error parsing the body": "le corps de la requête ne peut pas être lu",
    "Invalid multipart data.": "le formulaire multipart n'est pas valide",
    "Missing boundary in multipart.": "le formulaire multipart n'indique pas de délimiteur (boundary)",
    'The Content-Disposition header field "name" must be provided.': (
        "une partie du formulaire n'a pas de nom (name dans Content-Disposition)"
    ),
    "Too many files. Maximum number of files is {most:number}.": (
        "trop de fichiers : {most} au plus sont admis"
    ),
    "Too many fields. Maximum number of fields is {most:number}.": (
        "trop de champs : {most} au plus sont admis"
    ),
    "Part exceeded maximum size of {most:number}KB.": "une partie du formulaire dépasse {most} Ko",
    "Field exceeded maximum size of {most:number}KB.": "un champ du formulaire dépasse {most} Ko",
    "the body is too large: {limit:number} bytes are allowed here": (
        "le corps de la requête est trop volumineux : {limit} octets sont admis ici"
    ),
    "the server is sent as much as it can take at a time; try again in a moment": (
        "le serveur reçoit autant de données qu'il peut en traiter à la fois ; réessayez dans un instant"
    ),
    "too many requests of your address are under way; try again in a moment": (
        "trop de requêtes de votre adresse sont en cours ; réessayez dans un instant"
    ),
    "this account follows {most:number} streams already; end one first": (
        "ce compte suit déjà {most} flux ; terminez-en un d'abord"
    ),
    # simulated days
    "must be a day that is over": "doit être un jour passé",
    "must have at most {most:number} calls, not {count:number}": (
        "doit compter {most} appels au plus, et non {count}"
    ),
    "another day is being simulated; try again in a few seconds": (
        "une autre journée est en cours de simulation ; réessayez dans quelques secondes"
    ),
    "the day has too many calls, or rings too many phones for each, to be simulated here": (
        "la journée compte trop d'appels, ou chacun fait sonner trop de téléphones, pour être simulée ici"
    ),
    # mailboxes
    "you hear no mailbox {box:quoted}": "vous n'écoutez pas de messagerie vocale « {box} »",
    "there is no mailbox {name:quoted}": "il n'y a pas de messagerie vocale « {name} »",
    "a message of a shared box is taken, not marked as heard": (
        "un message d'une messagerie vocale partagée se prend en charge, il ne se marque pas comme écouté"
    ),
    "a message of your own box is marked as heard, not taken": (
        "un message de votre propre messagerie vocale se marque comme écouté, il ne se prend pas en charge"
    ),
    "the sound of this message is missing or damaged; it can be deleted": (
        "le son de ce message est absent ou endommagé ; le message peut être supprimé"
    ),
    "no mail server is set: smtp.host in the settings of the server": (
        "aucun serveur de messagerie n'est défini : smtp.host dans les réglages du serveur"
    ),
    "{dialled} must be the number of one queue of {upn}; so end: {found}": (
        "{dialled} doit être le numéro d'une seule file d'attente de {upn} ; se terminent ainsi : {found}"
    ),
    # faults
    "the server failed; its log says more under the id {error_id}": (
        "le serveur a eu une erreur ; son journal en dit plus sous l'identifiant {error_id}"
    ),
    "the database cannot be used now; nothing has changed. GET /healthz says what is wrong": (
        "la base de données est inutilisable pour le moment ; rien n'a été modifié. GET /healthz indique la"
        " cause"
    ),
    "the server's disk cannot be written; nothing has changed. GET /healthz says what is wrong": (
        "le disque du serveur ne peut pas être écrit ; rien n'a été modifié. GET /healthz indique la cause"
    ),
    "JSON decode error": "n'est pas du JSON valide",
    # forms
    "must be text; put it in quotes": "doit être du texte ; mettez-le entre guillemets droits",
    "must be a number": "doit être un nombre",
    "must be a whole number": "doit être un nombre entier",
    "must be true or false": "doit être true ou false",
    "must be a list": "doit être une liste",
    "must be settings by name, such as {{name: value}}": (
        "doit être des réglages nommés, par exemple {{nom: valeur}}"
    ),
    "is missing": "est manquant",
    "must be an IANA time zone such as Europe/Paris, or null for the server's": (
        "doit être un fuseau horaire IANA comme Europe/Paris, ou null pour celui du serveur"
    ),
    "must be one of {words}": "doit être l'une de ces valeurs : {words}",
    "must be at least {least:number}": "doit être au moins {least}",
    "must be at most {most:number}": "doit être au plus {most}",
    "must be at most {most:number} characters": "doit avoir au plus {most} caractères",
    "must be a moment with its time zone, such as {example}": (
        "doit être un instant avec son fuseau horaire, par exemple {example}"
    ),
    "Expected UploadFile, received: {_}": "doit être un fichier",
    "there is no such setting": "ce réglage n'existe pas",
    "must not contain NUL or half of a surrogate pair": (
        "ne doit contenir ni NUL ni la moitié d'une paire de substitution Unicode"
    ),
    'YAML reads this as a number and drops the plus; write it in quotes: "{number}"': (
        "YAML lit ceci comme un nombre et perd le signe plus ; écrivez-le entre guillemets droits :"
        ' "{number}"'
    ),
    "must be {{file: NAME}}, {{say: TEXT, language: en}} or null": (
        "doit être {{file: NOM}}, {{say: TEXTE, language: fr}} ou null"
    ),
    "somebody has changed this since you read it; read it again, then change it": (
        "quelqu'un l'a modifié depuis que vous l'avez lu ; relisez-le, puis modifiez-le"
    ),
    # the database
    "the database {path} cannot be used: {fault}; {advice:said}": (
        "la base de données {path} ne peut pas être utilisée : {fault} ; {advice}"
    ),
    "another program holds it; end that one, or try again when it has finished": (
        "un autre programme la tient ; arrêtez-le, ou réessayez quand il aura fini"
    ),
    "free some space on its disk": "libérez de la place sur son disque",
    "let the user who runs Huntline write the file and its folder": (
        "donnez à l'utilisateur qui exécute Huntline le droit d'écrire le fichier et son dossier"
    ),
    "look after its disk; the system's log may say more": (
        "vérifiez son disque ; le journal du système en dit peut-être plus"
    ),
    "this file is none, or is damaged; put a copy from before in its place": (
        "ce fichier n'en est pas une, ou est endommagé ; remplacez-le par une copie antérieure"
    ),
    "it is damaged; put a copy from before in its place": (
        "elle est endommagée ; remplacez-la par une copie antérieure"
    ),
    # tables
    "{refused:number} of {lines:number} lines are refused, so nothing is imported; {field}: {message:said}": (
        "{refused} lignes sur {lines} sont refusées, donc rien n'est importé ; {field} : {message}"
    ),
    "is in line {line:number} already": "est déjà à la ligne {line}",
    "is missing: send the CSV file in this field": "est manquant : envoyez le fichier CSV dans ce champ",
    "is no CSV at line {line:number}: {error:said}": "n'est pas du CSV à la ligne {line} : {error}",
    "unexpected end of data": "fin inattendue des données",
    "field larger than field limit ({limit:number})": "cellule de plus de {limit} caractères",
    "{delimiter:quoted} expected after {quote:quoted}": "« {delimiter} » attendu après « {quote} »",
    "must have up to {most:number} rows, this has {rows:number}; send it in parts": (
        "doit avoir au plus {most} lignes, celui-ci en a {rows} ; envoyez-le en plusieurs parties"
    ),
    "is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV UTF-8": (
        "n'est pas du texte en UTF-8, UTF-16 ou Windows-1252 ; enregistrez-le au format CSV UTF-8"
    ),
    "is an Excel workbook ({kind}); save it as CSV UTF-8 and send that": (
        "est un classeur Excel ({kind}) ; enregistrez-le au format CSV UTF-8 et envoyez ce fichier-là"
    ),
    "line {line:number} must name the columns, each one of {columns}": (
        "la ligne {line} doit nommer les colonnes, chacune étant l'une de : {columns}"
    ),
    "is a number that the spreadsheet has rounded; make the column text and enter it again": (
        "est un nombre que le tableur a arrondi ; mettez la colonne au format texte et saisissez-le à nouveau"
    ),
    "must have a column {column} in its first line": "doit avoir une colonne {column} à la première ligne",
    "is there twice": "figure deux fois",
    "has {cells:number} cells where the first line has {columns:number}; put quotes around a delimiter": (
        "a {cells} cellules alors que la première ligne en a {columns} ; mettez entre guillemets droits une"
        " valeur qui contient le séparateur"
    ),
    # the organization file
    "must begin with organization: NAME": "doit commencer par organization: NOM",
    "the name of a setting must be text": "le nom d'un réglage doit être du texte",
    "is there twice; YAML would silently keep the last": (
        "figure deux fois ; YAML garderait la dernière sans rien dire"
    ),
    # reports
    "must not be before the beginning, {beginning}": "ne doit pas précéder le début, {beginning}",
    "must be at most {days:number} days before the end, {end}": (
        "doit précéder la fin, {end}, de {days} jours au plus"
    ),
    "must be long enough for at most {most:number} parts; this makes {parts:number} of them": (
        "doit être assez long pour donner au plus {most} parties ; celui-ci en donne {parts}"
    ),
}
