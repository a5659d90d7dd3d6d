"""Auto attendants: what their settings may be, what they do and what needs them."""

from __future__ import annotations

ATTENDANTS = {
    # hours and holidays
    "must be at most {most:number} spans a day": "doit avoir au plus {most} plages par jour",
    "must begin and end in steps of {step:number} minutes": (
        "doit commencer et finir par pas de {step} minutes"
    ),
    "must begin before 24:00 and end at 24:00 at the latest": (
        "doit commencer avant 24:00 et finir au plus tard à 24:00"
    ),
    "must not end when it begins; a whole day is 00:00-24:00": (
        "ne doit pas finir à l'heure où elle commence ; une journée entière est 00:00-24:00"
    ),
    "must be a span such as 09:00-12:30; 00:00-24:00 is a whole day, 18:00-02:00 goes past midnight": (
        "doit être une plage comme 09:00-12:30 ; 00:00-24:00 est une journée entière, 18:00-02:00 va au-delà"
        " de minuit"
    ),
    "must be at most {most:number} holidays; take out those that are over": (
        "doit avoir au plus {most} jours fériés ; retirez ceux qui sont passés"
    ),
    "must be in the years {first:number} to {last:number}": "doit être entre les années {first} et {last}",
    "must not be before first, {day}": "ne doit pas être avant first, {day}",
    "must be a day such as 2027-07-14": "doit être une date comme 2027-07-14",
    "must be a moment of the years {first:number} to {last:number}, such as 2027-07-14T19:10": (
        "doit être un instant des années {first} à {last}, comme 2027-07-14T19:10"
    ),
    "must be an IANA time zone such as Europe/Paris, or null for the organization's": (
        "doit être un fuseau horaire IANA comme Europe/Paris, ou null pour celui de l'organisation"
    ),
    "there is no holiday calendar {name:quoted}": "il n'y a pas de calendrier de jours fériés « {name} »",
    "the holiday calendar {country} has no part {name:quoted}": (
        "le calendrier de jours fériés {country} n'a pas de partie « {name} »"
    ),
    # flows and menus
    "missing: action menu needs the keys that callers may press": (
        "manque : l'action menu a besoin des touches que les appelants peuvent presser"
    ),
    "has a meaning only with action: menu": "n'a de sens qu'avec action: menu",
    "has a meaning only with action: forward": "n'a de sens qu'avec action: forward",
    "the name of a queue, sip:user@domain, attendant:NAME, voicemail:NAME or tel:+digits": (
        "le nom d'une file d'attente, sip:utilisateur@domaine, attendant:NOM, voicemail:NOM ou tel:+chiffres"
    ),
    "must be one of 0 to 9, * and #": "doit être une touche de 0 à 9, * ou #",
    "must be unique: a key does one thing": "doit être unique : une touche ne fait qu'une chose",
    "needs an operator: set operator of the attendant": (
        "a besoin d'un standardiste : indiquez operator pour le standard automatique"
    ),
    "must be {low:number} to {high:number} times": "doit être compris entre {low} et {high} fois",
    # names and people
    "is the name of queue {name} already; a name that is dialled leads to one thing": (
        "est déjà le nom de la file d'attente {name} ; un nom que l'on compose ne mène qu'à un endroit"
    ),
    "must not begin with attendant: or voicemail:, which mark other targets": (
        "ne doit pas commencer par attendant: ou voicemail:, qui signalent d'autres destinations"
    ),
    "must be 1 to 6 digits, nothing else": "doit avoir de 1 à 6 chiffres, rien d'autre",
    'YAML reads this as a number, without zeros in front; write it in quotes: "{number}"': (
        "YAML lit ceci comme un nombre et perd les zéros du début ; écrivez-le entre guillemets droits :"
        ' "{number}"'
    ),
    "there is no attendant {name}": "il n'y a pas de standard automatique {name}",
    "there is no attendant {name:quoted}": "il n'y a pas de standard automatique « {name} »",
    "must be unique, letter case aside; another attendant has it already": (
        "doit être unique, majuscules et minuscules confondues ; un autre standard automatique l'a déjà"
    ),
    "is attendant {name}; a mailbox is a person's, or an address outside": (
        "est le standard automatique {name} ; une messagerie vocale est celle d'une personne, ou une adresse"
        " extérieure"
    ),
    "is attendant {name}; what rings beside a user's phones is a number or a colleague": (
        "est le standard automatique {name} ; ce qui sonne avec les téléphones d'un utilisateur est un numéro"
        " ou un collègue"
    ),
    "an attendant": "un standard automatique",
    "{number} is a user number; an attendant needs a service-toll or service-toll-free number": (
        "{number} est un numéro d'utilisateur ; il faut à un standard automatique un numéro service-toll ou"
        " service-toll-free"
    ),
    # what happens at a moment
    "no hours are set: it is always open": "aucune heure n'est définie : c'est toujours ouvert",
    "it is within the hours of that day": "c'est dans les heures de ce jour-là",
    "hours of the day before go on past midnight": "les heures de la veille vont au-delà de minuit",
    "it is outside the hours of that day": "c'est en dehors des heures de ce jour-là",
    "that day has no hours": "ce jour-là n'a pas d'heures d'ouverture",
    "it is a holiday": "c'est un jour férié",
    # uses
    "attendant {name} is in use: {uses:list}": ("le standard automatique {name} est encore utilisé : {uses}"),
    "attendant {name} is in it": "le standard automatique {name} s'y trouve",
    "attendant {name} leaves it out of its directory": (
        "le standard automatique {name} l'exclut de son annuaire"
    ),
    "attendant {name} has its directory from it": "le standard automatique {name} en tire son annuaire",
    "attendant {name} is called by it": "c'est le numéro du standard automatique {name}",
    "attendant {name} plays it ({field})": "le standard automatique {name} le fait entendre ({field})",
    "attendant {name} sends callers to it ({field})": (
        "le standard automatique {name} y envoie des appelants ({field})"
    ),
}
