"""The pipeline's REST API: who may call, how often, what is let through."""

import json
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from ..acknowledged import acknowledge
from . import openapi
from .settings import PipelineSettings

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
    settings: PipelineSettings,
) -> apigateway.RestApi:
    """`POST /activity`, `GET /users/{user_id}/history` and `.../events`: guarded, throttled, logged.

    Args:
        scope: the pipeline.
        construct_id: within it.
        ingest: takes events.
        history: answers questions.
        settings: who may call, how often, how long the access log is kept.
    """
    access_log = logs.LogGroup(
        scope,
        f"{construct_id}AccessLog",
        retention=settings.log_retention,
        removal_policy=settings.removal_policy,
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
            throttling_rate_limit=settings.rate_limit,
            throttling_burst_limit=settings.burst_limit,
            access_log_destination=apigateway.LogGroupLogDestination(access_log),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG_FIELDS)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            metrics_enabled=True,
            tracing_enabled=settings.xray_tracing,
        ),
    )
    _methods(api, ingest, history, {**settings.access.method_options(scope), **_key_option(settings)})
    _say_what_was_wrong(api)
    if settings.api_keys is not None:
        settings.api_keys.add_to(api)
    _acknowledge(api, settings)
    if settings.web_acl_arn is not None:
        stage_arn = api.deployment_stage.stage_arn
        wafv2.CfnWebACLAssociation(
            scope, f"{construct_id}WebAcl", resource_arn=stage_arn, web_acl_arn=settings.web_acl_arn
        )
    return api


def _methods(
    api: apigateway.RestApi, ingest: lambda_.IFunction, history: lambda_.IFunction, guard: dict[str, Any]
) -> None:
    validator = api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)
    api.root.add_resource("activity").add_method(
        "POST",
        apigateway.LambdaIntegration(ingest, allow_test_invoke=False),
        request_validator=validator,
        request_models={"application/json": _model(api)},
        **guard,
    )
    user = api.root.add_resource("users").add_resource("{user_id}")
    for name, parameters in openapi.QUERIES.items():
        user.add_resource(name).add_method(
            "GET",
            apigateway.LambdaIntegration(history, allow_test_invoke=False),
            request_validator=validator,
            request_parameters={f"method.request.querystring.{parameter}": False for parameter in parameters},
            **guard,
        )


def _key_option(settings: PipelineSettings) -> dict[str, bool]:
    return {} if settings.api_keys is None else {"api_key_required": True}


def _model(api: apigateway.RestApi) -> apigateway.IModel:
    schema = openapi.request_model()
    # The L1: the L2 takes a schema only in a notation of its own.
    model = apigateway.CfnModel(
        api, "ActivityRequest", rest_api_id=api.rest_api_id, content_type="application/json", schema=schema
    )
    deployment = api.latest_deployment
    if deployment is not None:
        # A deployment is a snapshot: a changed contract needs a new one.
        deployment.add_to_logical_id(schema)
        deployment.node.add_dependency(model)
    return apigateway.Model.from_model_name(api, "ActivityRequestName", model.ref)


def _say_what_was_wrong(api: apigateway.RestApi) -> None:
    # In a header, because the text holds quotation marks that a template could not escape.
    message = f"each event must be {openapi.event_schema()['description']}; x-validation-error says what is wrong"
    api.add_gateway_response(
        "BadBody",
        type=apigateway.ResponseType.BAD_REQUEST_BODY,
        response_headers={"x-validation-error": "context.error.validationErrorString"},
        templates={"application/json": json.dumps({"message": message, "errors": []})},
    )


def _acknowledge(api: apigateway.RestApi, settings: PipelineSettings) -> None:
    logging = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    reasons = {
        f"AwsSolutions-IAM4[Policy::{logging}]": "The policy that AWS documents for this role, whose user is API "
        "Gateway itself.",
        **settings.access.acknowledgments(),
    }
    if settings.web_acl_arn is None:
        reason = "Only known callers get in, and the stage is throttled; a web ACL is the prop web_acl_arn."
        reasons["AwsSolutions-APIG3"] = reason
    acknowledge(api, reasons)
