"""Ids of events: the same however often a fault is told of, and by whom, since Sentry drops an event that it has.

For an hour, that is: getsentry/sentry, src/sentry/ingest/consumer/processors.py.
"""

import hashlib

_ID_BYTES = 16
_MINUTE_S = 60


def id_of(*identity: object) -> str:
    """The id of what the forwarder alone tells of."""
    return hashlib.blake2b(repr(identity).encode(), digest_size=_ID_BYTES).hexdigest()


def id_shared_with_layer(request_id: str, kind: str, deadline_s: float) -> str:
    """The id of what the layer in the process may have told of; both layers make it in the same way.

    Args:
        request_id: of the invocation. Lambda tries an asynchronous request again under the same one.
        kind: `timeout` or `exit`.
        deadline_s: when the invocation times out, since the epoch; its minute tells one attempt from the next, which
            comes a minute later at the earliest.
    """
    identity = f"{request_id} {kind} {int(deadline_s // _MINUTE_S)}"
    return hashlib.sha256(identity.encode()).hexdigest()[: 2 * _ID_BYTES]
