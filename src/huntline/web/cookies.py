"""Cookies of people who have signed in, or are about to."""

from __future__ import annotations

from fastapi import Request, Response

SESSION = "huntline-session"
OIDC = "huntline-oidc"


def cookie_of(request: Request, name: str) -> str | None:
    """What a browser keeps for us under a name."""
    return request.cookies.get(_full(request, name))


def set_cookie(
    request: Request, response: Response, name: str, value: str, max_age: int | None = None
) -> None:
    """Have a browser keep something: out of reach for scripts, for other hosts and their forms."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=max_age,
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(request: Request, response: Response, name: str) -> None:
    """Have a browser forget it."""
    response.delete_cookie(
        _full(request, name), path="/", secure=_is_https(request), httponly=True, samesite="lax"
    )


def _full(request: Request, name: str) -> str:
    # RFC 6265bis section 4.1.3.2: the prefix keeps other hosts of the domain from setting it.
    return f"__Host-{name}" if _is_https(request) else name


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
