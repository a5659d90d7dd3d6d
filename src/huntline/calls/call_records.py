"""What the record of a call is made of."""

from __future__ import annotations

from huntline.attendant import model as attendant_model
from huntline.attendant import visit
from huntline.calls import box_visit, caller_identity, contacts, diversion, failures, model
from huntline.directory import encryption, plan, star_codes
from huntline.engine import model as engine_model
from huntline.engine import reasons
from huntline.records import kinds_in
from huntline.sip.core import flow, grammar

CALL_KINDS = kinds_in(
    *(model, box_visit, contacts, caller_identity, diversion, failures, plan, star_codes, encryption),
    *(attendant_model, visit, engine_model, reasons, flow, grammar),
)
"""A record is one call with all that it holds; its owners are known by their names (``B2bua.owners``)."""
