"""A terminal's text as a picture."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

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


def svg(command: str, lines: Sequence[Text], *, columns: int) -> str:
    """Draws a terminal.

    Args:
        command: that was typed.
        lines: what it printed; longer ones are cut.
        columns: of the terminal.
    """
    console = Console(record=True, width=columns, file=StringIO(), force_terminal=True)
    for line in (Text(f"$ {command}", "bold"), *lines):
        console.print(line, no_wrap=True, overflow="ellipsis")
    return console.export_svg(title=command, code_format=_FORM, unique_id="terminal")
