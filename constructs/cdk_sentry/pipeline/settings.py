"""What can be said about a pipeline, and what may be said."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from ..errors import Problems, is_known
from .access import ApiAccess, ApiKeys, check_access
from .capacity import StreamCapacity
from .checks import DAY_S, HOUR_S, MINUTE_S, check_duration, check_number, check_type


@dataclass(frozen=True)
class PipelineSettings:
    """The arguments of `ActivityPipeline`, which documents them."""

    capacity: StreamCapacity
    stream_retention: Duration
    event_retention: Duration
    batch_size: int
    batch_window: Duration
    retry_attempts: int
    max_record_age: Duration
    parallelization_factor: int
    enhanced_fan_out: bool
    access: ApiAccess
    api_keys: ApiKeys | None
    rate_limit: float
    burst_limit: int
    web_acl_arn: str | None
    encryption_key: kms.IKey | None
    xray_tracing: bool
    log_retention: logs.RetentionDays
    removal_policy: RemovalPolicy

    def check(self, problems: Problems) -> None:
        """Notes what is wrong, where it can be known at synth."""
        self._check_stream(problems)
        self._check_api(problems)
        check_type(problems, "log_retention", self.log_retention, logs.RetentionDays, "RetentionDays.ONE_MONTH")
        check_type(problems, "removal_policy", self.removal_policy, RemovalPolicy, "RemovalPolicy.DESTROY")

    def _check_stream(self, problems: Problems) -> None:
        check_type(problems, "capacity", self.capacity, StreamCapacity, "StreamCapacity.on_demand()")
        if isinstance(self.capacity, StreamCapacity):
            self.capacity.check(problems)
        kept_s = check_duration(
            problems,
            "stream_retention",
            self.stream_retention,
            at_least_s=DAY_S,
            at_most_s=365 * DAY_S,
            unit_s=HOUR_S,
        )
        check_duration(
            problems,
            "event_retention",
            self.event_retention,
            at_least_s=kept_s or DAY_S,
            at_most_s=36_500 * DAY_S,
        )
        check_number(problems, "batch_size", self.batch_size, at_least=1, at_most=1000)
        check_duration(problems, "batch_window", self.batch_window, at_least_s=0, at_most_s=5 * MINUTE_S)
        check_number(problems, "retry_attempts", self.retry_attempts, at_least=0, at_most=10_000)
        check_duration(
            problems,
            "max_record_age",
            self.max_record_age,
            at_least_s=MINUTE_S,
            at_most_s=min(kept_s or 7 * DAY_S, 7 * DAY_S),
        )
        factor = self.parallelization_factor
        check_number(problems, "parallelization_factor", factor, at_least=1, at_most=10)
        check_type(problems, "enhanced_fan_out", self.enhanced_fan_out, bool, "True")

    def _check_api(self, problems: Problems) -> None:
        check_access(problems, self.access, self.api_keys)
        check_number(problems, "rate_limit", self.rate_limit, at_least=1, at_most=10_000, whole=False)
        check_number(problems, "burst_limit", self.burst_limit, at_least=1, at_most=5000)
        check_type(problems, "xray_tracing", self.xray_tracing, bool, "True")
        acl = self.web_acl_arn
        if acl is not None and is_known(acl) and not (isinstance(acl, str) and ":regional/webacl/" in acl):
            allowed = "the ARN of a regional web ACL: arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID"
            problems.add("web_acl_arn", acl, allowed, "Give `CfnWebACL(...).attr_arn`, its scope REGIONAL.")
