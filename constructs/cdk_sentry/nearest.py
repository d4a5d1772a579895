"""Of two SentryMonitoring above one function the nearer one covers it."""

from typing import TYPE_CHECKING
from weakref import WeakSet

from .identity import identity

if TYPE_CHECKING:
    from .monitoring import SentryMonitoring

# Every one that is alive: asking the construct tree for them would mean to walk all of it.
_ALL: "WeakSet[SentryMonitoring]" = WeakSet()


def register(monitoring: "SentryMonitoring") -> None:
    """Makes a monitoring known to those above it."""
    _ALL.add(monitoring)


def nearer_than(monitoring: "SentryMonitoring") -> list["SentryMonitoring"]:
    """Those of the same app whose scopes lie below this one's."""
    below = monitoring.scope.node.path
    return [
        each
        for each in _ALL
        if each is not monitoring
        and identity(each.node.root) == identity(monitoring.node.root)
        and each.scope.node.path != below
        and each.scope.node.path.startswith(f"{below}/" if below else "")
    ]
