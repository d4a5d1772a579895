"""KMS keys: what is encrypted with a key that does not work, does not work."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..aws import Aws
from .finding import Finding, Weight, sick

_AWS_OWN = "alias/aws/"


@dataclass(frozen=True, slots=True)
class KeyState:
    """A customer's key.

    Attributes:
        key_id: of the key.
        state: as KMS gives it, `Enabled` if all is well.
    """

    key_id: str
    state: str

    def judge(self) -> Iterator[Finding]:
        """What is wrong with it."""
        if self.state == "Enabled":
            return
        mend = "cancel-key-deletion" if self.state == "PendingDeletion" else "enable-key"
        yield sick(
            "key-unusable",
            Weight.OFF,
            f"its KMS key is {self.state}: nothing can be read or written",
            f"key {self.key_id}",
            next_command=f"aws kms {mend} --key-id {self.key_id}",
        )


def key_state(aws: Aws, key: str) -> KeyState | None:
    """The state of a key; None if there is none, or it is AWS's own.

    Args:
        aws: the account and region.
        key: id, ARN or alias; may be empty.
    """
    if not key or key.rpartition(":")[2].startswith(_AWS_OWN):
        return None
    metadata = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    return KeyState(metadata["KeyId"], metadata["KeyState"])
