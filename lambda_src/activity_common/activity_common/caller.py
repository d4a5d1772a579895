"""For whom a caller may act.

A service that signs its requests (AWS_IAM) acts for every user. A person who logged in with Cognito acts for the user
whose id is the `sub` of the token. Behind a custom authorizer, that one says: by `user_id` in its context it limits the
caller to one user, without it the caller acts for all.
"""

from typing import Any


def may_act_for(request: dict[str, Any], user_id: str) -> bool:
    """Whether the caller of an API Gateway proxy event may read and write this user's data."""
    authorizer = request.get("requestContext", {}).get("authorizer") or {}
    if "claims" in authorizer:
        return bool(authorizer["claims"].get("sub") == user_id)
    return bool(authorizer.get("user_id", user_id) == user_id)
