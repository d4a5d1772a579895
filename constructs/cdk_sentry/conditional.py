"""Resources that are there under a condition of their template alone.

Whatever refers to one without asking for its condition cannot be deployed where that is false.
"""

from aws_cdk import Fn, Token

# Stands for the name of what is not there: a metric of no resource, on which an alarm stays silent.
_ABSENT = "absent"


def name_if_there(name: str, condition: str | None) -> str:
    """A name that can be asked for in the template of the condition whether or not it holds.

    Args:
        name: text, or a token that refers to the resource.
        condition: the logical id of the resource's condition; None: it is always there.
    """
    if condition is None or not Token.is_unresolved(name):
        return name
    return Token.as_string(Fn.condition_if(condition, name, _ABSENT))
