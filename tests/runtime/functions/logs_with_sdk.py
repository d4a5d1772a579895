"""The same for a function that uses the SDK itself."""

import sentry_sdk
from logs import handler  # type: ignore[import-not-found]

sentry_sdk.set_tag("own", "tag")

__all__ = ["handler"]
