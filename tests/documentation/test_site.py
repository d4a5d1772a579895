"""The site: whole, the same each time, and nothing in it is fetched from elsewhere."""

import inspect
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import cdk_sentry
from tests.documentation.pages import DOCS, ROOT

_FETCHED_BY_STYLES = re.compile(r"""(?:@import|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")


def build(folder: Path) -> Path:
    """The site in a new folder; a warning is an error, as with `make docs`."""
    options = ["--fail-on-warning", "--keep-going", "--fresh-env", "--quiet"]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "--doctree-dir", folder / "doctrees", DOCS, folder / "site"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("site"))


class FetchedByPage(HTMLParser):
    """Collects what a browser fetches to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        shown = values.get("href") if tag == "link" else values.get("src")
        self.addresses += [shown] if shown else []


def fetched(page: Path) -> list[str]:
    parser = FetchedByPage()
    parser.feed(page.read_text())
    return parser.addresses


def test_a_second_build_gives_the_same_bytes(site, tmp_path):
    again = build(tmp_path)
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (site, again)
    ]
    assert contents[0].keys() == contents[1].keys()
    assert [name for name, content in contents[0].items() if contents[1][name] != content] == []


def test_pages_fetch_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert pages
    for page in pages:
        assert [each for each in fetched(page) if each.startswith(("http:", "https:", "//"))] == [], page.name
    for style in site.rglob("*.css"):
        assert _FETCHED_BY_STYLES.findall(style.read_text()) == [], style.name


def test_everything_public_is_in_the_reference(site):
    reference = (site / "reference.html").read_text()
    missing = [name for name in cdk_sentry.__all__ if f'id="cdk_sentry.{name}"' not in reference]
    assert missing == []


@pytest.mark.parametrize("name", ["SentryMonitoring", "ActivityPipeline"])
def test_every_argument_of_a_construct_is_in_the_reference(site, name):
    arguments = set(inspect.signature(getattr(cdk_sentry, name).__init__).parameters) - {"self"}
    section = (
        (site / "reference.html").read_text().partition(f'id="cdk_sentry.{name}"')[2].partition('id="cdk_sentry.')[0]
    )
    assert {argument for argument in arguments if f"<strong>{argument}</strong>" not in section} == set()


def test_every_decision_is_listed():
    listed = (DOCS / "adr" / "README.md").read_text()
    assert [path.name for path in (DOCS / "adr").glob("0*.md") if f"({path.name})" not in listed] == []
