"""What stops a command, in one line: what is wrong, and what to do."""

import re
from typing import Any

import botocore.exceptions as aws

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthFailure"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)(?: on resource:? (\S+))?")


class CommandError(Exception):
    """A command cannot do what it was asked to; the message says why and what to do."""


def explain(error: aws.BotoCoreError | aws.ClientError) -> str:
    """What an error of AWS or of the way there means, in one line.

    Args:
        error: as boto3 raises it.
    """
    if isinstance(error, aws.ClientError):
        return _explain_answer(error)
    if isinstance(error, aws.NoCredentialsError | aws.PartialCredentialsError):
        return "no AWS credentials: log in (aws sso login), or name a profile with --profile"
    if isinstance(error, aws.TokenRetrievalError | aws.SSOTokenLoadError | aws.UnauthorizedSSOTokenError):
        return "the AWS login has expired: run aws sso login"
    if isinstance(error, aws.NoRegionError):
        return "no AWS region: name one with --region, or set AWS_REGION"
    if isinstance(error, aws.HTTPClientError):
        return f"AWS cannot be reached: {_one_line(error)}. Check --endpoint-url, --region and the network"
    return _one_line(error)


def code_of(error: aws.ClientError) -> str:
    """AWS's name of the error, for example `ResourceNotFoundException`; empty where it gave none."""
    return str(_details(error).get("Code", ""))


def is_denied(error: aws.ClientError) -> bool:
    """Whether AWS refused because a permission is missing."""
    return code_of(error) in _DENIED


def denied_action(error: aws.ClientError) -> str:
    """The IAM action that is missing, for example `lambda:ListFunctions`."""
    named = _ACTION.search(str(_details(error).get("Message", "")))
    # Where the message does not name it, the operation's name is the action's for nearly all of them.
    return named[1] if named else error.operation_name


def _explain_answer(error: aws.ClientError) -> str:
    code, operation = code_of(error), error.operation_name
    if is_denied(error):
        named = _ACTION.search(str(_details(error).get("Message", "")))
        resource = f" on {named[2]}" if named and named[2] else ""
        return f"not allowed: the IAM action {denied_action(error)} is missing{resource}. Ask for it, or use --profile"
    if code in _EXPIRED:
        return "the AWS credentials have expired: log in again"
    if code in _UNKNOWN_KEY:
        return "AWS does not know these credentials: check --profile, --region and AWS_ACCESS_KEY_ID"
    if code in _THROTTLED:
        return f"AWS throttles {operation}, also after retries: try again in a minute"
    return f"{operation}: {code}: {_one_line(_details(error).get('Message', 'no message'))}"


def _details(error: aws.ClientError) -> dict[str, Any]:
    return dict(error.response.get("Error", {}))


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
