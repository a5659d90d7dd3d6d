"""Digest authentication as a server (RFC 7616, RFC 8760): SHA-256 before MD5, quality of protection "auth".

The server side keeps no sessions: a nonce is its time, the run of the server and a MAC over both. Only the
highest nonce count of the nonces that are still valid is remembered, and that for one run.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Literal

from huntline.plain import frozen
from huntline.sip.core.grammar import GrammarError, parse_auth, parse_uri, quote_string

ALGORITHMS = ("SHA-256", "MD5")
NONCE_LIFETIME = 300.0
MAX_NONCES = 50_000

_HASHES: dict[str, Callable[[bytes], str]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}


@frozen
class Verdict:
    """What ``Challenger.check`` found.

    "stale": the proof is right but its nonce is used up, so a new challenge with ``stale=True`` is due
    and the phone will not ask its user again. ``username`` is only proven when ``outcome`` is "ok".
    """

    outcome: Literal["ok", "stale", "bad", "missing"]
    username: str | None = None


def ha1(username: str, realm: str, password: str, algorithm: str) -> str:
    """The hash of user, realm and password: all that a server needs to keep."""
    return _HASHES[algorithm](f"{username}:{realm}:{password}".encode("utf-8", "surrogateescape"))


def session_ha1(algorithm: str, ha1_value: str, nonce: str, cnonce: str) -> str:
    """The hash for a session (``-sess``, RFC 7616 section 3.4.2)."""
    return _HASHES[algorithm](":".join((ha1_value, nonce, cnonce)).encode("utf-8", "surrogateescape"))


def digest_response(algorithm: str, ha1_value: str, method: str, uri: str, parts: Sequence[str]) -> str:
    """The proof; ``parts`` are what stands between the two hashes."""
    digest = _HASHES[algorithm]
    ha2 = digest(f"{method}:{uri}".encode("utf-8", "surrogateescape"))
    return digest(":".join((ha1_value, *parts, ha2)).encode("utf-8", "surrogateescape"))


class Challenger:
    """The server side of one realm or many. Memory is bounded by ``MAX_NONCES``.

    ``algorithms`` are what it challenges with, in that order; whatever a phone answers with is checked.
    ``run`` names this run of the server and differs from that of any other with the same secret: nonces of
    other runs are stale, since how often they were used is not known.
    """

    def __init__(self, secret: bytes, algorithms: Sequence[str] = ALGORITHMS, run: str = "") -> None:
        self._secret = secret
        self._run = run
        self._algorithms = tuple(algorithms)
        self._issued = 0
        # nonce -> the highest nonce count seen; oldest first.
        self._counts: dict[str, int] = {}
        self._counts_known_since = -1.0

    def challenges(self, realm: str, now: float, stale: bool = False) -> list[str]:
        """The values of WWW-Authenticate (or Proxy-Authenticate), one for each algorithm."""
        nonce = self._nonce(now)
        end = ", stale=true" if stale else ""
        return [
            f'Digest realm={quote_string(realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{end}'
            for algorithm in self._algorithms
        ]

    def check(
        self,
        authorization: str | None,
        method: str,
        request_uri: str,
        ha1: Callable[[str, str, str], str | None],
        now: float,
    ) -> Verdict:
        """Check an Authorization value; ``ha1(username, realm, algorithm)`` is None for an unknown user."""
        parameters = _digest_parameters(authorization)
        if parameters is None:
            return Verdict("missing")
        username = parameters["username"]
        algorithm = _known_algorithm(parameters)
        if algorithm is None or not _is_same_uri(parameters["uri"], request_uri):
            return Verdict("bad", username)
        # An unknown user costs the same work, so that time does not tell who exists.
        known = ha1(username, parameters["realm"], algorithm)
        expected = digest_response(
            algorithm, known or "", method, parameters["uri"], _proof_parts(parameters)
        )
        is_right = hmac.compare_digest(
            expected.encode(), parameters["response"].lower().encode("utf-8", "surrogateescape")
        )
        if known is None or not is_right or not self._is_ours(parameters["nonce"]):
            return Verdict("bad", username)
        if not self._is_fresh(parameters, now):
            return Verdict("stale", username)
        return Verdict("ok", username)

    def _nonce(self, now: float) -> str:
        self._issued += 1
        stamp = f"{int(now * 1000):x}.{self._issued:x}.{self._run}"
        return f"{stamp}.{self._mac(stamp)}"

    def _mac(self, stamp: str) -> str:
        message = stamp.encode("utf-8", "surrogateescape")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:24]

    def _is_ours(self, nonce: str) -> bool:
        stamp, _, mac = nonce.rpartition(".")
        return hmac.compare_digest(self._mac(stamp).encode(), mac.encode("utf-8", "surrogateescape"))

    def _is_fresh(self, parameters: dict[str, str], now: float) -> bool:
        """Whether the nonce is of this run and young, and its count has risen (RFC 7616 section 3.4);
        remembers the count."""
        nonce = parameters["nonce"]
        if nonce.split(".")[2:-1] != [self._run]:
            return False
        issued_at = _issued_at(nonce)
        if issued_at <= max(now - NONCE_LIFETIME, self._counts_known_since) or issued_at > now + 1:
            return False
        count = int(parameters["nc"], 16) if "qop" in parameters else 1
        if count <= self._counts.get(nonce, 0):
            return False
        self._counts[nonce] = count
        if len(self._counts) > MAX_NONCES:
            self._forget_older_half()
        return True

    def _forget_older_half(self) -> None:
        """Make room; nonces as old as a forgotten one are stale from now on, so that none can be replayed."""
        for nonce in list(self._counts)[: MAX_NONCES // 2]:
            del self._counts[nonce]
            self._counts_known_since = max(self._counts_known_since, _issued_at(nonce))


def realm_in(authorization: str) -> str | None:
    """The realm that an Authorization value is for; None when it cannot be read."""
    try:
        return parse_auth(authorization).parameters.get("realm")
    except GrammarError:
        return None


def _issued_at(nonce: str) -> float:
    return int(nonce.partition(".")[0], 16) / 1000


def _digest_parameters(authorization: str | None) -> dict[str, str] | None:
    """The parameters of usable Digest credentials; None for another scheme or for incomplete ones."""
    try:
        auth = parse_auth(authorization or "")
    except GrammarError:
        return None
    parameters = auth.parameters
    needed = ["username", "realm", "nonce", "uri", "response"]
    if "qop" in parameters:
        needed += ["nc", "cnonce"]
    if auth.scheme != "digest" or any(name not in parameters for name in needed):
        return None
    if "qop" in parameters and not _is_nonce_count(parameters["nc"]):
        return None
    return parameters


def _is_nonce_count(text: str) -> bool:
    return 0 < len(text) <= 8 and all(character in "0123456789abcdefABCDEF" for character in text)


def _known_algorithm(parameters: dict[str, str]) -> str | None:
    algorithm = parameters.get("algorithm", "MD5").upper()
    if algorithm not in _HASHES or parameters.get("qop", "auth") != "auth":
        return None
    return algorithm


def _proof_parts(parameters: dict[str, str]) -> tuple[str, ...]:
    if "qop" not in parameters:  # RFC 2069: old phones ignore our qop
        return (parameters["nonce"],)
    return parameters["nonce"], parameters["nc"], parameters["cnonce"], parameters["qop"]


def _is_same_uri(claimed: str, request_uri: str) -> bool:
    """Whether the signed URI means the Request-URI; parameters and case of the host do not matter."""
    if claimed == request_uri:
        return True
    try:
        one, other = parse_uri(claimed), parse_uri(request_uri)
    except GrammarError:
        return False
    return (one.user, one.host.lower()) == (other.user, other.host.lower())
