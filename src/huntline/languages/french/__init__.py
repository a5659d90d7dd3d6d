"""French."""

from __future__ import annotations

from huntline.languages.catalogue import Catalogue, Marks, merged
from huntline.languages.french.access import ACCESS
from huntline.languages.french.attendants import ATTENDANTS
from huntline.languages.french.calls import CALLS
from huntline.languages.french.kept import KEPT
from huntline.languages.french.peers import PEERS
from huntline.languages.french.phones import PHONES
from huntline.languages.french.requests import REQUESTS
from huntline.languages.french.settings import SETTINGS
from huntline.languages.french.sounds import SOUNDS
from huntline.languages.french.titles import TITLES
from huntline.languages.french.trunks import TRUNKS
from huntline.languages.french.uses import USES
from huntline.languages.typography import typeset

SENTENCES = merged(
    (TITLES, REQUESTS, ACCESS, SETTINGS, ATTENDANTS, USES, SOUNDS, CALLS, PEERS, KEPT, TRUNKS, PHONES),
    typeset,
)
"""The French templates by the English ones."""

FRENCH = Catalogue(
    SENTENCES,
    Marks(
        separators={"list": typeset(" ; "), "and": " et ", "commas": ", "},
        colon=typeset(" : "),
        decimal=",",
    ),
)
