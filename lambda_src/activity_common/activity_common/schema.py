"""The contract's one file. API Gateway's model, ingest and validator are all made from it."""

import json
import re
from pathlib import Path
from typing import Any, Final

SCHEMA: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("event.schema.json").read_bytes())


def description_of(field: str) -> str:
    """What is allowed in a field, in words: the schema says it itself."""
    return str(SCHEMA["properties"].get(field, SCHEMA)["description"])


def can_be(field: str, text: object) -> bool:
    """Whether a text can be in a field that has a pattern, asked without compiling the whole schema."""
    # `$` of a JSON Schema ends the string; Python's also matches before a last newline.
    pattern = SCHEMA["properties"][field]["pattern"].removesuffix("$")
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None
