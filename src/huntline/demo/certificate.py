"""The certificate of a demo that was given none."""

from __future__ import annotations

import typer

from huntline.config import Config
from huntline.network.certificates import make_demo_certificate, utc_now
from huntline.network.setting_values import reachable_host


def with_certificate(config: Config) -> Config:
    """The settings with a certificate that was made just now, where TLS needs one; it is said what it is.

    Raises ConfigurationError when it cannot be written.
    """
    hosts = [reachable_host(each.host) for each in config.sip if each.is_encrypted]
    if not hosts or config.certificate:
        return config
    names = tuple(dict.fromkeys([*hosts, "localhost"]))
    files = make_demo_certificate(config.data / "demo-certificate.pem", names, utc_now())
    typer.echo(f"TLS shows a certificate made for this demo, which nobody vouches for: {files}")
    return config.model_copy(update={"certificate": (files,)})
