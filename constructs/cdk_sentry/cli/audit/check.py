"""What a check is: a question about one function, and everything that `--explain` says of it."""

from collections.abc import Callable
from dataclasses import dataclass

from .answer import Answer
from .subject import Subject


@dataclass(frozen=True)
class Check:
    """A question about one function.

    Attributes:
        id: for `--explain`, and for machines.
        title: in a few words, as a statement that holds where the answer is ok.
        meaning: what is asked.
        why: why it matters.
        how: how it is found out, and what cannot be.
        remedy: how to put right what it finds.
        ask: answers; None where the question does not arise.
    """

    id: str
    title: str
    meaning: str
    why: str
    how: str
    remedy: str
    ask: Callable[[Subject], Answer | None]
