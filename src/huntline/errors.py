"""The error tree, by who can act."""

from __future__ import annotations


class HuntlineError(Exception):
    """Anything Huntline raises on purpose."""


class Refused(HuntlineError):
    """A person's wish that the rules do not allow.

    ``error_id`` is a stable kebab-case word that programs may rely on, ``status`` the HTTP status that
    fits. Nothing has changed when this is raised.
    """

    error_id = "refused"
    status = 409


class PeerError(HuntlineError):
    """A phone or a trunk misbehaves; ``sip_status`` is what it may be answered."""

    sip_status = 400


class ConfigurationError(HuntlineError):
    """A setting is wrong: the message names file, key, value and what would be right."""
