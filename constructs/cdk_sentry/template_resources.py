"""What the kit adds to one template for all its functions: layer, DSN and permissions, each declared on first use."""

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from constructs import Construct

from .dsn import Dsn
from .functions.function import MonitoredFunction
from .layers.layers import Layers


class TemplateResources:
    """Shared by the functions of one template (a stack, or one of its nested stacks).

    Nothing here is referred to from another template, so stacks stay as independent as they were.

    Args:
        scope: where resources are declared in that template.
        layers: where layers come from.
    """

    def __init__(self, scope: Construct, layers: Layers) -> None:
        self._scope = scope
        self._layers = layers
        self._python_layer: object = None
        self._nodejs_layer: object = None
        self._dsn_variables: dict[tuple[Dsn, str], dict[str, str]] = {}
        self._readers: dict[tuple[Dsn, str, str | None], list[str]] = {}

    def python_layer(self) -> object:
        """What a function's `Layers` must hold for the Python layer."""
        if self._python_layer is None:
            self._python_layer = self._layers.python(self._scope)
        return self._python_layer

    def nodejs_layer(self) -> object:
        """The same for the Node.js layer."""
        if self._nodejs_layer is None:
            self._nodejs_layer = self._layers.nodejs(self._scope)
        return self._nodejs_layer

    def dsn_variables(self, dsn: Dsn, service: str) -> dict[str, str]:
        """The variables of a DSN, for functions of a service."""
        key = (dsn, service)
        if key not in self._dsn_variables:
            self._dsn_variables[key] = dsn.environment_variables(self._scope, service)
        return self._dsn_variables[key]

    def permit(self, function: MonitoredFunction, dsn: Dsn, service: str) -> bool | None:
        """Lets a function's role read its DSN.

        Returns:
            True when it may, False when its role is not one of this template and so cannot be changed, None when
            no permission is needed.
        """
        if not dsn.permissions(self._scope, service):
            return None
        role = role_in_template(function)
        if role is None:
            return False
        condition = function.template.get(role, {}).get("Condition", function.condition)
        self._readers.setdefault((dsn, service, condition), []).append(role)
        return True

    def finish(self) -> None:
        """Declares one policy for all roles that read a DSN, when every function has been seen.

        A policy of the kit's own, so that the roles stay as they are and it goes when the kit goes.
        """
        for number, ((dsn, service, condition), roles) in enumerate(self._readers.items(), start=1):
            construct_id = f"ReadDsn{number}"
            policy = iam.CfnPolicy(
                self._scope,
                construct_id,
                policy_name=construct_id,
                policy_document=iam.PolicyDocument(statements=dsn.permissions(self._scope, service)),
                roles=[Fn.ref(role) for role in sorted(set(roles))],
            )
            if condition:
                policy.add_override("Condition", condition)


def role_in_template(function: MonitoredFunction) -> str | None:
    """The logical id of a function's role, if the role is declared in the function's own template."""
    role = function.properties.get("Role")
    if role is None and function.kind == "AWS::Serverless::Function":
        # docs.aws.amazon.com/serverless-application-model/latest/developerguide/
        # sam-specification-generated-resources-function.html
        return f"{function.logical_id}Role"
    attribute = role.get("Fn::GetAtt") if isinstance(role, dict) else None
    if isinstance(attribute, str):
        attribute = attribute.split(".")
    if not isinstance(attribute, list) or attribute[1:] != ["Arn"]:
        return None
    # Until synth, a role of another stack looks like one of this.
    return str(attribute[0]) if attribute[0] in function.template else None
