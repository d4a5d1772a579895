"""GET requests to an API, signed where it wants that: the only requests of a diagnosis that make anything run."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from ..errors import CommandError
from .parallel import NoAnswer
from .survey import Survey

_SHOWN_CHARACTERS = 160
_AMAZON = (".amazonaws.com", ".amazonaws.com.cn")
_PARAMETER = re.compile(r"\{[^{}]*\}")
_FORBIDDEN = 403
_SERVER_ERROR = 500
# What an HTTP API says where IAM forbids; a REST API names the error in a header.
_REFUSAL_OF_HTTP_API = '{"message": "Forbidden"}'


@dataclass(frozen=True, slots=True)
class Answer:
    """An API's answer.

    Attributes:
        path: that was asked for.
        status: HTTP status; None if none came in time.
        duration_ms: until the answer was there, or no longer waited for.
        body: the beginning of it.
    """

    path: str
    status: int | None
    duration_ms: int
    body: str = ""

    @property
    def is_server_error(self) -> bool:
        """Whether the API says that the fault is its own."""
        return self.status is not None and self.status >= _SERVER_ERROR

    def __str__(self) -> str:
        if self.status is None:
            return f"GET {self.path}: no answer in {self.duration_ms} ms"
        return f"GET {self.path}: {self.status} in {self.duration_ms} ms: {self.body}"


def base_url(survey: Survey, client: Any, api_id: str, stage: str) -> str:
    """Where a stage of an API answers: at AWS, at an emulator, or where the command line says.

    Args:
        survey: the diagnosis.
        client: of API Gateway; its endpoint tells whether AWS is asked at all.
        api_id: of the API.
        stage: its name; empty for one that has no place in the path.
    """
    if survey.requests.url:
        return survey.requests.url.rstrip("/")
    endpoint = urlsplit(client.meta.endpoint_url)
    suffix = next((each for each in reversed(_AMAZON) if str(endpoint.hostname).endswith(each)), None)
    if suffix is None:
        return f"{endpoint.geturl().rstrip('/')}/_aws/execute-api/{api_id}/{stage}".rstrip("/")
    return f"https://{api_id}.execute-api.{client.meta.region_name}{suffix}/{stage}".rstrip("/")


def filled(path: str, user: str) -> str:
    """A path with the user in place of its parameter."""
    return _PARAMETER.sub(lambda _: quote(user, safe=""), path)


def get(survey: Survey, url: str, path: str, *, is_signed: bool) -> Answer | NoAnswer:
    """Sends one GET request.

    Args:
        survey: the diagnosis.
        url: of the API's stage.
        path: below it.
        is_signed: whether it is signed with the credentials of the session.

    Returns:
        The answer; `NoAnswer` where IAM does not let these credentials ask.

    Raises:
        CommandError: there is nothing to sign with, or nobody listens there.
    """
    session = survey.aws.session
    request = AWSRequest("GET", url + path, headers=dict(survey.requests.headers))
    if is_signed:
        credentials = session.get_credentials()
        if credentials is None:
            raise CommandError("no AWS credentials to sign the request with")
        region = survey.aws.client("cloudformation").meta.region_name
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
    # The same certificates as for AWS itself.
    verify = session._session.get_config_variable("ca_bundle") or True  # noqa: SLF001 - boto3 has no other way to it
    http = URLLib3Session(verify=verify, proxies=get_environ_proxies(url), timeout=survey.requests.timeout_s)
    began = time.monotonic()
    try:
        response = http.send(request.prepare())
        body = _beginning(response.content)
    except ReadTimeoutError:
        return Answer(path, None, _ms_since(began))
    except HTTPClientError as error:
        raise CommandError(f"nobody answers there: {error}") from None
    finally:
        http.close()
    if is_signed and response.status_code == _FORBIDDEN and _is_refusal(response.headers, body):
        action = "execute-api:Invoke"
        return NoAnswer(f"not allowed: the IAM action {action} is missing: {body}", denied_action=action)
    return Answer(path, response.status_code, _ms_since(began), body)


def _is_refusal(headers: Mapping[str, str], body: str) -> bool:
    """Whether it is API Gateway that forbids, and not the function behind it."""
    return headers.get("x-amzn-ErrorType", "").startswith("AccessDenied") or body == _REFUSAL_OF_HTTP_API


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _beginning(body: bytes) -> str:
    text = body.decode(errors="replace")
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if isinstance(content, Mapping):
        text = json.dumps(content, separators=(", ", ": "), ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 3] + "..."
