"""Which alarms a user wants."""

from dataclasses import dataclass

from ..errors import Problems


@dataclass(frozen=True)
class Alarms:
    """Thresholds of the alarms on every covered resource; `Alarms()` is what one gets without saying anything.

    Attributes:
        function_errors: failed invocations of one function within a minute that raise its alarm; 1 when left out,
            since every failure is an event in Sentry anyway and one is what somebody should look at. None: no alarm.
        function_throttles: invocations of one function that Lambda refused within a minute; 1 when left out.
            None: no alarm.
        nested_stacks: whether alarms go into nested stacks of their own. When left out they do if the stack would
            have more than CloudFormation's 500 resources with them.
    """

    function_errors: int | None = 1
    function_throttles: int | None = 1
    nested_stacks: bool | None = None

    @staticmethod
    def none() -> "Alarms":
        """No alarm at all."""
        return Alarms(function_errors=None, function_throttles=None)

    def check(self, problems: Problems) -> None:
        """Notes thresholds that no metric can mean."""
        for name in ("function_errors", "function_throttles"):
            threshold = getattr(self, name)
            if threshold is not None and (
                isinstance(threshold, bool) or not isinstance(threshold, int) or threshold < 1
            ):
                problems.add(
                    f"alarms.{name}",
                    threshold,
                    "a whole number of invocations per minute, 1 or more, or None",
                    "Use None to have no such alarm.",
                )
