"""What TLS is done with: the certificates that we show, and whom we believe."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from huntline.errors import ConfigurationError
from huntline.network.certificate_files import CertificateFiles
from huntline.network.certificates import CertificateFacts, facts_of


class TlsSettings:
    """Certificates in memory, until ``load`` reads their files again.

    The first is shown to whoever names no host; of several, else, the one for the host that is named (SNI,
    RFC 6066 section 3). Providers that ask for one are shown the first that is for clients, else the first.
    ``trusted`` has further issuers that are believed beside those of the system.
    """

    def __init__(self, certificates: Sequence[CertificateFiles] = (), trusted: Path | None = None) -> None:
        """Raises ConfigurationError as ``load`` does."""
        self._files = tuple(certificates)
        self._trusted = trusted
        self.load()

    def load(self) -> None:
        """Read all files. New connections have what is new, others go on with what they have.

        Raises ConfigurationError, naming the file, and leaves all as it was.
        """
        facts = tuple(map(facts_of, self._files))
        servers = [_server_context(files) for files in self._files]
        shown = next((own for own, fact in zip(self._files, facts, strict=True) if fact.is_for_clients), None)
        shown = shown or next(iter(self._files), None)
        client = _client_context(shown, self._trusted) if shown or self._trusted else None
        self.facts: tuple[CertificateFacts, ...] = facts
        self._servers, self._client = servers, client
        for context in servers:
            context.sni_callback = self._choose

    @property
    def server(self) -> ssl.SSLContext | None:
        """For connections that come in; None without a certificate."""
        return self._servers[0] if self._servers else None

    @property
    def client(self) -> ssl.SSLContext:
        """For connections that we open."""
        if self._client is None:  # the issuers of the system take a moment to read, and most need none
            self._client = _client_context(None, None)
        return self._client

    def _choose(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        if name is not None:
            fitting = (own for own, facts in zip(self._servers, self.facts, strict=True) if facts.fits(name))
            connection.context = next(fitting, context)


def _server_context(files: CertificateFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A phone that is cut off comes back soon, and needs one ticket for it.
    context.num_tickets = 1
    _load_chain(context, files)
    return context


def _client_context(files: CertificateFiles | None, trusted: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files is not None:
        _load_chain(context, files)
    if trusted is not None:
        try:
            context.load_verify_locations(cafile=trusted)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"{trusted} has no certificates of issuers in PEM: {error.strerror or error}"
            ) from None
    return context


def _load_chain(context: ssl.SSLContext, files: CertificateFiles) -> None:
    try:
        context.load_cert_chain(files.chain, files.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"{files.chain} cannot be used for TLS: {error.strerror or error}") from None
