"""What stops a command, in one line: what is wrong, and what to do."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

IAM_ACTION = "IamAction"
"""Under this key the clients of `aws.Aws` note in each answer what IAM calls the operation."""

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthFailure"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEY = {
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_REFUSED = re.compile(r"not authorized to perform:? ([\w-]+:\w+)(?: on resource:? (\S+))?")


class CommandError(Exception):
    """A command cannot do what it was asked to; the message says why and what to do."""


def explain(error: Exception) -> str | None:
    """What an error means to whoever ran the command, in one line; None if it is a fault of the command's own.

    Args:
        error: a CommandError, or what boto3 raises.
    """
    if isinstance(error, CommandError):
        return str(error)
    import botocore.exceptions as aws  # noqa: PLC0415 - help must not wait for it
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    if isinstance(error, ResponseParserError):
        return "what answers is not AWS: check --endpoint-url, and whether a proxy is in the way"
    if isinstance(error, aws.ClientError):
        return _explain_answer(error)
    if not isinstance(error, aws.BotoCoreError):
        return None
    meanings: dict[tuple[type[Exception], ...], tuple[str, str]] = {
        (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError): (
            "no AWS credentials",
            "log in (aws sso login), or name a profile with --profile",
        ),
        (aws.TokenRetrievalError, aws.SSOError): ("the AWS login does not hold", "run aws sso login"),
        (aws.NoRegionError,): ("no AWS region", "name one with --region, or set AWS_REGION"),
        (aws.ConnectionError, aws.HTTPClientError): (
            "AWS cannot be reached",
            "check --endpoint-url, --region and the network",
        ),
    }
    said = _one_line(error).rstrip(".")
    return next(
        (f"{what}: {said}: {todo}" for kinds, (what, todo) in meanings.items() if isinstance(error, kinds)), said
    )


def code_of(error: "ClientError") -> str:
    """AWS's name of the error, for example `ResourceNotFoundException`; empty where it gave none."""
    return str(_details(error).get("Code", ""))


def message_of(error: "ClientError") -> str:
    """AWS's words, in one line."""
    return _one_line(_details(error).get("Message", "no message"))


def is_denied(error: "ClientError") -> bool:
    """Whether AWS refused because a permission is missing."""
    return code_of(error) in _DENIED


def is_throttled(error: "ClientError") -> bool:
    """Whether AWS refused because there were too many calls."""
    return code_of(error) in _THROTTLED


def denied_action(error: "ClientError") -> str:
    """The IAM action that is missing, for example `lambda:ListFunctions`."""
    # What AWS names may be another than what was asked for: kms:Decrypt where ssm:GetParameter was.
    named = _REFUSED.search(message_of(error))
    return named[1] if named else str(error.response.get(IAM_ACTION, error.operation_name))


def _explain_answer(error: "ClientError") -> str:
    code, operation = code_of(error), error.operation_name
    if is_denied(error):
        named = _REFUSED.search(message_of(error))
        resource = f" on {named[2]}" if named and named[2] else ""
        return f"not allowed: the IAM action {denied_action(error)} is missing{resource}: ask for it, or use --profile"
    if code in _EXPIRED:
        return "the AWS credentials have expired: log in again"
    if code in _UNKNOWN_KEY:
        return f"AWS does not accept these credentials ({code}): check --profile, --region and AWS_ACCESS_KEY_ID"
    if is_throttled(error):
        return f"AWS throttles {operation}, also after retries: try again in a minute"
    return f"{operation}: {code}: {message_of(error)}"


def _details(error: "ClientError") -> dict[str, Any]:
    return dict(error.response.get("Error", {}))


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
