"""What settings may be: each by itself, against the others, and on the whole server."""

from __future__ import annotations

SETTINGS = {
    # ranges and lengths
    "must be {low:number} to {high:number}": "doit être compris entre {low} et {high}",
    "must be {low:number} to {high:number} seconds": "doit être compris entre {low} et {high} secondes",
    "must be 0, or {low:number} to {high:number} seconds": (
        "doit être 0, ou compris entre {low} et {high} secondes"
    ),
    "must be {low:number} to {high:number} calls": "doit être compris entre {low} et {high} appels",
    "must be {low:number} to {high:number} calls (limits.max_waiting raises this, up to {most:number})": (
        "doit être compris entre {low} et {high} appels (limits.max_waiting relève ce maximum, jusqu'à"
        " {most})"
    ),
    "must be {low:number} to {high:number} agents": "doit être compris entre {low} et {high} agents",
    "must be {low:number} to {high:number} agents (limits.agent_limit)": (
        "doit être compris entre {low} et {high} agents (limits.agent_limit)"
    ),
    "must be {low:number} to {high:number} days": "doit être compris entre {low} et {high} jours",
    "must be {low:number} to {high:number} phones": "doit être compris entre {low} et {high} téléphones",
    "must be 1 to {longest:number} characters, this is {length:number}": (
        "doit avoir entre 1 et {longest} caractères, il y en a {length}"
    ),
    "must be at most {longest:number} characters, this is {length:number}": (
        "doit avoir au plus {longest} caractères, il y en a {length}"
    ),
    "must be 1 to {longest:number} characters, all of them visible": (
        "doit avoir entre 1 et {longest} caractères, tous visibles"
    ),
    "must be 1 to {longest:number} printable characters": (
        "doit avoir entre 1 et {longest} caractères imprimables"
    ),
    "must be 1 to {longest:number} printable characters, or null": (
        "doit avoir entre 1 et {longest} caractères imprimables, ou être null"
    ),
    "must not begin or end with a blank": "ne doit ni commencer ni finir par une espace",
    "must not contain characters that nobody sees, such as {hidden}": (
        "ne doit pas contenir de caractères invisibles, comme {hidden}"
    ),
    # names and addresses
    "must not contain @, which marks a user": "ne doit pas contenir @, qui signale un utilisateur",
    "must be name@domain, the name of letters, digits and _.!~*'&=+$-": (
        "doit être nom@domaine, le nom fait de lettres, de chiffres et de _.!~*'&=+$-"
    ),
    "must be in a domain of the organization: {domains}": (
        "doit être dans un domaine de l'organisation : {domains}"
    ),
    "must be a domain of the organization: {domains}": "doit être un domaine de l'organisation : {domains}",
    "must be a domain such as contoso.com": "doit être un domaine comme contoso.com",
    "must name at least one domain": "doit indiquer au moins un domaine",
    "must hold at least one address, where hosts has none": (
        "doit contenir au moins une adresse si hosts n'en contient pas"
    ),
    "must hold at most {most:number}": "doit en contenir {most} au plus",
    "must be a host name or an IP address, optionally with a port: sip.provider.example,"
    " sip.provider.example:5060, 192.0.2.1, [2001:db8::1]:5060": (
        "doit être un nom d'hôte ou une adresse IP, éventuellement avec un port : sip.provider.example,"
        " sip.provider.example:5060, 192.0.2.1, [2001:db8::1]:5060"
    ),
    "must be PREFIX>REPLACEMENT, each of digits, * and #, with or without a + in front: 00>+": (
        "doit être PRÉFIXE>REMPLACEMENT, chacun fait de chiffres, de * et de #, avec ou sans + devant : 00>+"
    ),
    "must be a number or the beginning of numbers: + and 1 to 15 digits, nothing else": (
        "doit être un numéro ou un début de numéro : + et 1 à 15 chiffres, rien d'autre"
    ),
    "missing: a password needs a username": "manquant : un mot de passe ne va pas sans username",
    "needs username, password and at least one of hosts": (
        "exige username, password et au moins un élément dans hosts"
    ),
    "needs registers: true": "exige registers: true",
    "was sealed by another server, whose key is not here; say password instead": (
        "a été chiffré par un autre serveur, dont la clé n'est pas ici ; indiquez plutôt password"
    ),
    "must be an IP address, optionally with a port, or a network: 192.0.2.1, 192.0.2.1:5060,"
    " [2001:db8::1]:5060, 192.0.2.0/24": (
        "doit être une adresse IP, avec ou sans port, ou un réseau : 192.0.2.1, 192.0.2.1:5060,"
        " [2001:db8::1]:5060, 192.0.2.0/24"
    ),
    "must be a SIP URI such as sip:front@10.0.0.5:5060": (
        "doit être un URI SIP comme sip:accueil@10.0.0.5:5060"
    ),
    "must be sip:user@host, or tel:+ and 3 to 15 digits without blanks, dots or hyphens": (
        "doit être sip:utilisateur@hôte, ou tel:+ et 3 à 15 chiffres, sans espaces, points ni tirets"
    ),
    "must be sip:hg_<32 lower-case hexadecimal digits>@{domain}, or left out": (
        "doit être sip:hg_<32 chiffres hexadécimaux en minuscules>@{domain}, ou être omis"
    ),
    "must be tel:+ and 3 to 15 digits, without blanks, dots or hyphens": (
        "doit être tel:+ et 3 à 15 chiffres, sans espaces, points ni tirets"
    ),
    "must be + and 3 to 15 digits, nothing else": "doit être + et 3 à 15 chiffres, rien d'autre",
    "must be * or # and up to 7 of 0-9, * and #, or null": (
        "doit être * ou # suivi d'au plus 7 caractères parmi 0-9, * et #, ou null"
    ),
    "must differ from {field}": "doit être différent de {field}",
    "must be unique, letter case aside; {first} has it already": (
        "doit être unique, majuscules et minuscules confondues ; {first} l'a déjà"
    ),
    "must be unique, letter case aside; another user has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre utilisateur l'a déjà"
    ),
    "must be unique, letter case aside; another group has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre groupe l'a déjà"
    ),
    "must be unique, letter case aside; another number has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre numéro l'a déjà"
    ),
    "must be unique, letter case aside; another trunk has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre trunk l'a déjà"
    ),
    "must be unique, letter case aside; another queue has it already": (
        "doit être unique, majuscules et minuscules confondues ; une autre file d'attente l'a déjà"
    ),
    "must be unique, letter case aside; another audio file has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre fichier audio l'a déjà"
    ),
    "must be unique, letter case aside; another caller-ID policy has it already": (
        "doit être unique, majuscules et minuscules confondues ; une autre stratégie d'identification l'a"
        " déjà"
    ),
    "never changes: {queue} has {uri}": "ne change jamais : {queue} a {uri}",
    # what is not there
    "there is no user {upn}": "il n'y a pas d'utilisateur {upn}",
    "there is no user {upn:quoted}": "il n'y a pas d'utilisateur « {upn} »",
    "there is no user {upn:quoted}; huntline status lists the agents": (
        "il n'y a pas d'utilisateur « {upn} » ; huntline status liste les agents"
    ),
    "there is no user or queue {name} in {domain}": (
        "il n'y a ni utilisateur ni file d'attente {name} dans {domain}"
    ),
    "there is no group {name}": "il n'y a pas de groupe {name}",
    "there is no group {name:quoted}": "il n'y a pas de groupe « {name} »",
    "there is no number {number:quoted}": "il n'y a pas de numéro « {number} »",
    "there is no trunk {name:quoted}": "il n'y a pas de trunk « {name} »",
    "there is no queue {name}": "il n'y a pas de file d'attente {name}",
    "there is no queue {name:quoted}": "il n'y a pas de file d'attente « {name} »",
    "there is no such queue": "cette file d'attente n'existe pas",
    "there is no audio file {name:quoted}": "il n'y a pas de fichier audio « {name} »",
    "there is no caller-ID policy {name}": "il n'y a pas de stratégie d'identification {name}",
    "there is no caller-ID policy {name:quoted}": "il n'y a pas de stratégie d'identification « {name} »",
    "there is no domain {name:quoted}": "il n'y a pas de domaine « {name} »",
    "there is no licence {name:quoted}": "il n'y a pas de licence « {name} »",
    # who may take calls
    "may not be an agent: {upn} lacks {lacks:and}": "ne peut pas être agent : à {upn} il manque {lacks}",
    "may not be a target: {upn} lacks {lacks:and}": (
        "ne peut pas être une destination : à {upn} il manque {lacks}"
    ),
    "lacks {lacks:and}": "il lui manque {lacks}",
    "past the limit of {limit:number} agents": "au-delà de la limite de {limit} agents",
    "an active account (is_active: true)": "un compte actif (is_active: true)",
    "a licence for Phone System (PhoneSystem or E5)": "une licence Phone System (PhoneSystem ou E5)",
    "voice-enabling (voice_enabled: true) or a CallingPlan licence": (
        "la voix (voice_enabled: true) ou une licence CallingPlan"
    ),
    "a home other than lync-2010": "un hébergement autre que lync-2010",
    # queues
    "must be true with distribution longest-idle, which switches it on: leave it out": (
        "doit être true avec distribution: longest-idle, qui l'active : ne l'indiquez pas"
    ),
    "must be disconnect, forward or voicemail": "doit être disconnect, forward ou voicemail",
    "missing: {action} needs {target:known}": "manquant : {action} demande {target}",
    "a queue name, sip:user@domain, attendant:NAME or tel:+digits": (
        "le nom d'une file d'attente, sip:utilisateur@domaine, attendant:NOM ou tel:+chiffres"
    ),
    "a person, sip:user@domain or tel:+digits": ("une personne, sip:utilisateur@domaine ou tel:+chiffres"),
    "has a meaning only with action: forward or voicemail": (
        "n'a de sens qu'avec action: forward ou voicemail"
    ),
    "must be the name of a queue, sip:user@domain, attendant:NAME, voicemail:NAME or tel:+digits without"
    " separators": (
        "doit être le nom d'une file d'attente, sip:utilisateur@domaine, attendant:NOM, voicemail:NOM ou"
        " tel:+chiffres sans séparateurs"
    ),
    "there is no queue, group or user {name}{suggestion:said}": (
        "il n'y a ni file d'attente, ni groupe, ni utilisateur {name}{suggestion}"
    ),
    "is a mailbox, which does not ring": "est une messagerie vocale, qui ne sonne pas",
    "may not be a target: {upn} has no mailbox, for want of {missing:and}": (
        "ne peut pas être une destination : {upn} n'a pas de messagerie vocale, faute de {missing}"
    ),
    "must be one mail address such as amal@contoso.com": (
        "doit être une seule adresse e-mail, comme amal@contoso.com"
    ),
    "leads to nothing that is there": "ne mène à rien qui existe",
    "must be 4 to 10 digits": "doit avoir de 4 à 10 chiffres",
    "is a number of the organization that belongs to no queue, no attendant and no user": (
        "est un numéro de l'organisation qui n'est à aucune file d'attente, à aucun standard automatique ni à"
        " aucun utilisateur"
    ),
    "is queue {name}; a mailbox is a person's, or an address outside": (
        "est la file d'attente {name} ; une messagerie vocale est celle d'une personne,"
        " ou une adresse extérieure"
    ),
    "a user may not forward to themself": "un utilisateur ne peut pas transférer vers lui-même",
    "a user's own phones ring anyway": "les téléphones de l'utilisateur sonnent de toute façon",
    "is queue {name}; what rings beside a user's phones is a number or a colleague": (
        "est la file d'attente {name} ; ce qui sonne avec les téléphones d'un utilisateur est un numéro ou un"
        " collègue"
    ),
    "must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME or voicemail": (
        "doit être sip:utilisateur@hôte, tel:+chiffres, attendant:NOM, voicemail:NOM ou voicemail"
    ),
    "must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME or voicemail or off": (
        "doit être sip:utilisateur@hôte, tel:+chiffres, attendant:NOM, voicemail:NOM, voicemail ou off"
    ),
    "must hold at most {most} messages, these are {count}": (
        "doit contenir {most} messages au plus, il y en a {count}"
    ),
    "must hold at most {most} numbers, these are {count}": (
        "doit contenir {most} numéros au plus, il y en a {count}"
    ),
    "must be less than ring_time, {seconds} seconds, after which nothing rings": (
        "doit être inférieur à ring_time, soit {seconds} secondes, après quoi plus rien ne sonne"
    ),
    "when_busy {target} {warning:known}": "when_busy {target} {warning}",
    "when_no_answer {target} {warning:known}": "when_no_answer {target} {warning}",
    "when_not_reachable {target} {warning:known}": "when_not_reachable {target} {warning}",
    "also_ring {target} {warning:known}": "also_ring {target} {warning}",
    "this mailbox has no greeting that was recorded or uploaded": (
        "cette messagerie vocale n'a pas d'annonce enregistrée ou téléversée"
    ),
    "a queue may not forward to itself": "une file d'attente ne peut pas transférer vers elle-même",
    "must be another address than the user's own: a mailbox": (
        "doit être une autre adresse que celle de l'utilisateur : une messagerie vocale"
    ),
    "must be a person of the organization: voicemail is theirs": (
        "doit être une personne de l'organisation : c'est elle qui a la messagerie vocale"
    ),
    "forwards go round in a loop: {loop}": "les transferts tournent en rond : {loop}",
    # numbers
    "needs communication_credits: true in the organization": (
        "demande communication_credits: true dans l'organisation"
    ),
    "is a service number; a user needs a number of kind user": (
        "est un numéro de service ; il faut à un utilisateur un numéro de type user"
    ),
    "{number} is not in the organization's numbers; add it there as a service number": (
        "{number} n'est pas parmi les numéros de l'organisation ; ajoutez-l'y comme numéro de service"
    ),
    "{number} is a user number; a queue needs a service-toll or service-toll-free number": (
        "{number} est un numéro d'utilisateur ; il faut à une file d'attente un numéro service-toll ou"
        " service-toll-free"
    ),
    "{number} is a user number; a caller-ID policy needs a service-toll or service-toll-free number": (
        "{number} est un numéro d'utilisateur ; il faut à une stratégie d'identification un numéro"
        " service-toll ou service-toll-free"
    ),
    "belongs to queue {name} already; one number, one thing": (
        "appartient déjà à la file d'attente {name} ; un numéro ne sert qu'une fois"
    ),
    "belongs to user {upn} already; one number, one thing": (
        "appartient déjà à l'utilisateur {upn} ; un numéro ne sert qu'une fois"
    ),
    "is no number that its country has in use; compare it digit by digit with the provider's letter": (
        "n'est pas un numéro en usage dans son pays ; comparez-le chiffre par chiffre à la lettre de"
        " l'opérateur"
    ),
    "line_uri {uri} {warning:known}": "line_uri {uri} {warning}",
    "forward_to {target} {warning:known}": "forward_to {target} {warning}",
    "voicemail {target} {warning:known}": "voicemail {target} {warning}",
    "is kept as service-toll-free, but its numbering plan does not make it free for callers": (
        "est enregistré comme service-toll-free, mais son plan de numérotation ne le rend pas gratuit pour"
        " l'appelant"
    ),
    "is kept as {kind}, but its numbering plan makes it toll-free": (
        "est enregistré comme {kind}, mais son plan de numérotation le rend gratuit pour l'appelant"
    ),
    # licences
    "must be more than {before:number}: steps rise, and begin at 0 or later": (
        "doit être supérieur à {before} : les paliers montent, et commencent à 0 ou plus"
    ),
    "must be {least:number} or more: more licences never allow fewer numbers": (
        "doit être {least} ou plus : davantage de licences ne donnent jamais droit à moins de numéros"
    ),
    "must be 0 licences or more; without a pool there is no bound": (
        "doit être 0 licence ou plus ; sans réserve il n'y a pas de limite"
    ),
    "{licence} has a pool already; a licence has at most one": (
        "{licence} a déjà une réserve ; une licence en a une au plus"
    ),
    "{assigned:number} {licence} licences are assigned, the pool has {size:number}; take one from somebody,"
    " or raise licence_pools": (
        "{assigned} licences {licence} sont attribuées, la réserve en a {size} ; retirez-en une à quelqu'un,"
        " ou augmentez licence_pools"
    ),
    "is service number {held:number}; service_number_table allows {allowed:number} with {licences:number}"
    " licences for Phone System": (
        "est le numéro de service n° {held} ; service_number_table en admet {allowed} avec {licences}"
        " licences Phone System"
    ),
    "must be 0 or more": "doit être 0 ou plus",
    "is queue {place:number}; queue_table allows {allowed:number} with {licences:number}"
    " licences for Phone System and {conferencing:number} for conferencing": (
        "est la file d'attente n° {place} ; queue_table en admet {allowed} avec {licences}"
        " licences Phone System et {conferencing} de conférence"
    ),
    "needs E5, or E3 together with PhoneSystem in the organization, because queues_need_licences is on": (
        "exige E5, ou E3 avec PhoneSystem, dans l'organisation, car queues_need_licences est activé"
    ),
    # states and countries of numbers, mail addresses of groups
    "{number} is not active yet but {state}; make its state active before anybody has it": (
        "{number} n'est pas encore actif mais {state} ; passez son état à active avant de l'attribuer"
    ),
    "must be a country in two capital letters (ISO 3166-1), such as US, or null": (
        "doit être un pays en deux capitales (ISO 3166-1), par exemple US, ou null"
    ),
    "must be a country of {number}: {countries}; or null": (
        "doit être un pays de {number} : {countries} ; ou null"
    ),
    "must be a mail address such as sales@contoso.com, or null": (
        "doit être une adresse électronique comme sales@contoso.com, ou null"
    ),
    "must be unique; the user {mail} has it already": ("doit être unique ; l'utilisateur {mail} l'a déjà"),
    "must be at least {assigned:number}, as many {licence} licences are assigned": (
        "doit être au moins {assigned} : c'est le nombre de licences {licence} attribuées"
    ),
    # groups and caller-ID policies
    "missing: a group with a caller_id_policy needs a rank, 1 or more; the lowest goes first": (
        "manquant : un groupe qui a une caller_id_policy demande un rang, 1 ou plus ; le plus bas passe en"
        " premier"
    ),
    "has a meaning only with a caller_id_policy": "n'a de sens qu'avec une caller_id_policy",
    "is the rank of group {name} already; each policy of a group needs its own": (
        "est déjà le rang du groupe {name} ; chaque stratégie d'un groupe a besoin du sien"
    ),
    "missing: substitute service needs one of the organization's service numbers": (
        "manquant : substitute: service demande un des numéros de service de l'organisation"
    ),
    "has a meaning only with substitute: service": "n'a de sens qu'avec substitute: service",
    "must stay {name}: it is for whoever was granted no other": (
        "doit rester {name} : c'est celle de qui n'en a pas d'autre"
    ),
    "the user hides the number, which the policy allows": (
        "l'utilisateur masque son numéro, ce que la stratégie permet"
    ),
    "the policy shows nobody's number": "la stratégie n'affiche aucun numéro",
    "the policy shows a service number": "la stratégie affiche un numéro de service",
    "the policy shows the user's own number": "la stratégie affiche le numéro de l'utilisateur",
    "the user has no number to show": "l'utilisateur n'a pas de numéro à afficher",
    # the whole server
    "is the name of another organization of this server": (
        "est le nom d'une autre organisation de ce serveur"
    ),
    "belongs to another organization of this server": "appartient à une autre organisation de ce serveur",
    "{domain} is the first domain, which SIP passwords are made for; these users have one: {users:commas};"
    " remove the passwords, change the domains, then set them anew": (
        "{domain} est le premier domaine, pour lequel les mots de passe SIP sont faits ; ces utilisateurs en"
        " ont un : {users} ; retirez les mots de passe, changez les domaines, puis définissez-les de nouveau"
    ),
    # the audit
    "rounded from {seconds:number} to the nearest {step:number} seconds": (
        "arrondi de {seconds} aux {step} secondes les plus proches"
    ),
    "set anew": "défini de nouveau",
    "another order": "un autre ordre",
    "as the phones publish": "comme les téléphones l'annoncent",
    "without a reason": "sans raison",
    # licences for queues
    "E5, or E3 together with PhoneSystem": "E5, ou E3 avec PhoneSystem",
    "needs {needed:said} in the organization, because queues_need_licences is on": (
        "demande {needed} dans l'organisation, car queues_need_licences est activé"
    ),
}
