"""An identity provider on a port of its own: OpenID Connect with PKCE, real signatures, faults on demand."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.http_server import served

CLIENT_ID = "huntline"
CLIENT_SECRET = "the client's secret"


class FakeIdentityProvider:
    """Lets everybody in as ``person``, at once; ``claims`` are put into the next id tokens, over the right
    ones, and ``key`` signs them."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self._published = KeySet([self.key])
        self.issuer = ""
        self.person: dict[str, Any] = {"sub": "anna-1"}
        self.claims: dict[str, Any] = {}
        self.is_denying = False
        self._codes: dict[str, dict[str, str]] = {}

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    async def _metadata(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        answer = {"state": asked["state"]}
        if self.is_denying:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self._codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form.get("code", ""), None)
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        is_client = request.headers.get("authorization") == f"Basic {secret}"
        if asked is None or not is_client or not self._is_proven(asked, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": "unused", "token_type": "Bearer", "id_token": self._id_token(asked)}
        return JSONResponse(answer)

    async def _keys(self, request: Request) -> Response:
        return JSONResponse(self._published.as_dict(private=False))

    @staticmethod
    def _is_proven(asked: dict[str, str], form: dict[str, str]) -> bool:
        """RFC 7636 section 4.6, and that the code goes where it was asked for."""
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_same_address = form["redirect_uri"] == asked["redirect_uri"]
        return (
            asked["code_challenge_method"] == "S256"
            and challenge == asked["code_challenge"]
            and is_same_address
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        return jwt.encode({"alg": "RS256", "kid": "one"}, right | self.person | self.claims, self.key)


@contextmanager
def identity_provider() -> Iterator[FakeIdentityProvider]:
    """A running provider on a free port of 127.0.0.1."""
    provider = FakeIdentityProvider()
    with served(Starlette(routes=provider.routes())) as url:
        provider.issuer = url
        yield provider
