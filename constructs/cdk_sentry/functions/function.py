"""One function of the user, and the changes that the kit makes to it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aws_cdk import CfnResource, Stack
from constructs import IConstruct

from ..conditional import name_if_there
from ..stack_template import PATH_METADATA
from .references import refers_elsewhere, with_references

FUNCTION_NAME = "FunctionName"


@dataclass(frozen=True)
class MonitoredFunction:
    """A user-written function below the monitored scope.

    Attributes:
        construct: what the user wrote: the L2 `Function`, or the CfnFunction itself where there is none.
        resource: the CfnFunction.
        stack: the stack, or nested stack, whose template the function is in.
        logical_id: its name in that template.
        properties: its properties as CloudFormation would have got them without the kit, in CloudFormation's spelling.
        kind: the CloudFormation type: `AWS::Lambda::Function`, or SAM's `AWS::Serverless::Function`.
        template: all resources of its template, by logical id.
        asset_folder: where CDK has put the files that are to be deployed, if that is known.
        at_the_edge: whether CloudFront runs it.
        name_outside: its name as other templates may say it; CDK is asked for it when left out.
    """

    construct: IConstruct
    resource: CfnResource
    stack: Stack
    logical_id: str
    properties: Mapping[str, Any]
    kind: str = "AWS::Lambda::Function"
    template: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    asset_folder: str | None = None
    at_the_edge: bool = False
    name_outside: str | None = field(default=None, repr=False)

    @cached_property
    def path(self) -> str:
        """The construct's path, as CDK prints it."""
        if self.construct is not self.resource:
            # The CDK CLI has it written into the template, where it costs no call.
            written = self.template.get(self.logical_id, {}).get("Metadata", {}).get(PATH_METADATA)
            if isinstance(written, str):
                return written.rpartition("/")[0]
        return str(self.construct.node.path)

    @cached_property
    def ref(self) -> str:
        """A reference to its name, valid in every template; under a condition of its template, in that one only."""
        return self.name_outside or name_if_there(str(self.resource.ref), self.condition)

    @property
    def condition(self) -> str | None:
        """The condition under which it is there; None: always."""
        return self.template.get(self.logical_id, {}).get("Condition")

    @cached_property
    def dimensions(self) -> "FunctionDimensions":
        """The dimensions of its metrics."""
        return FunctionDimensions(self)

    @property
    def runtime(self) -> str | None:
        """Lambda's runtime identifier, such as `python3.13`; None for container images and unresolved tokens."""
        runtime = self.properties.get("Runtime")
        return runtime if isinstance(runtime, str) else None

    @property
    def handler(self) -> str | None:
        """The handler string; None where there is none or it is known at deployment only."""
        handler = self.properties.get("Handler")
        return handler if isinstance(handler, str) else None

    @property
    def variables(self) -> Mapping[str, Any]:
        """The environment variables that the function had before the kit came; empty where they are not known."""
        return _literal(_literal(self.properties.get("Environment")).get("Variables"))

    @property
    def variables_are_known(self) -> bool:
        """Whether variables can be added: not to an environment that is chosen at deployment as a whole."""
        environment = self.properties.get("Environment")
        return not is_intrinsic(environment) and not is_intrinsic(_literal(environment).get("Variables"))

    @property
    def streams(self) -> bool:
        """Whether a function URL of its template streams its response."""
        return any(
            each["Type"] == "AWS::Lambda::Url"
            and each.get("Properties", {}).get("InvokeMode") == "RESPONSE_STREAM"
            and self.logical_id in json.dumps(each["Properties"].get("TargetFunctionArn"))
            for each in self.template.values()
        )

    @cached_property
    def layers(self) -> list[Any] | None:
        """The function's own layers; None where the list is known at deployment only."""
        layers = self.properties.get("Layers", [])
        if not isinstance(layers, list):
            return None
        return with_references(self.resource, "layers") if refers_elsewhere(layers, self.template) else layers

    @cached_property
    def log_group(self) -> Any:
        """The log group that its configuration names: text, or an intrinsic function; None where it names none."""
        group = _literal(self.properties.get("LoggingConfig")).get("LogGroup")
        if refers_elsewhere(group, self.template):
            return with_references(self.resource, "logging_config")["logGroup"]
        return group


class FunctionDimensions(Mapping[str, str]):
    """`FunctionName`; its value is a reference, which CDK is asked for on first use: many functions need none.

    Attributes:
        function: whose.
    """

    def __init__(self, function: MonitoredFunction) -> None:
        self.function = function

    def __getitem__(self, name: str) -> str:
        if name != FUNCTION_NAME:
            raise KeyError(name)
        return self.function.ref

    def __iter__(self) -> Iterator[str]:
        return iter((FUNCTION_NAME,))

    def __len__(self) -> int:
        return 1


def is_intrinsic(value: object) -> bool:
    """Whether a value of a template is an intrinsic function, and so known at deployment only."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _literal(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) and not is_intrinsic(value) else {}


@dataclass
class Changes:
    """What is to be written onto one function, in one call.

    One override of all properties costs a third of a millisecond, ten `add_environment` calls ten times as much. It
    takes the place of overrides of the user's, though, which `restore_overrides` then puts back.
    """

    function: MonitoredFunction
    properties: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Adds environment variables; one that the function has already stays as it is."""
        for name, value in variables.items():
            if name not in self.function.variables:
                self.variables[name] = value

    def replace_variables(self, removed: Iterable[str], variables: Mapping[str, Any]) -> None:
        """Sets environment variables whatever the function has, and removes others.

        Args:
            removed: names that must be gone, unless they are among the new ones.
            variables: the new ones.
        """
        self.removed.extend(name for name in removed if name in self.function.variables and name not in variables)
        self.variables.update(variables)

    @property
    def touched(self) -> Mapping[str, Any]:
        """What must not be put back to what it was: all that is written and all that is removed."""
        if not self.removed:
            return self.written
        return {**self.written, "Environment": {"Variables": {**dict.fromkeys(self.removed), **self.variables}}}

    @property
    def written(self) -> Mapping[str, Any]:
        """What the changes say of the resource's properties."""
        return {**self.properties, **({"Environment": {"Variables": self.variables}} if self.variables else {})}

    def apply(self) -> None:
        """Writes the changes onto the function's resource; `restore_overrides` must follow."""
        if self.written:
            self.function.resource.add_override("Properties", dict(self.written))
        for name in self.removed:
            self.function.resource.add_deletion_override(f"Properties.Environment.Variables.{name}")
