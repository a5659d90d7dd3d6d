"""Where certificates are: apart from what reads them, which takes longer to load than most commands take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a certificate with its chain is, and its key: in PEM, in one file or in two."""

    chain: Path
    key: Path

    @classmethod
    def parse(cls, text: str) -> CertificateFiles:
        """``CHAIN:KEY``, or the one file that has both."""
        chain, _, key = text.partition(":")
        return cls(Path(chain), Path(key or chain))

    def absolute(self) -> CertificateFiles:
        """The same, wherever one is."""
        return CertificateFiles(self.chain.absolute(), self.key.absolute())

    def __str__(self) -> str:
        return str(self.chain) if self.key == self.chain else f"{self.chain}:{self.key}"
