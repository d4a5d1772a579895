"""Ports that nobody outside this machine can reach."""

import socket

from demo.waiting import StepFailedError

HOST = "127.0.0.1"
_DOCUMENTATION_ADDRESS = ("192.0.2.1", 9)  # RFC 5737: routed, never answered; UDP's connect sends nothing
_CONNECT_TIMEOUT_S = 1.0


def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, host: str = HOST) -> bool:
    """Whether something accepts connections at `port`."""
    try:
        socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def check_loopback_only(port: int, name: str) -> None:
    """Raises StepFailedError when `port` can be reached at an address of this machine other than loopback."""
    outward = _outward_address()
    if outward is not None and answers(port, outward):
        raise StepFailedError(f"{name} listens at {outward}:{port}; it must be reachable from this machine alone")


def _outward_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_DOCUMENTATION_ADDRESS)
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address
