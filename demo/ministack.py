"""The local cloud: MiniStack on a free loopback port, in an interpreter that holds nothing of ours.

MiniStack runs Python functions in its own interpreter. Only what AWS's Python runtime brings may be importable there,
so that a function that works here has all it needs in its package and its layers: the `sentry_sdk` that it uses is the
layer's, since there is no other.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import requests
import trustme

from demo import loopback
from demo.local_aws import ACCOUNT, SECRET_KEY, LocalAws
from demo.process import Child
from demo.waiting import StepFailedError

CHECKOUT = Path(__file__).parent.parent
CACHE = CHECKOUT / ".cache"

_INSTALLED = ("ministack", "boto3")
_READY_TIMEOUT_S = 60.0
_PINS = CHECKOUT / "requirements.txt"


@dataclass(frozen=True)
class MiniStack:
    """A running local cloud.

    Attributes:
        aws: how to speak to it.
        process: the server.
    """

    aws: LocalAws
    process: Child


@contextmanager
def ministack(work: Path) -> Iterator[MiniStack]:
    """The local cloud, empty, for as long as the block lasts.

    Args:
        work: folder for its log and its temporary files.

    Raises:
        StepFailedError: it could not be installed or did not start; shows the log's end.
    """
    python = interpreter()
    port = loopback.free_port()
    certificate = _certificate(work)
    aws = LocalAws(f"https://{loopback.HOST}:{port}", certificate.authority)
    scratch = work / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    # The functions get all of this too: no more of this machine than it takes to run.
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | {
        "BIND_HOST": loopback.HOST,
        "MINISTACK_HOST": loopback.HOST,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_CA_BUNDLE": os.fspath(certificate.authority),
        # IAM and TLS as on AWS: roles and policies of the template decide, `aws:SecureTransport` among them.
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": os.fspath(certificate.chain),
        "MINISTACK_SSL_KEY": os.fspath(certificate.chain),
        "LAMBDA_EXECUTOR": "local",  # never Docker, whatever this machine has
        "IOT_MTLS_ENABLED": "0",  # these two would listen at fixed ports
        "SFTP_ENABLED": "0",
        "TMPDIR": os.fspath(scratch),
    }
    with Child("MiniStack", [python, "-m", "ministack"], environment=environment, log=work / "ministack.log") as child:
        child.wait_until_ready(lambda: _is_healthy(aws), timeout_s=_READY_TIMEOUT_S)
        loopback.check_loopback_only(port, "MiniStack")
        yield MiniStack(aws, child)


def _is_healthy(aws: LocalAws) -> bool:
    try:
        return aws.session().get(f"{aws.endpoint_url}/_ministack/health", timeout=2).ok
    except requests.RequestException:
        return False


@dataclass(frozen=True)
class _Certificate:
    chain: Path
    authority: Path


def _certificate(work: Path) -> _Certificate:
    """A certificate for the loopback address from an authority that nobody else trusts."""
    work.mkdir(parents=True, exist_ok=True)
    made = _Certificate(chain=work / "server.pem", authority=work / "authority.pem")
    authority = trustme.CA()
    authority.issue_cert(loopback.HOST).private_key_and_cert_chain_pem.write_to_path(os.fspath(made.chain))
    authority.cert_pem.write_to_path(os.fspath(made.authority))
    return made


def interpreter() -> Path:
    """Python with MiniStack and what AWS's runtime brings, and nothing else; made once for each set of pins.

    Raises:
        StepFailedError: it could not be made; says why.
    """
    pins = hashlib.sha256(_PINS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = CACHE / f"ministack-{pins}"
    if not home.is_dir():
        CACHE.mkdir(exist_ok=True)
        # Made aside and renamed, so that two runs at once, or one that is killed, never leave half of it.
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=".ministack-") as scratch:
            made = Path(scratch, "venv")
            _install(made)
            try:
                made.rename(home)
            except OSError:
                if not home.is_dir():
                    raise
    return home / "bin" / "python"


def _install(home: Path) -> None:
    wanted = [f"{name}=={version(name)}" for name in _INSTALLED]
    python = home / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    options: list[str | Path] = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--constraint", _PINS]
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", "--without-pip", home],
        [*pip, "install", *options, *wanted],
    ]
    for command in commands:
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise StepFailedError(f"could not install {' and '.join(wanted)}:\n{finished.stderr.strip()}")
