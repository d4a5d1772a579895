"""How to speak to the local cloud, and how never to speak to the real one by mistake."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import requests
from botocore.config import Config

from demo.loopback import HOST

ACCOUNT = "000000000000"
REGION = "eu-central-1"
SECRET_KEY = "local"  # noqa: S105 - of the local cloud alone
_NO_PROFILE = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@dataclass(frozen=True)
class LocalAws:
    """An emulated AWS account, seen with the rights of its root user.

    Attributes:
        endpoint_url: where all of its services answer.
        authority: PEM file of the certificate authority that its certificate is from.
    """

    endpoint_url: str
    authority: Path

    def environment(self) -> dict[str, str]:
        """This process's environment with the local cloud as the only AWS there is."""
        return clean_environment() | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,  # MiniStack takes a 12-digit key for the account's number
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": os.fspath(self.authority),
            "NODE_EXTRA_CA_CERTS": os.fspath(self.authority),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, service: str) -> Any:
        """A boto3 client that ignores the user's AWS profiles, keys and proxies."""
        return self._session().client(
            service,
            endpoint_url=self.endpoint_url,
            verify=os.fspath(self.authority),
            config=Config(proxies={}, retries={"mode": "standard"}),
        )

    def session(self) -> requests.Session:
        """An HTTP session that trusts the local cloud and ignores the user's proxies."""
        session = requests.Session()
        session.trust_env = False
        session.verify = os.fspath(self.authority)
        return session

    def credentials(self) -> Any:
        """What requests are signed with."""
        return self._session().get_credentials()

    @staticmethod
    def _session() -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
            botocore_session=botocore.session.Session(session_vars=_NO_PROFILE),
        )


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without what would lead a child astray: AWS and Sentry settings, Python paths, proxies.

    Args:
        environment: what to clean; this process's own when left out.
    """
    source = os.environ if environment is None else environment
    astray = ("AWS_", "SENTRY_", "CDK_", "PYTHON", "VIRTUAL_ENV")
    clean = {name: value for name, value in source.items() if not name.startswith(astray)}
    return clean | {"NO_PROXY": f"{HOST},localhost", "no_proxy": f"{HOST},localhost"}
