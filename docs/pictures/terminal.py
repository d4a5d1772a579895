"""A terminal's text as a picture."""

import re
from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

_WIDTH = 104  # columns
_COMMAND = "$ make demo"
# Without the web fonts of rich's own form: a picture fetches nothing.
_FORM = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg(lines: Sequence[str], title: str) -> str:
    """Draws lines of a terminal.

    Args:
        lines: what was printed; longer ones are cut.
        title: of the window.
    """
    console = Console(record=True, width=_WIDTH, file=StringIO(), force_terminal=True)
    for line in [_COMMAND, *lines]:
        console.print(_coloured(line), no_wrap=True, overflow="ellipsis")
    return console.export_svg(title=title, code_format=_FORM, unique_id="terminal")


def excerpt(printed: Sequence[str]) -> list[str]:
    """What of the demo's output says most: its steps, what Sentry received, what was compared."""
    steps = [line for line in printed if line.startswith("✓")]
    return [*steps, "", *_table(printed, "Activity events"), "", *_table(printed, "Comparisons"), "", printed[-1]]


def _table(printed: Sequence[str], title: str) -> list[str]:
    [begin] = [number for number, line in enumerate(printed) if line.startswith(title)]
    # A table ends with a blank line after its rows; its head is followed by one, too.
    body = printed[begin + 2 :]
    length = next(number for number, line in enumerate(body) if not line.strip())
    return [printed[begin], *body[:length]]


def _coloured(line: str) -> Text:
    text = Text(line.rstrip())
    text.highlight_regex(r"✓", "green")
    text.highlight_regex(r"^(Activity events.*|Comparisons.*|\$ .*)$", "bold")
    text.highlight_regex(r"\(\d+\.\d s\)$", "dim")
    text.highlight_regex(re.compile(r"^Everything.*$"), "green")
    return text
