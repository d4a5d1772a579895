"""Checks of a pipeline's parameters, at construction."""

from aws_cdk import Duration, Token


def check_number(name: str, value: float, *, at_least: float, at_most: float) -> None:
    """Checks a number's range.

    Raises:
        ValueError: it is no number, or out of range.
    """
    if Token.is_unresolved(value):
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not at_least <= value <= at_most:
        raise ValueError(
            f"{name}={value!r}: must be a number from {at_least} to {at_most}. Give one in this range, or leave "
            f"{name} out for the default."
        )


def check_duration(name: str, value: Duration, *, at_least: Duration, at_most: Duration) -> None:
    """Checks a duration's range.

    Raises:
        ValueError: it is no Duration, or out of range.
    """
    if not isinstance(value, Duration):
        raise ValueError(  # noqa: TRY004 - every wrong value is a ValueError, the promise of the constructor
            f"{name}={value!r}: must be an aws_cdk.Duration, such as Duration.days(7)."
        )
    if value.is_unresolved():
        return
    if not at_least.to_milliseconds() <= value.to_milliseconds() <= at_most.to_milliseconds():
        raise ValueError(
            f"{name}={value.to_human_string()}: must be from {at_least.to_human_string()} to "
            f"{at_most.to_human_string()}. Give one in this range, or leave {name} out for the default."
        )
