"""AWS as the command sees it: one session, one client a service, retries where AWS throttles."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from .errors import CommandError

# Connections a client may have at once; the most that any command works in parallel.
MAX_PARALLEL = 16


@dataclass
class Aws:
    """An account and region, as the options name them; botocore's own rules decide what they leave open.

    Attributes:
        profile: of the AWS configuration.
        region: AWS region.
        endpoint_url: where all services answer; AWS itself when left out.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _session: boto3.Session | None = field(default=None, init=False, repr=False)

    def client(self, service: str, *, region: str | None = None) -> Any:
        """A client that may be used by several threads at once.

        Args:
            service: as boto3 names it.
            region: another than the session's.

        Raises:
            CommandError: there is no such profile.
        """
        with self._lock:  # making a client is not safe from several threads, using one is
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self.session.client(
                    service,
                    region_name=region,
                    endpoint_url=self.endpoint_url,
                    config=Config(
                        retries={"mode": "adaptive", "total_max_attempts": 8},
                        max_pool_connections=MAX_PARALLEL,
                        connect_timeout=5,
                        read_timeout=30,
                        user_agent_extra="cdk-sentry",
                    ),
                )
            return self._clients[key]

    @property
    def session(self) -> boto3.Session:
        """The session that clients come from.

        Raises:
            CommandError: there is no such profile.
        """
        if self._session is None:
            try:
                self._session = boto3.Session(profile_name=self.profile, region_name=self.region)
            except ProfileNotFound:
                known = ", ".join(boto3.Session().available_profiles) or "none"
                raise CommandError(f"no AWS profile {self.profile!r}; there are: {known}") from None
        return self._session
