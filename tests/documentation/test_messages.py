"""Every message that the troubleshooting page quotes is one that the code says."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.documentation.pages import DOCS, ROOT, blocks

_GAP = re.compile(r"\.{3,}")
_LEAST = 8  # characters: shorter pieces stand in any source
MESSAGES = [block for block in blocks(DOCS / "troubleshooting.md", "text") if not block.code.startswith("filter ")]


@cache
def what_the_code_says() -> str:
    """All texts of the sources, with blanks made one; those of Python as they are put together, gaps as NUL."""
    found = [path for folder in ("constructs", "lambda_src") for path in (ROOT / folder).rglob("*.*")]
    sources = [path for path in found if "node_modules" not in path.parts]
    python = [text for path in sources if path.suffix == ".py" for text in _texts(ast.parse(path.read_text()))]
    # A template of JavaScript has its words in one piece between `${...}`.
    javascript = [
        path.read_text() for path in sources if path.suffix in {".js", ".mjs"} and "node_modules" not in path.parts
    ]
    return "\n".join(" ".join(text.split()) for text in [*python, *javascript])


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "\0" for each in node.values)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda block: block.name)
def test_a_quoted_message_is_one_that_the_code_says(message):
    quoted = " ".join(message.code.split()).removeprefix("cdk-sentry: ")
    pieces = [piece.strip() for piece in _GAP.split(quoted) if len(piece.strip()) >= _LEAST]
    assert pieces, "nothing of this message can be looked for"
    for piece in pieces:
        assert piece in what_the_code_says(), f"the code does not say {piece!r}"


def test_a_message_that_nobody_says_would_be_noticed():
    assert MESSAGES
    assert "nothing is reported, the moon is full" not in what_the_code_says()
