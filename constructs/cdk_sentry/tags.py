"""Tags that every event of a function carries."""

import re
from collections.abc import Mapping

from .errors import Problems, is_known

MAX_KEY_LENGTH = 32
MAX_VALUE_LENGTH = 200
# docs.sentry.io, "Tags": what is outside this is dropped or cut by Sentry without a word.
_KEY = re.compile(rf"[A-Za-z0-9_.:-]{{1,{MAX_KEY_LENGTH}}}")

RESERVED = frozenset(
    {
        "service",
        "function_name",
        "function_version",
        "memory_mb",
        "runtime",
        "architecture",
        "aws_region",
        "cold_start",
        "environment",
        "release",
        "server_name",
    }
)
"""The event vocabulary: set by the kit on every event, so that an issue can be filtered by them in any project."""


def check_tags(tags: Mapping[str, str], problems: Problems) -> None:
    """Notes tags that Sentry would drop or cut, and tags that the kit sets itself."""
    if not problems.expect(
        "tags", tags, Mapping, "a dict of text, such as {'team': 'growth'}", "Leave it out for none."
    ):
        return
    for key, value in tags.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            problems.add(
                "tags",
                {key: value},
                f"a key of 1 to {MAX_KEY_LENGTH} letters, digits, '_', '.', ':' and '-'",
                "Rename the tag.",
            )
        elif key in RESERVED:
            remedy = "Use service=... instead." if key == "service" else "Choose another key."
            problems.add("tags", {key: value}, "a key that the kit does not set itself on every event", remedy)
        if not isinstance(value, str):
            problems.add("tags", {key: value}, "text as a value", f"Write {str(value)!r}.")
        elif is_known(value) and (len(value) > MAX_VALUE_LENGTH or "\n" in value or not value):
            problems.add(
                "tags",
                {key: value},
                f"a value of 1 to {MAX_VALUE_LENGTH} characters without newline",
                "Shorten it.",
            )
