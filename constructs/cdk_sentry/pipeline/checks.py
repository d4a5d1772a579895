"""Checks of a pipeline's arguments."""

from aws_cdk import Duration

from ..errors import Problems, is_known

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S


def check_number(
    problems: Problems, name: str, value: float, *, at_least: float, at_most: float, whole: bool = True
) -> None:
    """Notes a number that is none, is out of range, or is broken where only whole ones are allowed."""
    if not is_known(value):
        return
    kind, types = ("a whole number", int) if whole else ("a number", int | float)
    if isinstance(value, bool) or not isinstance(value, types) or not at_least <= value <= at_most:
        problems.add(name, value, f"{kind} from {at_least} to {at_most}", "Give one in this range.")


def check_duration(
    problems: Problems, name: str, value: Duration, *, at_least_s: int, at_most_s: int, unit_s: int = 1
) -> int | None:
    """Notes a duration that is none, is out of range, or is no multiple of `unit_s` seconds.

    Returns:
        Its seconds; None if nothing can be said about it.
    """
    unit = Duration.seconds(unit_s).to_human_string()
    span = f"from {_human(at_least_s)} to {_human(at_most_s)}, in whole steps of {unit}"
    if not isinstance(value, Duration):
        problems.add(name, value, f"an aws_cdk.Duration {span}", "Give one, such as Duration.days(1).")
        return None
    if value.is_unresolved():
        return None
    milliseconds = value.to_milliseconds()
    if milliseconds % (unit_s * 1000) or not at_least_s * 1000 <= milliseconds <= at_most_s * 1000:
        problems.add(name, value.to_human_string(), span, "Give one in this range.")
        return None
    return int(milliseconds / 1000)


def check_type(problems: Problems, name: str, value: object, expected: type, example: str) -> None:
    """Notes a value of another type."""
    if not isinstance(value, expected):
        problems.add(name, value, f"a {expected.__name__}", f"Give one, such as {example}.")


def _human(seconds: int) -> str:
    return str(Duration.seconds(seconds).to_human_string())
