"""The pipeline's REST API: who may call, how often, what is let through."""

import json

from aws_cdk import Acknowledgment, RemovalPolicy, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from ..assets import LAMBDA_SRC

SCHEMA = LAMBDA_SRC / "activity_common" / "activity_common" / "event.schema.json"

# No path, address or caller: a path holds the user's id.
_ACCESS_LOG_FIELDS = {
    "request_id": apigateway.AccessLogField.context_request_id(),
    "time": apigateway.AccessLogField.context_request_time(),
    "method": apigateway.AccessLogField.context_http_method(),
    "resource": apigateway.AccessLogField.context_resource_path(),
    "status": apigateway.AccessLogField.context_status(),
    "latency_ms": apigateway.AccessLogField.context_response_latency(),
    "response_bytes": apigateway.AccessLogField.context_response_length(),
    "integration_error": apigateway.AccessLogField.context_integration_error_message(),
}


def activity_api(
    scope: Construct,
    construct_id: str,
    *,
    ingest: lambda_.IFunction,
    history: lambda_.IFunction,
    rate_limit: float,
    burst_limit: int,
    log_retention: logs.RetentionDays,
    removal_policy: RemovalPolicy,
) -> apigateway.RestApi:
    """`POST /activity` and `GET /users/{user_id}/history`, signed with AWS_IAM, throttled, logged.

    Args:
        scope: the pipeline.
        construct_id: within it.
        ingest: takes events.
        history: answers questions.
        rate_limit: requests a second, of all callers together.
        burst_limit: requests at once above that.
        log_retention: how long the access log is kept.
        removal_policy: of the access log.
    """
    access_log = logs.LogGroup(
        scope, f"{construct_id}AccessLog", retention=log_retention, removal_policy=removal_policy
    )
    api = apigateway.RestApi(
        scope,
        construct_id,
        description="Takes user activity and shows its history",
        endpoint_types=[apigateway.EndpointType.REGIONAL],
        # One setting of the whole account and region: it stays when this API goes, others may need it.
        cloud_watch_role=True,
        cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
        deploy_options=apigateway.StageOptions(
            stage_name="v1",
            throttling_rate_limit=rate_limit,
            throttling_burst_limit=burst_limit,
            access_log_destination=apigateway.LogGroupLogDestination(access_log),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG_FIELDS)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            metrics_enabled=True,
        ),
        default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
    )
    validator = api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)
    model = _model(api)
    api.root.add_resource("activity").add_method(
        "POST",
        apigateway.LambdaIntegration(ingest, allow_test_invoke=False),
        request_validator=validator,
        request_models={"application/json": model},
    )
    api.root.add_resource("users").add_resource("{user_id}").add_resource("history").add_method(
        "GET",
        apigateway.LambdaIntegration(history, allow_test_invoke=False),
        request_validator=validator,
        request_parameters={f"method.request.querystring.{name}": False for name in ("from", "to", "granularity")},
    )
    _say_what_was_wrong(api)
    _acknowledge(api)
    return api


def _model(api: apigateway.RestApi) -> apigateway.IModel:
    schema = json.loads(SCHEMA.read_text())
    # The L1: the L2 takes a schema only in a notation of its own.
    model = apigateway.CfnModel(
        api, "ActivityEvent", rest_api_id=api.rest_api_id, content_type="application/json", schema=schema
    )
    deployment = api.latest_deployment
    if deployment is not None:
        # A deployment is a snapshot: a changed contract needs a new one.
        deployment.add_to_logical_id(schema)
        deployment.node.add_dependency(model)
    return apigateway.Model.from_model_name(api, "ActivityEventName", model.ref)


def _say_what_was_wrong(api: apigateway.RestApi) -> None:
    # In a header, because the text holds quotation marks that a template could not escape.
    api.add_gateway_response(
        "BadBody",
        type=apigateway.ResponseType.BAD_REQUEST_BODY,
        response_headers={"x-validation-error": "context.error.validationErrorString"},
        templates={
            "application/json": '{"message":"the event breaks the contract; x-validation-error says how","errors":[]}'
        },
    )


def _acknowledge(api: apigateway.RestApi) -> None:
    Validations.of(api).acknowledge(
        Acknowledgment(
            id="AwsSolutions-COG4",
            reason="The callers are services: they sign their requests with AWS_IAM, no person logs in here.",
        ),
        Acknowledgment(
            id="AwsSolutions-APIG3",
            reason="Only signed requests get in, and the stage is throttled; a web ACL is the account's choice and "
            "its cost, and is associated with the stage.",
        ),
        Acknowledgment(
            id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            reason="The policy that AWS documents for this role, whose user is API Gateway itself.",
        ),
    )
