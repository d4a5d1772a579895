"""SnapStart: the environment is restored from a snapshot, in which every connection is dead."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def reconnect_after_restore() -> None:
    """Has kept connections dropped after each restore. The DSN, once read, stays valid."""
    from snapshot_restore_py import register_after_restore

    register_after_restore(_drop_connections)


def _drop_connections(*_: "Any") -> None:
    if "sentry_sdk" in sys.modules:
        from cdk_sentry_layer import connections, scopes

        connections.drop(scopes.client().transport)
