"""A stack of every other kind of step: HTTP API, topic, queue, rule, state machine, a nested stack."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

STACK = "orders-local"

_ANSWER = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"
_TAKE = """
import os, boto3
def handler(event, context):
    for record in event["Records"]:
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=record["Sns"]["Message"])
"""
_STORE = """
import os, boto3
def handler(event, context):
    for record in event["Records"]:
        item = {"id": {"S": record["body"]}}
        boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)
"""


class OrdersStack(cdk.Stack):
    """Orders come by a topic, are stored from a queue, asked for by HTTP, and closed each day."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        table = dynamodb.TableV2(
            self, "Table", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
        )
        self._asked(table)
        self._taken(table)
        self._closed()

    def _asked(self, table: dynamodb.TableV2) -> None:
        ask = self._function("Ask", _ANSWER, TABLE_NAME=table.table_name)
        table.grant_read_data(ask)
        api = apigateway.HttpApi(self, "Api")
        api.add_routes(
            path="/orders/{id}",
            methods=[apigateway.HttpMethod.GET],
            integration=integrations.HttpLambdaIntegration("Ask", ask),
        )

    def _taken(self, table: dynamodb.TableV2) -> None:
        dead = sqs.Queue(self, "Dead")
        queue = sqs.Queue(
            self,
            "Queue",
            encryption_master_key=kms.Key(self, "OwnKey"),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=3, queue=dead),
        )
        take = self._function("Take", _TAKE, QUEUE_URL=queue.queue_url)
        queue.grant_send_messages(take)
        topic = sns.Topic(self, "Topic")
        topic.add_subscription(subscriptions.LambdaSubscription(take))
        store = self._function("Store", _STORE, TABLE_NAME=table.table_name)
        table.grant_write_data(store)
        store.add_event_source(sources.SqsEventSource(queue))

    def _closed(self) -> None:
        nested = cdk.NestedStack(self, "Nested")
        close = self._function("Close", _ANSWER, scope=nested)
        step = tasks.LambdaInvoke(self, "CloseOrders", lambda_function=close, retry_on_service_exceptions=False)
        machine = stepfunctions.StateMachine(
            self, "Machine", definition_body=stepfunctions.DefinitionBody.from_chainable(step)
        )
        events.Rule(
            self,
            "Daily",
            schedule=events.Schedule.rate(cdk.Duration.days(1)),
            targets=[targets.SfnStateMachine(machine)],
        )

    def _function(
        self, construct_id: str, source: str, scope: Construct | None = None, **environment: str
    ) -> lambda_.Function:
        return lambda_.Function(
            scope or self,
            construct_id,
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(source),
            environment=environment,
        )


if __name__ == "__main__":
    app = cdk.App()
    OrdersStack(app, STACK)
    app.synth()
