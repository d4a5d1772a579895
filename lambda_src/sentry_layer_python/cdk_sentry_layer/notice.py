"""What goes wrong in the kit itself: one line in the function's log, once per environment."""

import contextlib
import sys

_said: set[str] = set()


def say_once(topic: str, message: str) -> None:
    """Writes one line to standard error, unless something was said about `topic` before.

    Not through logging: the function's own handlers and formatters are none of the kit's business.
    """
    if topic in _said:
        return
    _said.add(topic)
    with contextlib.suppress(Exception):
        sys.stderr.write("cdk-sentry: " + " ".join(message.split()) + "\n")
        sys.stderr.flush()
