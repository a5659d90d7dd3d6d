"""Digest as a client: what answers challenges (RFC 3261 section 22.2, RFC 7616, RFC 8760)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from huntline.sip.core.digest import ALGORITHMS, digest_response, ha1, session_ha1
from huntline.sip.core.grammar import GrammarError, parse_auth, quote_string
from huntline.sip.core.message import HeaderLines, Headers, Response

MOST_PROOFS = 2
"""How often one request is sent with proofs: with those that may be old, and with fresh ones. Whoever is
refused twice has another password than the server thinks."""

_SESSION = "-SESS"
_HEADERS = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
_PROOF_HEADERS = tuple(answer.lower() for _, answer in _HEADERS.values())


@dataclass(frozen=True, slots=True)
class DigestCredentials:
    """What we prove ourselves with; never shown in a repr, and on record by ``account`` alone: the name by
    which the core's keyring has it."""

    username: str
    password: str = field(repr=False)
    account: str = ""


@dataclass(frozen=True, slots=True)
class DigestChallenge:
    """A challenge that we can answer. ``header`` is what the answer goes by, ``count`` how often its nonce
    has been used."""

    header: str
    realm: str
    nonce: str
    algorithm: str
    opaque: str | None = None
    has_qop: bool = True
    count: int = 0

    def used(self) -> DigestChallenge:
        """The same, whose nonce is about to be used once more."""
        return replace(self, count=self.count + 1)

    def answer(self, credentials: DigestCredentials, method: str, uri: str, cnonce: str) -> tuple[str, str]:
        """The header that proves us; the nonce counts as used ``count`` times, this time included."""
        base = self.algorithm.upper().removesuffix(_SESSION)
        secret = ha1(credentials.username, self.realm, credentials.password, base)
        if self.algorithm.upper().endswith(_SESSION):
            secret = session_ha1(base, secret, self.nonce, cnonce)
        parts: tuple[str, ...] = (self.nonce,)
        extra = ""
        if self.has_qop:
            nc = f"{self.count:08x}"
            parts = (self.nonce, nc, cnonce, "auth")
            extra = f', qop=auth, nc={nc}, cnonce="{cnonce}"'
        elif self.algorithm.upper().endswith(_SESSION):
            extra = f', cnonce="{cnonce}"'
        if self.opaque is not None:
            extra += f", opaque={quote_string(self.opaque)}"
        proof = digest_response(base, secret, method, uri, parts)
        return self.header, (
            f"Digest username={quote_string(credentials.username)}, realm={quote_string(self.realm)}, "
            f"nonce={quote_string(self.nonce)}, uri={quote_string(uri)}, "
            f'response="{proof}", algorithm={self.algorithm}{extra}'
        )


def challenges_in(response: Response) -> tuple[DigestChallenge, ...]:
    """The challenges to answer: of each realm the topmost that we can (RFC 8760 section 2.4)."""
    if response.status not in _HEADERS:
        return ()
    name, answer = _HEADERS[response.status]
    return tuple(_topmost(response.all(name), answer))


def is_stale(response: Response) -> bool:
    """Whether a challenge says that only the nonce was too old (RFC 7616 section 3.3)."""
    return any(
        parameters.get("stale", "").lower() == "true"
        for name, _ in _HEADERS.values()
        for parameters in _parameters(response.all(name))
    )


def further_proofs(
    before: Headers,
    tries: int,
    response: Response,
    credentials: DigestCredentials | None,
    method: str,
    uri: str,
    token: Callable[[], str],
) -> HeaderLines | None:
    """The proofs for sending a request again after a 401 or 407; None where that is of no use.

    ``before`` are headers of the request as it was sent, ``tries`` how often it has been sent with proofs. A
    nonce that we have used already was refused, and so were we.
    """
    challenges = () if credentials is None else challenges_in(response)
    used = {(line, realm, nonce) for line, realm, nonce, _ in _proofs_in(before)}
    fresh = [each for each in challenges if (each.header, each.realm, each.nonce) not in used]
    if credentials is None or not fresh or tries >= MOST_PROOFS + is_stale(response):
        return None
    answered = {(each.header, each.realm) for each in fresh}
    kept = tuple(
        (line, value) for line, realm, _, value in _proofs_in(before) if (line, realm) not in answered
    )
    return kept + tuple(each.used().answer(credentials, method, uri, token()) for each in fresh)


def proofs_in(headers: Headers) -> HeaderLines:
    """The proofs among the headers of a request."""
    return tuple((line, value) for line, _, _, value in _proofs_in(headers))


def authorize(
    challenges: Sequence[str],
    credentials: DigestCredentials,
    method: str,
    uri: str,
    cnonce: str,
    count: int = 1,
) -> str | None:
    """The Authorization value that answers the topmost of the challenges that we can; None when there is
    none."""
    found = next(_topmost(challenges, "Authorization"), None)
    if found is None:
        return None
    return replace(found, count=count).answer(credentials, method, uri, cnonce)[1]


def _topmost(challenges: Iterable[str], header: str) -> Iterator[DigestChallenge]:
    realms = set()
    for parameters in _parameters(challenges):
        algorithm, realm = parameters.get("algorithm", "MD5"), parameters.get("realm", "")
        qualities = [quality.strip().lower() for quality in parameters.get("qop", "auth").split(",")]
        is_known = algorithm.upper().removesuffix(_SESSION) in ALGORITHMS
        if is_known and "auth" in qualities and "nonce" in parameters and realm not in realms:
            realms.add(realm)
            yield DigestChallenge(
                header, realm, parameters["nonce"], algorithm, parameters.get("opaque"), "qop" in parameters
            )


def _parameters(challenges: Iterable[str]) -> Iterator[dict[str, str]]:
    for challenge in challenges:
        try:
            auth = parse_auth(challenge)
        except GrammarError:
            continue
        if auth.scheme == "digest":
            yield auth.parameters


def _proofs_in(headers: Headers) -> Iterator[tuple[str, str, str, str]]:
    """Header, realm, nonce and value of each proof."""
    for name, value in headers:
        if name.lower() in _PROOF_HEADERS:
            for parameters in _parameters([value]):
                canonical = next(answer for _, answer in _HEADERS.values() if answer.lower() == name.lower())
                yield canonical, parameters.get("realm", ""), parameters.get("nonce", ""), value
