"""An error of the sample as Spotlight, the local Sentry, shows it."""

from pathlib import Path
from typing import TYPE_CHECKING

from demo.deployment import Deployment
from demo.local_aws import LocalAws
from demo.traffic import SignedSession
from docs.pictures.browser import WIDTH

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PARTS = {"details": ("issue.png", 720), "contexts": ("issue-tags.png", 640)}
"""Tab of the page -> picture, and the lowest row of pixels in it."""
_CORNER = {"x": 240, "y": 80}  # below Spotlight's own list and buttons


def make_an_error(aws: LocalAws) -> None:
    """Takes the history function's permissions away and asks it for a history."""
    deployment = Deployment(aws)
    iam = aws.client("iam")
    role = deployment.one("AWS::IAM::Role", "History").physical_id
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    answer = SignedSession(aws).request("GET", f"{deployment.api_url()}/users/ada/history")
    if answer.ok:
        raise SystemExit("the function answered although it may not read the table")


def take(browser: "Browser", spotlight_url: str, folder: Path) -> None:
    """Takes a picture of each part of the newest error's page.

    Args:
        browser: that takes them.
        spotlight_url: where Spotlight runs, with an error in it.
        folder: where the pictures go.
    """
    page = browser.new_page(viewport={"width": WIDTH, "height": max(height for _, height in _PARTS.values())})
    page.goto(f"{spotlight_url}/telemetry/errors", wait_until="domcontentloaded")
    page.locator('a[href$="/details"]').first.click()
    for tab, (picture, height) in _PARTS.items():
        page.locator(f'a[href$="/{tab}"]').first.click()
        page.wait_for_url(f"**/{tab}")
        page.wait_for_load_state("load")
        page.get_by_text("TAGS" if tab == "contexts" else "at line").first.wait_for()
        page.screenshot(
            path=folder / picture, clip={**_CORNER, "width": WIDTH - _CORNER["x"], "height": height - _CORNER["y"]}
        )
    page.close()
