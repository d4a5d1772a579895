"""The local Sentry: Spotlight on a free loopback port, with a page for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from demo import loopback
from demo.local_aws import clean_environment
from demo.ministack import CHECKOUT
from demo.process import Child

_READY_TIMEOUT_S = 60.0
_NODE_MODULES = CHECKOUT / "node_modules"
_PRELOAD = Path(__file__).with_name("loopback_only.cjs")
# Spotlight reports its own use to its makers and cannot be told not to; a proxy that is not there ends that.
_NOWHERE = f"http://{loopback.HOST}:9"


@dataclass(frozen=True)
class Spotlight:
    """A running Spotlight.

    Attributes:
        url: its page, and the base of its interface.
        dsn: makes a Sentry SDK report to it.
        process: the server.
    """

    url: str
    dsn: str
    process: Child


@contextmanager
def spotlight(work: Path) -> Iterator[Spotlight]:
    """Spotlight, empty, for as long as the block lasts.

    Args:
        work: folder for its log.

    Raises:
        StepFailedError: it did not start, or can be reached from other machines.
    """
    port = loopback.free_port()
    command: list[str | Path] = ["node", "--require", _PRELOAD, _NODE_MODULES / "@spotlightjs/spotlight/dist/run.js"]
    environment = clean_environment() | {"https_proxy": _NOWHERE, "http_proxy": _NOWHERE}
    with Child(
        "Spotlight",
        [*command, "server", "--port", str(port)],
        environment=environment,
        log=work / "spotlight.log",
        directory=work,
    ) as child:
        running = Spotlight(
            url=f"http://{loopback.HOST}:{port}", dsn=f"http://local@{loopback.HOST}:{port}/1", process=child
        )
        child.wait_until_ready(lambda: _is_healthy(running), timeout_s=_READY_TIMEOUT_S)
        loopback.check_loopback_only(port, "Spotlight")
        yield running


def _is_healthy(running: Spotlight) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{running.url}/health", timeout=2).ok
    except requests.RequestException:
        return False
