"""Which kit and which Sentry SDK a layer is of: said in the layer version's description, where anybody can read it.

Nothing here imports aws_cdk: the command reads it back from what is deployed.
"""

import json
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

PYTHON_PINS = "sentry_layer_python/cdk_sentry_layer/vendored/requirements.txt"
NODEJS_PINS = "sentry_layer_nodejs/package.json"
_PYTHON_SDK, _NODEJS_SDK = "sentry-sdk", "@sentry/node-core"
_DESCRIPTION = re.compile(
    r"cdk-sentry (?P<kit>\S+) for (?P<language>\w+), (?P<package>\S+) (?P<sdk>[^\s,]+)(?:, content (?P<content>\w+))?"
)


@dataclass(frozen=True)
class LayerVersions:
    """What one layer is made of.

    Attributes:
        language: `Python` or `Nodejs`.
        kit: version of cdk-sentry.
        package: the SDK's package, for example `sentry-sdk`.
        sdk: version of that package.
        content: begin of the hash of all that is in it, where that is said.
    """

    language: str
    kit: str
    package: str
    sdk: str
    content: str | None = None

    @property
    def description(self) -> str:
        """The description of a layer version that has this content."""
        content = f", content {self.content}" if self.content else ""
        return f"cdk-sentry {self.kit} for {self.language}, {self.package} {self.sdk}{content}"

    @classmethod
    def described(cls, description: str) -> Self | None:
        """What a layer version's description says; None where it is not of this kit.

        Args:
            description: as Lambda gives it.
        """
        found = _DESCRIPTION.fullmatch(description)
        return cls(**found.groupdict()) if found else None


def python_layer_versions(lambda_src: Path) -> LayerVersions:
    """What the Python layer of this kit is made of.

    Args:
        lambda_src: the folder of Lambda sources.
    """
    pins = (lambda_src / PYTHON_PINS).read_text()
    pinned = re.search(rf"^{_PYTHON_SDK}==(\S+)", pins, re.MULTILINE)
    if pinned is None:
        raise ValueError(f"{lambda_src / PYTHON_PINS} does not pin {_PYTHON_SDK}: run `make pins`")
    return LayerVersions("Python", version("cdk-sentry"), _PYTHON_SDK, pinned[1])


def nodejs_layer_versions(lambda_src: Path) -> LayerVersions:
    """The same for the Node.js layer.

    Args:
        lambda_src: the folder of Lambda sources.
    """
    sdk = json.loads((lambda_src / NODEJS_PINS).read_text())["devDependencies"][_NODEJS_SDK]
    return LayerVersions("Nodejs", version("cdk-sentry"), _NODEJS_SDK, str(sdk))
