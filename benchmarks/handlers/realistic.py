"""What functions usually are made of: a client of AWS, and Powertools for logs and metrics."""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="checkout")
metrics = Metrics(namespace="shop", service="checkout")
table = boto3.resource("dynamodb").Table("orders")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Logs, counts, and asks nobody."""
    logger.info("order", extra={"order": event.get("order", "none")})
    metrics.add_metric(name="Orders", unit=MetricUnit.Count, value=1)
    return {"table": table.name}
