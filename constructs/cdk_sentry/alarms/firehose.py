"""The alarm on one Firehose delivery stream.

Metric names: docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html, "Data delivery
CloudWatch metrics". Each kind of destination has a metric of its own.
"""

from collections.abc import Iterator
from functools import partial

from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource, value_of
from .template import Template

KIND = "delivery_stream"
TYPES = ("AWS::KinesisFirehose::DeliveryStream",)
# Property of the destination: what its metric begins with.
_DESTINATIONS = {
    "amazonopensearchserviceDestinationConfiguration": "DeliveryToAmazonOpenSearchService",
    "amazonOpenSearchServerlessDestinationConfiguration": "DeliveryToAmazonOpenSearchServerless",
    "elasticsearchDestinationConfiguration": "DeliveryToElasticsearch",
    "extendedS3DestinationConfiguration": "DeliveryToS3",
    "httpEndpointDestinationConfiguration": "DeliveryToHttpEndpoint",
    "icebergDestinationConfiguration": "DeliveryToIceberg",
    "redshiftDestinationConfiguration": "DeliveryToS3",
    "s3DestinationConfiguration": "DeliveryToS3",
    "snowflakeDestinationConfiguration": "DeliveryToSnowflake",
    "splunkDestinationConfiguration": "DeliveryToSplunk",
}
METRICS = tuple(sorted(set(_DESTINATIONS.values())))

_rule = partial(AlarmRule, namespace="AWS/Firehose")


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the delivery streams of a scope."""
    for each in template.of_type(*TYPES):
        metrics = [metric for name, metric in _DESTINATIONS.items() if value_of(each.properties, name) is not None]
        dimensions = {"DeliveryStreamName": each.resource.ref}
        yield WatchedResource(
            KIND, each.construct, each.resource, each.path, each.properties, dimensions, traits=frozenset(metrics[:1])
        )


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries, one for each kind of destination."""
    for metric in METRICS:
        yield AlarmKind(
            of=KIND,
            key="delivery_freshness",
            rule=_rule(
                name="Freshness",
                metric_name=f"{metric}.DataFreshness",
                statistic="Maximum",
                evaluation_periods=5,
                datapoints_to_alarm=5,
                meaning="what was put in long ago is still not delivered.",
                causes="the destination is down or full, the role may not write, a transformation fails.",
                first_steps="Read the delivery stream's error log and its error prefix in S3.",
            ),
            unit="in 5 successive minutes",
            why="Buffering takes up to 15 minutes in health; Firehose gives up after a day (S3) or less.",
            duration_as="s",
            trait=metric,
            when=f"delivery streams whose metric is `{metric}.DataFreshness`",
        )
