"""A stand-in for Sentry's API of releases: refuses what Sentry refuses, and remembers what it was told.

Source: docs.sentry.io/api/releases, "Create a New Release for an Organization", "Update an Organization's Release",
"Create a Deploy"; names as docs.sentry.io/product/releases/naming-releases restricts them.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from tests.harness.http_server import LOOPBACK, Connection, HttpRequest, ThreadedServer

_MAX_NAME = 200
_MAX_ENVIRONMENT = 64
_SHA = re.compile(r"[0-9a-f]{40}")


@dataclass
class StoredRelease:
    """A release as Sentry has it.

    Attributes:
        version: its name.
        projects: that it belongs to.
        commits: newest first.
        released: when it was finalized.
        deploys: environments, in order.
    """

    version: str
    projects: set[str]
    commits: list[dict[str, Any]] = field(default_factory=list)
    released: str | None = None
    deploys: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "version": self.version,
            "url": None,
            "dateCreated": "2026-11-21T00:00:00Z",
            "dateReleased": self.released,
            "lastEvent": None,
            "newGroups": 0,
            "projects": [{"slug": slug, "name": slug} for slug in sorted(self.projects)],
        }


class RefusedError(Exception):
    """A request that Sentry refuses.

    Args:
        status: of HTTP.
        detail: what is wrong.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class SentryApi:
    """One organization. A context manager."""

    def __init__(self, organization: str, projects: set[str], token: str) -> None:
        """Listens once entered.

        Args:
            organization: its slug.
            projects: their slugs.
            token: the only one that it knows.
        """
        self.releases: dict[str, StoredRelease] = {}
        self.requests: list[str] = []
        self.refusals: list[str] = []
        self._organization = organization
        self._projects = projects
        self._token = token
        self._server = ThreadedServer(self._serve, "sentry-api")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """For SENTRY_URL."""
        return f"http://{LOOPBACK}:{self._server.port}"

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            path = urlsplit(request.target).path
            self.requests.append(f"{request.method} {path}")
            try:
                status, document = self._answer(request, path)
            except RefusedError as refusal:
                self.refusals.append(str(refusal))
                status, document = refusal.status, {"detail": str(refusal)}
            connection.send(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _answer(self, request: HttpRequest, path: str) -> tuple[int, Any]:
        if request.headers.get("authorization") != f"Bearer {self._token}":
            raise RefusedError(401, "Invalid token")
        for method, pattern, act in self._routes():
            found = re.fullmatch(rf"/api/0/organizations/([^/]+)/{pattern}/", path)
            if found and method == request.method:
                organization, *rest = map(unquote, found.groups())
                if organization != self._organization:
                    raise RefusedError(404, "The requested resource does not exist")
                return act(*rest, json.loads(request.body or b"{}"))
        raise RefusedError(404, f"nothing answers {request.method} {path}")

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        yield "GET", "repos", lambda _: (200, [])
        yield "POST", "releases", self._create
        yield "GET", "releases/([^/]+)/previous-with-commits", lambda *_: (200, {})
        yield "PUT", "releases/([^/]+)", self._update
        yield "POST", "releases/([^/]+)/deploys", self._deploy

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        version, projects = body.get("version", ""), set(body.get("projects", ()))
        if not 0 < len(version) <= _MAX_NAME or version in {".", "..", "latest"} or re.search(r"[\n\t/\\]", version):
            raise RefusedError(400, f"version: invalid: {version!r}")
        if not projects or not projects <= self._projects:
            raise RefusedError(400, f"projects: invalid: {sorted(projects)}")
        known = version in self.releases
        release = self.releases.setdefault(version, StoredRelease(version, set()))
        release.projects |= projects
        return 208 if known else 201, release.document()

    def _update(self, version: str, body: dict[str, Any]) -> tuple[int, Any]:
        release = self._known(version)
        for commit in body.get("commits", ()):
            if not _SHA.fullmatch(commit.get("id", "")):
                raise RefusedError(400, f"commits: id: {commit}")
        release.commits = body.get("commits", release.commits)
        if "dateReleased" in body:
            datetime.fromisoformat(body["dateReleased"][:26])
            release.released = body["dateReleased"]
        return 200, release.document()

    def _deploy(self, version: str, body: dict[str, Any]) -> tuple[int, Any]:
        release, environment = self._known(version), body.get("environment", "")
        if not 0 < len(environment) <= _MAX_ENVIRONMENT or re.search(r"[\s/]", environment):
            raise RefusedError(400, f"environment: invalid: {environment!r}")
        release.deploys.append(environment)
        return 201, {"id": str(len(release.deploys)), "environment": environment, "name": body.get("name")}

    def _known(self, version: str) -> StoredRelease:
        if version not in self.releases:
            raise RefusedError(404, f"no release {version}")
        return self.releases[version]
