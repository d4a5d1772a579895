"""Clients of the AWS SDK that the runtime brings, one a service, with bounded waiting."""

import functools
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Error = (BotoCoreError, ClientError)
"""What a call may raise: AWS refuses, or cannot be reached."""

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@functools.cache
def client(service: str, region: str | None = None) -> Any:
    """The client of a service.

    Args:
        service: such as `logs`.
        region: of the service; the function's own when left out.
    """
    return boto3.client(service, region_name=region, config=_CONFIG)


@functools.cache
def patient_client(service: str) -> Any:
    """A client that keeps to a service's rate: CloudWatch Logs takes five new subscriptions a second."""
    config = _CONFIG.merge(Config(retries={"mode": "adaptive", "total_max_attempts": 12}))
    return boto3.client(service, config=config)
