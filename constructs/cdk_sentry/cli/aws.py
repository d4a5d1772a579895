"""AWS as the command sees it: one session, one client a service, retries where AWS throttles."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from .errors import IAM_ACTION, CommandError

if TYPE_CHECKING:
    import boto3

# Connections a client may have at once; the most that any command works in parallel.
MAX_PARALLEL = 16
_ATTEMPTS_TO_CONNECT = 3
_SERVER_ERROR = 500
_PAGE = (b"<!doctype html", b"<html")
# Where the service that requests are signed for is called otherwise in IAM.
_IAM_PREFIXES = {"monitoring": "cloudwatch"}


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
                self._clients[key] = self._new_client(service, region)
            return self._clients[key]

    @cached_property
    def session(self) -> "boto3.Session":
        """The session that clients come from.

        Raises:
            CommandError: there is no such profile.
        """
        import boto3  # noqa: PLC0415 - help must not wait for it
        from botocore.exceptions import ProfileNotFound  # noqa: PLC0415

        try:
            # boto3 alone knows AWS_DEFAULT_REGION only; the AWS CLI, the CDK and all other SDKs know AWS_REGION.
            region = self.region or os.environ.get("AWS_REGION")
            return boto3.Session(profile_name=self.profile, region_name=region)
        except ProfileNotFound as error:
            known = ", ".join(boto3.Session(profile_name=None).available_profiles) if self.profile else ""
            there = f"there are: {known}" if known else "check AWS_PROFILE and the AWS configuration"
            raise CommandError(f"{error}: {there}") from None

    def _new_client(self, service: str, region: str | None) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - help must not wait for it

        client = self.session.client(
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
        client.meta.events.register("before-parse", _refuse_pages)
        client.meta.events.register("after-call", _note_action)
        client.meta.events.register("needs-retry", _stop_where_nobody_listens)
        return client


def _stop_where_nobody_listens(attempts: int, caught_exception: Exception | None, **_: Any) -> None:
    """A wrong region or a missing network: as many attempts as for throttling would be half a minute of silence."""
    from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError  # noqa: PLC0415 - as above

    if isinstance(caught_exception, EndpointConnectionError | ConnectTimeoutError) and attempts >= _ATTEMPTS_TO_CONNECT:
        raise caught_exception


def _refuse_pages(response_dict: dict[str, Any], **_: Any) -> None:
    """A page for people: botocore takes it for an empty answer where the service speaks JSON."""
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    body = response_dict["body"]
    is_page = isinstance(body, bytes) and body.lstrip().lower().startswith(_PAGE)
    if is_page and response_dict["status_code"] < _SERVER_ERROR:  # AWS's own load balancers send pages, too
        raise ResponseParserError("a page of HTML")


def _note_action(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """Notes the IAM action in AWS's answer: an error knows its operation but not the service."""
    signed_for = model.service_model.signing_name
    # API Gateway is permitted by HTTP method, not by operation.
    operation = model.http["method"] if signed_for == "apigateway" else model.name
    parsed[IAM_ACTION] = f"{_IAM_PREFIXES.get(signed_for, signed_for)}:{operation}"
