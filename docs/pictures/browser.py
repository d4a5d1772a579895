"""A headless Chromium that takes pictures of pages on this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH = 1280
# Nothing of the browser's own talks to the network; as root it starts without its sandbox alone.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium, for as long as the block lasts.

    Raises:
        SystemExit: it is not installed.
    """
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("there is no chromium; install Debian's package: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
