"""Where every page is: what walks through all of them takes the addresses from here."""

from __future__ import annotations

from playwright.sync_api import Page

EVERY_PAGE = {
    "agent": "/agent",
    "switches": "/q",
    "wallboard": "/wallboard",
    "big": "/wallboard/big",
    "history": "/history",
    "charts": "/history?view=charts",
    "level": "/history?view=service-level",
    "call": "/history/{call}",
    "queues": "/queues",
    "queue-new": "/queues/new",
    "queue": "/queues/{queue}",
    "attendants": "/attendants",
    "attendant-new": "/attendants/new",
    "attendant": "/attendants/{attendant}",
    "users": "/users",
    "user-new": "/users/new",
    "user": "/users/{user}",
    "groups": "/groups",
    "group-new": "/groups/new",
    "group": "/groups/{group}",
    "numbers": "/numbers",
    "policies": "/caller-id",
    "policy-new": "/caller-id/new",
    "policy": "/caller-id/Global",
    "audio": "/audio",
    "check": "/check",
    "audit": "/audit",
    "organization": "/settings/organization",
    "licences": "/settings/licences",
    "trunks": "/settings/trunks",
    "accounts": "/settings/accounts",
    "setup": "/setup",
    "nowhere": "/nowhere",
}

_FIRST = {
    "call": ("/calls", "call_id"),
    "queue": ("/queues", "id"),
    "attendant": ("/attendants", "id"),
    "user": ("/users", "upn"),
    "group": ("/groups", "name"),
}


def addresses_of(somebody: Page, server: str) -> dict[str, str]:
    """What stands in the addresses for one thing of each kind; ``none`` where there is none."""
    found = {}
    for name, (path, key) in _FIRST.items():
        items = somebody.request.get(f"{server}/api/v1{path}?limit=1").json()["items"]
        found[name] = str(items[0][key]) if items else "none"
    return found
