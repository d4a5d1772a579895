"""A certificate for the loopback address, made at run time, that nobody trusts who is not told to."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.harness.http_server import LOOPBACK


@dataclass(frozen=True)
class Certificate:
    """Two PEM files.

    Attributes:
        chain: key and certificate, for a server.
        authority: who signed it, for a client that is to trust it (`SSL_CERT_FILE`).
    """

    chain: Path
    authority: Path


def make_certificate(folder: Path) -> Certificate:
    """Writes a new certificate for 127.0.0.1 into `folder`."""
    authority = trustme.CA()
    made = Certificate(folder / "server.pem", folder / "authority.pem")
    authority.issue_cert(LOOPBACK).private_key_and_cert_chain_pem.write_to_path(str(made.chain))
    authority.cert_pem.write_to_path(str(made.authority))
    return made
