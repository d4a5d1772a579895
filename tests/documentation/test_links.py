"""Every link of the documentation leads somewhere."""

from urllib.parse import unquote, urlsplit

import pytest

from tests.documentation.pages import DOCS, PAGES, ROOT, anchors, links

_EXTERNAL = ("http", "https", "mailto")
_MAX_PICTURE_BYTES = 150_000
PICTURES = sorted(path for path in (DOCS / "pictures").iterdir() if path.suffix in {".png", ".svg"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_and_anchors_resolve(page):
    for link in links(page):
        target = urlsplit(link)
        if target.scheme in _EXTERNAL:
            continue
        named = page.parent / unquote(target.path) if target.path else page
        assert named.exists(), f"{link}: there is no such file"
        assert not named.is_absolute() or named.is_relative_to(ROOT), f"{link}: not in this repository"
        if target.fragment and named.suffix == ".md":
            assert target.fragment in anchors(named), f"{link}: no such heading"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_used(picture):
    assert picture.stat().st_size < _MAX_PICTURE_BYTES
    assert any(link.endswith(f"pictures/{picture.name}") for page in PAGES for link in links(page))
