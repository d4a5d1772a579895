"""`cdk-sentry diagnose`: walks a deployed stack in the order data flows and says which step is sick, and why."""

from .command import COMMAND

__all__ = ["COMMAND"]
