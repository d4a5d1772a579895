"""The pages of the documentation, and what stands on them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("tests/**/*.md")])

CONTINUES = "<!-- continues -->"
"""Stands on the line above a code block that goes on where the page's block before it ended."""

_MARKDOWN = MarkdownIt("commonmark").enable("table")
# What GitHub takes out of a heading to make its anchor: all but letters, digits, underscores, hyphens and spaces.
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        page: where it stands.
        line: of the page, its first line of code.
        language: first word after the fence; empty where there is none.
        code: its text.
        continues: whether it goes on where the block before it ended.
    """

    page: Path
    line: int
    language: str
    code: str
    continues: bool

    @property
    def name(self) -> str:
        """Says where it is."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page that are in one of `languages`."""
    lines = page.read_text().splitlines()
    return [
        Block(page, token.map[0] + 2, language, token.content, _line_above(lines, token.map[0]) == CONTINUES)
        for token in _tokens(page)
        if token.type == "fence" and token.map and (language := (token.info.split() or [""])[0]) in languages
    ]


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    attributes = {"link_open": "href", "image": "src"}
    inline = [child for token in _tokens(page) for child in token.children or ()]
    return [str(each.attrs[attributes[each.type]]) for each in inline if each.type in attributes]


def anchors(page: Path) -> set[str]:
    """The anchors of a page, as GitHub and the site make them of its headings."""
    return set(_unique(_anchor(heading) for heading in headings(page)))


def headings(page: Path) -> list[str]:
    """The text of a page's headings, without markup."""
    tokens = _tokens(page)
    return [
        "".join(child.content for child in following.children or ())
        for token, following in pairwise(tokens)
        if token.type == "heading_open"
    ]


@cache
def _tokens(page: Path) -> list[Token]:
    return _MARKDOWN.parse(page.read_text())


def _line_above(lines: list[str], index: int) -> str:
    return lines[index - 1].strip() if index else ""


def _anchor(heading: str) -> str:
    return _NOT_IN_ANCHORS.sub("", heading.strip().lower()).replace(" ", "-")


def _unique(names: Iterator[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for name in names:
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1
