"""One stack with every kind of resource that alarms know, each used in the way that gives it all its alarms."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions

from cdk_sentry import Alarms
from cdk_sentry.alarms.catalogue import KINDS

from .apps import function

# What is off, with the threshold that the catalogue suggests.
EVERY_ALARM = Alarms(
    **{kind.key: kind.suggested for kinds in KINDS.values() for kind in kinds if Alarms().of(kind.key) is None}  # type: ignore[arg-type]
)


def everything(stack: cdk.Stack) -> None:
    """Fills a stack."""
    stream = kinesis.Stream(stack, "Clicks", retention_period=cdk.Duration.hours(48))
    last_stop = sqs.Queue(stack, "GivenUp")
    orders = function(
        stack,
        "Orders",
        timeout=cdk.Duration.seconds(20),
        reserved_concurrent_executions=10,
        dead_letter_queue=last_stop,
        on_success=destinations.SqsDestination(sqs.Queue(stack, "Done")),
    )
    orders.add_event_source(event_sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.LATEST))
    key = dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)
    carts = dynamodb.Table(stack, "Carts", partition_key=key, read_capacity=10, write_capacity=20)
    carts.add_global_secondary_index(index_name="ByOwner", partition_key=key, read_capacity=5, write_capacity=5)
    apigateway.LambdaRestApi(stack, "Shop", handler=orders)
    http = apigatewayv2.HttpApi(stack, "Http")
    http.add_routes(path="/", integration=integrations.HttpLambdaIntegration("Orders", orders))
    chat = apigatewayv2.WebSocketApi(stack, "Chat")
    chat.add_route("say", integration=integrations.WebSocketLambdaIntegration("Orders", orders))
    apigatewayv2.WebSocketStage(stack, "Live", web_socket_api=chat, stage_name="live", auto_deploy=True)
    sns.Topic(stack, "News")
    rule = events.Rule(stack, "Nightly", schedule=events.Schedule.rate(cdk.Duration.days(1)))
    rule.add_target(targets.LambdaFunction(orders))
    bus = events.EventBus(stack, "Bus")
    paid = events.Rule(stack, "Paid", event_bus=bus, event_pattern=events.EventPattern(source=["shop"]))
    paid.add_target(targets.LambdaFunction(orders))
    stepfunctions.StateMachine(
        stack,
        "Checkout",
        definition_body=stepfunctions.DefinitionBody.from_chainable(stepfunctions.Pass(stack, "Nothing")),
    )
    firehose.DeliveryStream(stack, "Archive", destination=firehose.S3Bucket(s3.Bucket(stack, "Bucket")))
