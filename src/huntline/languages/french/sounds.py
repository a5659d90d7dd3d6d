"""Sound files and speech: what cannot be one, and what callers will mind about one."""

from __future__ import annotations

SOUNDS = {
    # the library
    "there is no audio file {name} in the library; upload it first": (
        "il n'y a pas de fichier audio {name} dans la bibliothèque ; téléversez-le d'abord"
    ),
    "there is a file {name} with other content; give this one another name": (
        "il y a un fichier {name} qui a un autre contenu ; donnez à celui-ci un autre nom"
    ),
    "is the name of another sound of the organization already; give the file another": (
        "est déjà le nom d'un autre son de l'organisation ; donnez-en un autre au fichier"
    ),
    "must be a file name that ends in {suffix}, as the content is": (
        "doit être un nom de fichier qui finit par {suffix}, comme l'est le contenu"
    ),
    "must be a file name that ends in .wav": "doit être un nom de fichier qui finit par .wav",
    "must be up to 5 MB": "doit avoir au plus 5 Mo",
    "its content is missing from the server: upload the same file again": (
        "son contenu manque sur le serveur : téléversez de nouveau le même fichier"
    ),
    "the content of {name} is missing from the server; upload the file again": (
        "le contenu de {name} manque sur le serveur ; téléversez de nouveau le fichier"
    ),
    # what cannot be a prompt, and what is needed
    "{file}: {found:known}; {needed:known}": "{file} : {found} ; {needed}",
    "a .wav (PCM), .mp3 or .wma file of up to 5 MB is needed": (
        "il faut un fichier .wav (PCM), .mp3 ou .wma d'au plus 5 Mo"
    ),
    "the whole file is needed": "il faut le fichier entier",
    "a shorter one is needed": "il en faut un plus court",
    "mono or stereo is needed": "il faut du son mono ou stéréo",
    "4000 to 384000 Hz is needed": "il faut entre 4000 et 384000 Hz",
    "cannot be read ({error})": "ne peut pas être lu ({error})",
    "the file is larger than 5 MB": "le fichier dépasse 5 Mo",
    "the name says {suffix} but the content is {content:said}": (
        "le nom dit {suffix} mais le contenu est {content}"
    ),
    "the file is cut off: {length:number} of {promised:number} bytes are there": (
        "le fichier est tronqué : {length} octets sur {promised} sont là"
    ),
    "the file type {suffix:quoted} is not allowed": "le type de fichier « {suffix} » n'est pas admis",
    "the file type 'without a suffix' is not allowed": "un fichier sans extension n'est pas admis",
    "the file has no audio in it": "le fichier ne contient pas de son",
    "decoding it takes more time or memory than a sound may": (
        "le décoder prend plus de temps ou de mémoire qu'un son ne doit en prendre"
    ),
    "the audio is longer than an hour": "le son dure plus d'une heure",
    "the audio cannot be decoded ({error})": "le son ne peut pas être décodé ({error})",
    "there is no sound in the file": "il n'y a aucun son dans le fichier",
    "the audio in the file is of a kind that cannot be decoded": (
        "le son du fichier est d'un type qui ne peut pas être décodé"
    ),
    "the audio in the {suffix} file is {codec}": "le son du fichier {suffix} est au format {codec}",
    "the audio has {channels:number} channels": "le son a {channels} canaux",
    "the sample rate is {rate:number} Hz": "la fréquence d'échantillonnage est de {rate} Hz",
    # contents
    "a Windows program": "un programme Windows",
    "a Linux program": "un programme Linux",
    "a ZIP archive or an Office document": "une archive ZIP ou un document Office",
    "a PDF document": "un document PDF",
    "Ogg audio": "du son Ogg",
    "FLAC audio": "du son FLAC",
    "Matroska or WebM": "du Matroska ou du WebM",
    "a PNG picture": "une image PNG",
    "a JPEG picture": "une image JPEG",
    "a GIF picture": "une image GIF",
    "AIFF audio": "du son AIFF",
    "AMR audio": "du son AMR",
    "WAV audio": "du son WAV",
    "MP3 audio": "du son MP3",
    "WMA audio": "du son WMA",
    "a web page or XML": "une page web ou du XML",
    "MP4 or M4A": "du MP4 ou du M4A",
    "an empty file": "un fichier vide",
    "no audio that we know": "d'un format audio inconnu",
    # what callers will mind
    "is silent: callers hear nothing": "est muet : les appelants n'entendent rien",
    "is very quiet ({loudness:number} dBFS): callers may not hear it; -20 dBFS is a good level": (
        "est très faible ({loudness} dBFS) : les appelants risquent de ne pas l'entendre ; -20 dBFS est un"
        " bon niveau"
    ),
    "is clipped in {share:number} % of its length: it sounds distorted; record it at a lower level": (
        "est écrêté sur {share} % de sa durée : il paraît saturé ; enregistrez-le à un niveau plus bas"
    ),
    "is very short ({duration:number} s)": "est très court ({duration} s)",
    "lasts {duration:number} s: long for a greeting, good for music on hold": (
        "dure {duration} s : c'est long pour un accueil, bien pour une musique d'attente"
    ),
    # speech
    "language {language:quoted} cannot be spoken; one of {languages} can": (
        "la langue « {language} » ne peut pas être parlée ; celles-ci le peuvent : {languages}"
    ),
    "a text of 1 to {most:number} characters can be spoken, not {length:number}": (
        "un texte de 1 à {most} caractères peut être parlé, pas de {length}"
    ),
    "there is nothing in the text that can be spoken": "rien dans le texte ne peut être parlé",
    "the voice did not finish in {seconds:number} s": "la voix n'a pas fini en {seconds} s",
    "the voice failed with {status:number}: {error}": "la voix a échoué avec {status} : {error}",
    "too many texts wait to be spoken": "trop de textes attendent d'être parlés",
    "the text could not be spoken: {error:said}": "le texte n'a pas pu être parlé : {error}",
}
