"""Who may call the API."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from ..errors import Problems
from .checks import check_number, check_type

_COG4 = "AwsSolutions-COG4"


class ApiAccess(ABC):
    """Who may call the API: services that sign, people who log in, or whom an authorizer of yours lets in.

    Made by one of the static methods.
    """

    @staticmethod
    def iam() -> "ApiAccess":
        """Callers sign their requests (AWS Signature Version 4) and act for every user: for services."""
        return _Iam()

    @staticmethod
    def cognito(*user_pools: cognito.IUserPool, scopes: Sequence[str] = ()) -> "ApiAccess":
        """Callers log in with Cognito, and each acts for itself alone: `user_id` must be the token's `sub`.

        Args:
            user_pools: whose tokens are taken.
            scopes: of which an access token must have one; without scopes an identity token is wanted.
        """
        return _Cognito(user_pools, tuple(scopes))

    @staticmethod
    def authorizer(authorizer: apigateway.IAuthorizer) -> "ApiAccess":
        """A Lambda authorizer decides. With `user_id` in its context it limits a caller to this one user.

        Args:
            authorizer: a `TokenAuthorizer` or `RequestAuthorizer`.
        """
        return _Authorizer(authorizer)

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def method_options(self, scope: Construct) -> dict[str, Any]:
        """The options of `aws_apigateway.MethodOptions` that say so."""

    def acknowledgments(self) -> dict[str, str]:
        """Findings of cdk-nag that this choice answers; nothing for Cognito, which it wants."""
        return {_COG4: self._reason}

    _reason = "The callers are services: they sign their requests with AWS_IAM, no person logs in here."


@dataclass(frozen=True)
class _Iam(ApiAccess):
    def method_options(self, scope: Construct) -> dict[str, Any]:  # noqa: ARG002  (interface)
        return {"authorization_type": apigateway.AuthorizationType.IAM}


@dataclass(frozen=True)
class _Cognito(ApiAccess):
    user_pools: Sequence[cognito.IUserPool]
    scopes: tuple[str, ...]

    def check(self, problems: Problems) -> None:
        if not self.user_pools:
            problems.add("access", "ApiAccess.cognito()", "at least one user pool", "Give the pool that people are in.")

    def method_options(self, scope: Construct) -> dict[str, Any]:
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            scope, "Authorizer", cognito_user_pools=list(self.user_pools)
        )
        return {
            "authorizer": authorizer,
            "authorization_type": apigateway.AuthorizationType.COGNITO,
            **({"authorization_scopes": list(self.scopes)} if self.scopes else {}),
        }

    def acknowledgments(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class _Authorizer(ApiAccess):
    given: apigateway.IAuthorizer

    _reason = "A Lambda authorizer of the application decides who gets in."

    def method_options(self, scope: Construct) -> dict[str, Any]:  # noqa: ARG002  (interface)
        return {"authorizer": self.given, "authorization_type": apigateway.AuthorizationType.CUSTOM}


@dataclass(frozen=True)
class ApiKeys:
    """An API key for each client, all under one usage plan. Keys tell clients apart; they prove no identity.

    Args:
        clients: names, each of which gets a key.
        rate_limit: requests a second of each client.
        burst_limit: requests at once above that.
        requests_per_day: of each client; no limit by default.
    """

    clients: Sequence[str]
    rate_limit: float
    burst_limit: int
    requests_per_day: int | None = None

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""
        names = self.clients
        if isinstance(names, str) or not names or not all(isinstance(name, str) and name.isalnum() for name in names):
            remedy = "Give one for each client."
            problems.add(
                "ApiKeys(clients=...)", names, 'a list of names in letters and digits, such as ["web"]', remedy
            )
        elif len(set(names)) != len(names):
            problems.add("ApiKeys(clients=...)", names, "a list without repetitions", "Leave the repeated ones out.")
        check_number(problems, "ApiKeys(rate_limit=...)", self.rate_limit, at_least=1, at_most=10_000, whole=False)
        check_number(problems, "ApiKeys(burst_limit=...)", self.burst_limit, at_least=1, at_most=5000)
        if self.requests_per_day is not None:
            name = "ApiKeys(requests_per_day=...)"
            check_number(problems, name, self.requests_per_day, at_least=1, at_most=1_000_000_000)

    def add_to(self, api: apigateway.RestApi) -> None:
        """Makes keys and usage plan."""
        quota = self.requests_per_day
        plan = api.add_usage_plan(
            "UsagePlan",
            throttle=apigateway.ThrottleSettings(rate_limit=self.rate_limit, burst_limit=self.burst_limit),
            quota=None if quota is None else apigateway.QuotaSettings(limit=quota, period=apigateway.Period.DAY),
            api_stages=[apigateway.UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
        )
        for client in self.clients:
            plan.add_api_key(api.add_api_key(f"Key{client}"))


def check_access(problems: Problems, access: object, api_keys: object) -> None:
    """Notes what is wrong with who may call."""
    check_type(problems, "access", access, ApiAccess, "ApiAccess.iam()")
    if isinstance(access, ApiAccess):
        access.check(problems)
    if api_keys is None:
        return
    check_type(problems, "api_keys", api_keys, ApiKeys, 'ApiKeys(["web"], rate_limit=50, burst_limit=100)')
    if isinstance(api_keys, ApiKeys):
        api_keys.check(problems)
