"""Signing in with an identity provider (OpenID Connect Core 1.0: authorization code with PKCE).

The flow and the checks of claims are Authlib's, signatures are joserfc's; here is what they are put together
for, and what must be remembered in between. All libraries for it are loaded where they are used: most servers
know no provider.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from huntline.config import OidcConfig
from huntline.errors import Refused

if TYPE_CHECKING:
    import ssl

    import httpx

TIME_TO_SIGN_IN = 600  # seconds from being sent to the provider until coming back

_METADATA_KNOWN = 300.0  # seconds
_TIME_LIMIT = 10.0  # seconds for each answer of the provider
_LEEWAY = 60  # seconds that its clock may differ from ours
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

_log = logging.getLogger(__name__)


class ProviderRefused(Refused):
    """The identity provider did not vouch for whoever came back, or not in a way that can be believed."""

    error_id = "sign-in-refused"
    status = 401


class ProviderUnavailable(Refused):
    """The identity provider cannot be reached, or answers what none would."""

    error_id = "identity-provider-unavailable"
    status = 502


@dataclass(frozen=True, slots=True)
class Pending:
    """Someone who was sent to the provider and is expected back."""

    nonce: str
    code_verifier: str
    redirect_uri: str
    return_to: str
    organization: str | None
    source: str
    until: float


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Whom the provider vouches for: ``subject`` is its name and its id for the person."""

    subject: str
    verified_email: str | None


class OpenIdConnect:
    """One identity provider. May be used from several threads at once.

    Whoever goes away to it and does not come back has not failed at anything: they are forgotten in time, or
    when too many of one address are away.
    """

    def __init__(self, config: OidcConfig, most_pending: int = 10_000, most_of_one: int = 500) -> None:
        self._config = config
        self._most_pending = most_pending
        self._most_of_one = most_of_one  # address: a whole office may stand behind it
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._known_metadata: tuple[float, dict[str, Any]] | None = None  # until when it is believed, and it
        self._lock = threading.Lock()

    def begin(
        self, redirect_uri: str, return_to: str, organization: str | None, source: str
    ) -> tuple[str, str]:
        """Where to send a browser of an address, and the state that it will come back with, once.

        Raises ProviderUnavailable.
        """
        pending = Pending(
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(48),
            redirect_uri=self._config.redirect_uri or redirect_uri,
            return_to=return_to,
            organization=organization,
            source=source,
            until=time.monotonic() + TIME_TO_SIGN_IN,
        )
        with _session() as session:
            address = self._metadata(session)["authorization_endpoint"]
            url, state = self._client(session, pending).create_authorization_url(
                address, code_verifier=pending.code_verifier, nonce=pending.nonce
            )
        with self._lock:
            self._pending[state] = pending
            self._forget_one_too_many(source)
        return str(url), str(state)

    def _forget_one_too_many(self, source: str) -> None:
        """Those of an address that have waited longest go first: nobody can push out somebody elsewhere."""
        theirs = [state for state, pending in self._pending.items() if pending.source == source]
        if len(theirs) > self._most_of_one:
            del self._pending[theirs[0]]
        elif len(self._pending) > self._most_pending:
            self._pending.popitem(last=False)

    def returned(self, state: str) -> Pending:
        """Whoever was sent away with this state, which is good for one return. Raises ProviderRefused."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or pending.until < time.monotonic():
            raise ProviderRefused(
                "this sign-in was not begun here, took too long or was used already; begin again"
            )
        return pending

    def identity(self, pending: Pending, code: str) -> ProviderIdentity:
        """Whom the provider vouches for by a code. Raises ProviderRefused, ProviderUnavailable."""
        import httpx
        from authlib.oauth2.base import OAuth2Error
        from joserfc.errors import JoseError

        with _session() as session:
            metadata = self._metadata(session)
            try:
                token = self._token(session, pending, metadata["token_endpoint"], code)
                keys = _json(session.get(metadata["jwks_uri"]))
                return self._checked(pending, token, keys)
            except (OAuth2Error, JoseError, ValueError, KeyError, TypeError) as error:
                # What the token says stays out of the log: it is somebody's name and address.
                _log.warning("a sign-in by OpenID Connect is refused", extra={"reason": type(error).__name__})
                raise ProviderRefused(
                    "the identity provider's answer cannot be believed; begin again"
                ) from None
            except httpx.HTTPError as error:
                raise _unavailable(error) from None

    def _token(self, session: httpx.Client, pending: Pending, address: str, code: str) -> Mapping[str, Any]:
        import httpx

        secret = self._config.client_secret
        auth = httpx.BasicAuth(self._config.client_id, secret.get_secret_value()) if secret else httpx.Auth()
        token: Mapping[str, Any] = self._client(session, pending).fetch_token(
            address,
            grant_type="authorization_code",
            code=code,
            code_verifier=pending.code_verifier,
            client_id=self._config.client_id,
            auth=auth,
        )
        return token

    def _checked(self, pending: Pending, token: Mapping[str, Any], keys: Any) -> ProviderIdentity:
        """The identity in an id token, once signature, issuer, audience, times and nonce are right."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), registry=registry)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": self._config.issuer},
                "aud": {"essential": True, "value": self._config.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
            },
            params={
                "nonce": pending.nonce,
                "client_id": self._config.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY)
        is_verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return ProviderIdentity(
            f"{self._config.issuer} {claims['sub']}", claims["email"] if is_verified else None
        )

    def _client(self, session: httpx.Client, pending: Pending) -> Any:
        from authlib.oauth2.client import OAuth2Client

        return OAuth2Client(
            session,
            client_id=self._config.client_id,
            scope=self._config.scope,
            redirect_uri=pending.redirect_uri,
            code_challenge_method="S256",
        )

    def _metadata(self, session: httpx.Client) -> dict[str, Any]:
        """What the provider says about itself, asked anew every few minutes: anybody can make us ask."""
        known = self._known_metadata
        if known is None or known[0] < time.monotonic():
            known = self._known_metadata = (
                time.monotonic() + _METADATA_KNOWN,
                self._asked_metadata(session),
            )
        return known[1]

    def _asked_metadata(self, session: httpx.Client) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 section 4."""
        import httpx

        address = f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = _json(session.get(address))
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from None
        is_complete = isinstance(metadata, dict) and all(
            isinstance(metadata.get(name), str) for name in _ENDPOINTS
        )
        if not is_complete or metadata.get("issuer") != self._config.issuer:
            raise _unavailable(ValueError("its metadata is another issuer's, or incomplete"))
        return dict(metadata)


def _session() -> httpx.Client:
    import httpx

    return httpx.Client(timeout=_TIME_LIMIT, verify=_trusted_issuers())


@cache
def _trusted_issuers() -> ssl.SSLContext:
    """Read once: that takes longer than all else that we do for a sign-in."""
    import httpx

    return httpx.create_ssl_context()


def _json(response: httpx.Response) -> Any:
    return response.raise_for_status().json()


def _unavailable(error: Exception) -> ProviderUnavailable:
    _log.warning("the identity provider cannot be asked", extra={"reason": str(error)})
    return ProviderUnavailable("the identity provider cannot be asked; try again, or sign in by password")
