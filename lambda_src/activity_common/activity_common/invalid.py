"""The one error for input that can never become valid."""

import json
from typing import Any

_SHOWN_CHARACTERS = 200


class Invalid(ValueError):  # noqa: N818 - reads as what the input is
    """Input that no retry makes valid.

    Its text names the field and what is allowed, never the value: the text goes to logs and to Sentry, the value,
    which may be personal, only back to who sent it (`answer`).

    Attributes:
        field: where, such as `occurred_at` or `properties.price`.
        value: what was found there.
        allowed: what may stand there, in words.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(f"{field}: must be {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed

    def answer(self) -> dict[str, Any]:
        """The error as the sender gets to see it."""
        value = self.value.decode(errors="replace") if isinstance(self.value, bytes) else self.value
        shown = json.dumps(value, default=str)
        if len(shown) > _SHOWN_CHARACTERS:
            value = shown[:_SHOWN_CHARACTERS] + "..."
        return {"field": self.field, "value": value, "allowed": self.allowed}
