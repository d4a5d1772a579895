r"""A matcher for the part of CloudWatch Logs' filter patterns that the kit uses: one regular expression.

Documented at docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html: an expression between percent
signs matches anywhere in the message; it is made of letters, digits, the symbols `: _ # = @ / ; , -`, the operators
`^ $ ? [ ] { } | \ * + .` and the classes `\d \D \s \S \w \W \xhh`; there are no parentheses. Within that, the
operators mean what they mean in Python. What is outside raises, as PutSubscriptionFilter would.
"""

import re

_CHARACTERS = re.compile(r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+.]|\\[dDsSwW^$?\[\]{}|\\*+.]|\\x[0-9a-fA-F]{2})+")
_MAX_LENGTH = 1024


class InvalidPatternError(ValueError):
    """CloudWatch Logs would refuse the pattern."""


def matches(pattern: str, message: str) -> bool:
    """Whether a subscription with `pattern` gets `message`.

    Raises:
        InvalidPatternError: it is no expression of the documented grammar.
    """
    expression = pattern[1:-1]
    if not (len(pattern) <= _MAX_LENGTH and pattern.startswith("%") and pattern.endswith("%")):
        raise InvalidPatternError(f"no regular expression between percent signs: {pattern}")
    if not _CHARACTERS.fullmatch(expression):
        raise InvalidPatternError(f"a character that CloudWatch Logs does not take: {pattern}")
    return re.search(expression, message) is not None
