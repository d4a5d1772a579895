"""The alarms on one stage of an API Gateway REST, HTTP or WebSocket API.

Metric names and dimensions, all in docs.aws.amazon.com/apigateway/latest/developerguide/:
api-gateway-metrics-and-dimensions.html, http-api-metrics.html and apigateway-websocket-api-logging.html. REST APIs are
told apart by name, the others by id.
"""

from collections.abc import Iterator
from functools import partial

from aws_cdk import Duration

from .alarm import AlarmRule, MathInput
from .kind import AlarmKind
from .resource import WatchedResource, value_of
from .severity import Severity
from .template import Template, TemplateResource

REST_KIND = "rest_api"
HTTP_KIND = "http_api"
WEBSOCKET_KIND = "websocket_api"
_KIND_BY_PROTOCOL = {"HTTP": HTTP_KIND, "WEBSOCKET": WEBSOCKET_KIND}
TYPES = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
)

_rule = partial(AlarmRule, namespace="AWS/ApiGateway")


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the stages of a scope whose API is in it too, with the API as the construct."""
    for stage in template.of_type("AWS::ApiGateway::Stage"):
        api = template.referred(value_of(stage.properties, "restApiId"), stage.stack)
        name = api and _name_in_metrics(api)
        stage_name = _property(stage, "stageName")
        if api and name and stage_name:
            dimensions = {"ApiName": name, "Stage": stage_name}
            yield WatchedResource(REST_KIND, api.construct, stage.resource, api.path, stage.properties, dimensions)
    for stage in template.of_type("AWS::ApiGatewayV2::Stage"):
        api = template.referred(value_of(stage.properties, "apiId"), stage.stack)
        kind = api and _KIND_BY_PROTOCOL.get(value_of(api.properties, "protocolType"))
        stage_name = _property(stage, "stageName")
        if api and kind and stage_name:
            dimensions = {"ApiId": api.resource.ref, "Stage": stage_name}
            yield WatchedResource(kind, api.construct, stage.resource, api.path, stage.properties, dimensions)


def _name_in_metrics(api: TemplateResource) -> str | None:
    # "API Gateway removes non-ASCII characters from the ApiName dimension", and where nothing is left puts the id.
    name = _property(api, "name")
    return name and (name.encode("ascii", "ignore").decode() or api.resource.ref)


def _property(resource: TemplateResource, name: str) -> str | None:
    """A property before it is resolved: it may be written into a nested stack's alarm."""
    value = resource.resource._cfn_properties.get(name)  # noqa: SLF001  (see template.py)
    return value if isinstance(value, str) else None


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    for of, client_errors, server_errors in ((REST_KIND, "4XXError", "5XXError"), (HTTP_KIND, "4xx", "5xx")):
        yield _server_errors(of, server_errors)
        yield _client_error_rate(of, client_errors, requests="Count")
        yield _latency(of, "Latency")
        yield from _traffic(of, "Count")
    yield _server_errors(WEBSOCKET_KIND, "ExecutionError")
    yield _server_errors(WEBSOCKET_KIND, "IntegrationError", name="IntegrationErrors")
    yield _latency(WEBSOCKET_KIND, "IntegrationLatency")
    yield from _traffic(WEBSOCKET_KIND, "MessageCount")


def _server_errors(of: str, metric_name: str, *, name: str = "ServerErrors") -> AlarmKind:
    return AlarmKind(
        key="api_5xx",
        of=of,
        rule=_rule(
            name=name,
            metric_name=metric_name,
            statistic="Sum",
            meaning="the API answers with server errors (5xx).",
            causes="the function behind it fails or times out, answers in a wrong form, or may not be invoked.",
            first_steps="Look at the function's issues in Sentry; if there are none, at the API's access log.",
        ),
        unit="answers within a minute",
        why="A caller got an error that is not the caller's fault. A WebSocket API counts what its integration answers "
        "(`IntegrationError`, 4xx too) and what keeps it from being called (`ExecutionError`) apart: two alarms.",
    )


def _client_error_rate(of: str, metric_name: str, *, requests: str) -> AlarmKind:
    return AlarmKind(
        key="api_4xx_rate",
        of=of,
        rule=_rule(
            name="ClientErrors",
            metric_name=metric_name,
            statistic="Sum",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            expression="errors / requests",
            inputs=(MathInput("errors", metric_name, "Sum"), MathInput("requests", requests, "Sum")),
            meaning="a large share of requests is refused as the caller's fault (4xx).",
            causes="a release that changed the contract, a client with old credentials, throttling (429), a scanner.",
            first_steps="Count the access log by status and caller.",
        ),
        unit="of the requests of 5 minutes, in 3 successive ones",
        why="Off: callers make these, one scanner at night is enough. It is charged as two metrics. No such alarm on "
        "a WebSocket API, which does not count the requests that its errors are a share of.",
        suggested=0.25,
        when="REST and HTTP APIs",
    )


def _latency(of: str, metric_name: str) -> AlarmKind:
    return AlarmKind(
        key="p95_latency",
        of=of,
        rule=_rule(
            name="Latency",
            metric_name=metric_name,
            statistic="p95",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            meaning="one request in twenty takes too long.",
            causes="cold starts after a release, a slow dependency, growing data.",
            first_steps="Compare IntegrationLatency with the function's Duration: the difference is cold starts and "
            "waiting.",
        ),
        unit="in 3 successive periods of 5 minutes",
        why="What people still feel as an answer at once; a quarter of an hour, as a single cold start is no news.",
        duration_as="ms",
    )


def _traffic(of: str, metric_name: str) -> Iterator[AlarmKind]:
    yield AlarmKind(
        key="api_no_traffic",
        of=of,
        rule=_rule(
            name="NoTraffic",
            metric_name=metric_name,
            statistic="Sum",
            threshold=1,
            comparison="LessThanThreshold",
            treat_missing_data="breaching",
            meaning="nobody called the API.",
            causes="a name or certificate that no longer holds, a caller that is down, a quiet night.",
            first_steps="Call it yourself, from outside.",
        ),
        unit="without a request",
        why="Off: only you know how long your users may be silent.",
        duration_as="period",
        suggested=Duration.hours(1),
    )
    yield AlarmKind(
        key="api_traffic_anomaly",
        of=of,
        rule=_rule(
            name="TrafficAnomaly",
            metric_name=metric_name,
            statistic="Sum",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            anomaly=True,
            meaning="the API gets more, or fewer, requests than the last two weeks let expect.",
            causes="an event, a caller that repeats itself, a caller that is down.",
            first_steps="Count the access log by caller.",
        ),
        unit="standard deviations from what is expected, in 3 successive periods of 5 minutes",
        why="Off: it learns for two weeks and costs three times as much.",
        suggested=3,
    )
