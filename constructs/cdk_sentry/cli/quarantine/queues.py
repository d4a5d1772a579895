"""The queues of a pipeline, as they are named on the command line."""

QUEUES = ("quarantine", "failures")


def chosen(queue: str | None) -> tuple[str, ...]:
    """Those that are meant; both where none was named."""
    return QUEUES if queue is None else (queue,)
