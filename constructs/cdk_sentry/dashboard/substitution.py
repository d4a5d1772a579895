"""Text into which CloudFormation puts names, as one `Fn::Sub`.

CDK makes a `Fn::Join` of such text, which takes several lines of template for each name and time at synth.
"""

import json
import re
from typing import Any

_OWN_NAME = "\N{LEFT WHITE SQUARE BRACKET}%s\N{RIGHT WHITE SQUARE BRACKET}"
_PLACE = re.compile(r"\$\{Token\[[^\]]*\]\}|" + _OWN_NAME % r"(\w+)")


def name_of(logical_id: str) -> str:
    """What stands for the `Ref` of a resource of the same template.

    Args:
        logical_id: of the resource.
    """
    return _OWN_NAME % logical_id


def substituted(text: str) -> Any:
    """Returns what CloudFormation makes the text of.

    Args:
        text: with tokens of CDK, and with what `name_of` gave, in places where their values need no escaping.
    """
    variables: dict[str, str] = {}
    parts: list[str] = []
    end = 0
    for place in _PLACE.finditer(text):
        parts.append(_literal(text[end : place.start()]))
        name = place[1] or variables.setdefault(place[0], f"V{len(variables)}")
        parts.append(f"${{{name}}}")
        end = place.end()
    if not parts:
        return text
    body = "".join([*parts, _literal(text[end:])])
    return {"Fn::Sub": [body, {name: token for token, name in variables.items()}] if variables else body}


def as_json(value: Any) -> str:
    """JSON for `substituted`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _literal(text: str) -> str:
    return text.replace("${", "${!")
