"""A stack's template as CDK would write it now, read before it does.

The properties of a construct are not the whole truth: `add_property_override`, CfnInclude and Aspects change what is
written without changing them. The template is the truth, and reading it takes one call a stack.
"""

import json
import tempfile
from pathlib import Path
from typing import Any, cast

import jsii
from aws_cdk import DockerImageAssetLocation, FileAssetLocation, ISynthesisSession, Stack, StackSynthesizer, cx_api


def rendered_resources(stack: Stack) -> dict[str, dict[str, Any]]:
    """The resources in the template of a stack, by logical id, in the order of the construct tree.

    Args:
        stack: a stack or a nested stack; it is left as it is.
    """
    with tempfile.TemporaryDirectory() as folder:
        synthesizer = _TemplateOnly()
        synthesizer.bind(stack)
        synthesizer._synthesize_template(cast("ISynthesisSession", _Session(folder)))  # noqa: SLF001  (protected)
        template = json.loads(Path(folder, stack.template_file).read_text(encoding="utf-8"))
    resources: dict[str, dict[str, Any]] = template.get("Resources", {})
    return resources


class _TemplateOnly(StackSynthesizer):
    """Writes the template and nothing else: no assets, no manifest."""

    def synthesize(self, session: ISynthesisSession) -> None:
        """Never called: a stack's own synthesizer stays in charge."""

    def add_file_asset(self, **_: Any) -> FileAssetLocation:
        """Never called, as above."""
        raise NotImplementedError

    def add_docker_image_asset(self, **_: Any) -> DockerImageAssetLocation:
        """Never called, as above."""
        raise NotImplementedError


@jsii.implements(ISynthesisSession)
class _Session:
    """Where the template is written: a cloud assembly that nobody deploys."""

    def __init__(self, folder: str) -> None:
        self._assembly = cx_api.CloudAssemblyBuilder(folder)

    # jsii looks for properties: it does not see attributes.
    @property
    def assembly(self) -> cx_api.CloudAssemblyBuilder:
        """What the template becomes part of."""
        return self._assembly

    @property
    def outdir(self) -> str:
        """Its folder."""
        return str(self._assembly.outdir)

    @property
    def validate_on_synth(self) -> bool:
        """Whether to validate: no, that is for the real synth."""
        return False
