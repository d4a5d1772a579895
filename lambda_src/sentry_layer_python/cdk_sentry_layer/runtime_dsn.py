"""The DSN of a SecureString or a secret, read when the first event is to be sent and kept from then on."""

import collections
import json
import time

from sentry_sdk.transport import HttpTransport, Transport

from cdk_sentry_layer import scopes
from cdk_sentry_layer.monitor import is_dsn
from cdk_sentry_layer.notice import say_once
from cdk_sentry_layer.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 2
RETRY_AFTER_S = 60
"""Pause after a failed read; what is to be sent waits until the next."""
MAX_WAITING = 100


class DsnError(Exception):
    """The DSN could not be had; the message says why."""


class RuntimeDsnTransport(Transport):
    """Keeps what the SDK sends until the DSN is known, then hands everything to the SDK's own transport."""

    def __init__(self, settings: Settings, adopt: "Callable[[Any], None]") -> None:
        """Reads nothing yet.

        Args:
            settings: say where the DSN is.
            adopt: called with the SDK's own transport once it is there.
        """
        super().__init__()
        self._settings = settings
        self._adopt = adopt
        self._waiting: collections.deque[tuple[str, Any]] = collections.deque(maxlen=MAX_WAITING)
        self._not_before_s = 0.0
        self._inner: Any = None

    def capture_envelope(self, envelope: "Any") -> None:
        """Sends `envelope`, at the next flush if the DSN is not known yet."""
        self._waiting.append(("capture_envelope", envelope))
        if self._inner is not None:
            self._forward()

    def capture_event(self, event: "Any") -> None:
        """As `capture_envelope`, for SDKs before 2.0."""
        self._waiting.append(("capture_event", event))
        if self._inner is not None:
            self._forward()

    def flush(self, timeout: float, callback: "Any" = None) -> None:
        """Reads the DSN if something waits for it, then flushes; may block for the time of one request to AWS."""
        if self._inner is None and self._waiting and time.monotonic() >= self._not_before_s:
            self._connect()
        if self._inner is not None:
            self._forward()
            self._inner.flush(timeout, callback)

    def kill(self) -> None:
        """Ends the SDK's own transport, where there is one."""
        if self._inner is not None:
            self._inner.kill()

    def _connect(self) -> None:
        try:
            dsn = read_dsn(self._settings)
            inner = HttpTransport({**scopes.client().options, "dsn": dsn})
            self._adopt(inner)
            self._inner = inner
        except Exception as problem:
            self._not_before_s = time.monotonic() + RETRY_AFTER_S
            say_once("dsn", f"events wait, the DSN could not be read: {problem}")

    def _forward(self) -> None:
        while self._waiting:
            method, argument = self._waiting.popleft()
            getattr(self._inner, method)(argument)


def read_dsn(settings: Settings) -> str:
    """Reads the DSN with the function's own rights, by the AWS SDK of the runtime.

    Raises:
        DsnError: it is no DSN.
        botocore.exceptions.ClientError: the function may not read it, or it is not there.
        botocore.exceptions.BotoCoreError: AWS could not be reached.
    """
    name = settings.dsn_ssm_parameter or settings.dsn_secret or ""
    if settings.dsn_ssm_parameter:
        value = _client("ssm", name).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    else:
        value = _client("secretsmanager", name).get_secret_value(SecretId=name)["SecretString"]
        if settings.dsn_secret_field:
            value = _field(value, settings.dsn_secret_field, name)
    dsn = str(value).strip()
    if not is_dsn(dsn):
        raise DsnError(f"what {name} holds is no DSN, expected https://KEY@HOST/PROJECT_ID")
    return dsn


def _field(secret: str, field: str, name: str) -> "Any":
    try:
        return json.loads(secret)[field]
    except (ValueError, KeyError, TypeError) as problem:
        raise DsnError(f"the secret {name} is no JSON object with the key {field!r}") from problem


def _client(service: str, name: str) -> "Any":
    import botocore.config
    import botocore.session

    region = name.split(":")[3] if name.startswith("arn:") else None
    config = botocore.config.Config(
        connect_timeout=CONNECT_TIMEOUT_S, read_timeout=READ_TIMEOUT_S, retries={"total_max_attempts": 2}
    )
    return botocore.session.Session().create_client(service, region_name=region, config=config)
