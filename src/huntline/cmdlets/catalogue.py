"""All cmdlets that there are."""

from __future__ import annotations

from huntline.cmdlets.calling_line_identities import CALLING_LINE_IDENTITY_CMDLETS
from huntline.cmdlets.content import GET_CONTENT
from huntline.cmdlets.csv_files import IMPORT_CSV
from huntline.cmdlets.guide import GUIDE_CMDLETS
from huntline.cmdlets.hunt_groups import HUNT_GROUP_CMDLETS
from huntline.cmdlets.objects import OBJECT_CMDLETS
from huntline.cmdlets.users import USER_CMDLETS

CMDLETS = (
    *HUNT_GROUP_CMDLETS,
    *CALLING_LINE_IDENTITY_CMDLETS,
    *USER_CMDLETS,
    *GUIDE_CMDLETS,
    GET_CONTENT,
    IMPORT_CSV,
    *OBJECT_CMDLETS,
)
