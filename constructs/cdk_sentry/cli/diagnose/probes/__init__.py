"""One kind of step a file: how it is looked at, what it is linked to, when it is sick."""

from ..probe import Probe
from .delivery import Delivery
from .dynamodb_table import DynamoTable
from .event_rule import EventRule
from .http_api import HttpApi
from .kinesis_stream import KinesisStream
from .lambda_function import LambdaFunction
from .rest_api import RestApi
from .sns_topic import SnsTopic
from .sqs_queue import SqsQueue
from .state_machine import StateMachine

PROBES: tuple[Probe, ...] = (
    RestApi(),
    HttpApi(),
    EventRule(),
    SnsTopic(),
    StateMachine(),
    LambdaFunction(),
    KinesisStream(),
    Delivery(),
    SqsQueue(),
    DynamoTable(),
)
"""All, in the order in which data usually flows."""
