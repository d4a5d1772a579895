"""What of the demo's output says most: its steps, what Sentry received, what was compared."""

import re
from collections.abc import Sequence

from rich.text import Text

COLUMNS = 104


def excerpt(printed: Sequence[str]) -> list[Text]:
    """The lines to show, coloured as on a terminal.

    Args:
        printed: by the demo until it was ready.
    """
    steps = [line for line in printed if line.startswith("✓")]
    lines = [*steps, "", *_table(printed, "Activity events"), "", *_table(printed, "Comparisons"), "", printed[-1]]
    return [_coloured(line) for line in lines]


def _table(printed: Sequence[str], title: str) -> list[str]:
    [begin] = [number for number, line in enumerate(printed) if line.startswith(title)]
    # A table ends with a blank line after its rows; its head is followed by one, too.
    body = printed[begin + 2 :]
    length = next(number for number, line in enumerate(body) if not line.strip())
    return [printed[begin], *body[:length]]


def _coloured(line: str) -> Text:
    text = Text(line.rstrip())
    text.highlight_regex(r"✓", "green")
    text.highlight_regex(r"^(Activity events.*|Comparisons.*)$", "bold")
    text.highlight_regex(r"\(\d+\.\d s\)$", "dim")
    text.highlight_regex(re.compile(r"^Everything.*$"), "green")
    return text
