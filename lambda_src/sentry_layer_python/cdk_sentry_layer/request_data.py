"""Who called and with what. Sent only where SENTRY_SEND_DEFAULT_PII says so."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add(event: "dict[str, Any]", aws_event: "Any", context: "Any") -> None:
    """Adds the HTTP request and the user of an API Gateway, function URL or load balancer event, where it is one."""
    if isinstance(aws_event, list) and aws_event:
        aws_event = aws_event[0]
    if not isinstance(aws_event, dict):
        return
    headers = aws_event.get("headers")
    headers = headers if isinstance(headers, dict) else {}
    request_context = aws_event.get("requestContext")
    request_context = request_context if isinstance(request_context, dict) else {}
    http = request_context.get("http") or {}
    request: dict[str, Any] = {
        "method": aws_event.get("httpMethod") or http.get("method"),
        "url": _url(aws_event.get("path") or aws_event.get("rawPath"), headers, context),
        "query_string": aws_event.get("queryStringParameters") or aws_event.get("rawQueryString"),
        "headers": dict(headers) or None,
        "data": aws_event.get("body"),
    }
    event["request"] = {name: value for name, value in request.items() if value is not None}
    identity = request_context.get("identity") or {}
    user = {
        "id": identity.get("userArn") or (request_context.get("authorizer") or {}).get("iam", {}).get("userArn"),
        "ip_address": identity.get("sourceIp") or http.get("sourceIp"),
    }
    known = {name: value for name, value in user.items() if value is not None}
    if known:
        event["user"] = {**known, **(event.get("user") or {})}


def _url(path: "Any", headers: "dict[str, Any]", context: "Any") -> str:
    lower = {str(name).lower(): value for name, value in headers.items()}
    host, scheme = lower.get("host"), lower.get("x-forwarded-proto")
    if host and scheme and path:
        return f"{scheme}://{host}{path}"
    return f"awslambda:///{context.function_name}"
