"""An error of init comes again at once: AWS repeats a failed init within the first invocation, in a new process."""

import os
import time
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PAUSE_S = 60


def is_first(error: BaseException, environment: "Mapping[str, str]") -> bool:
    """Whether this environment did not report the same within the last minute; notes that it does now.

    What is remembered beyond the process is a file in /tmp, which an environment has for its own. Where it cannot be
    written, each error is the first.
    """
    identity = (
        f"{environment.get('AWS_LAMBDA_LOG_STREAM_NAME')} {environment.get('AWS_LAMBDA_FUNCTION_NAME')} {error!r}"
    )
    marker = f"{environment.get('TMPDIR', '/tmp')}/.cdk-sentry-{zlib.crc32(identity.encode()):08x}"  # noqa: S108
    try:
        try:
            if time.time() - os.stat(marker).st_mtime < PAUSE_S:  # noqa: PTH116  pathlib costs an import
                return False
        except FileNotFoundError:
            pass
        with open(marker, "w"):  # noqa: PTH123
            return True
    except OSError:
        return True
