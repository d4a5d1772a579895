"""Is it as its stack's template says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answer import Answer, Unread, ok, unknown, warning
from ..check import Check
from ..function import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Function
from ..partly import UNKNOWN, Partly, as_text
from ..subject import Subject

# CloudFormation notes the end of an update, Lambda its beginning; clocks of services differ by less.
_SLACK = dt.timedelta(minutes=1)


@dataclass
class _Comparison:
    """What came of comparing.

    Attributes:
        differences: each in words; values of environment variables are never among them.
        compared: how many values.
        open: names of those that cannot be known from outside.
    """

    differences: list[str] = field(default_factory=list)
    compared: int = 0
    open: list[str] = field(default_factory=list)

    def add(self, name: str, declared: Any, deployed: Any, *, secret: bool = False) -> None:
        """Compares one value."""
        agrees = _agree(declared, deployed)
        if agrees is None:
            self.open.append(name)
            return
        self.compared += 1
        if not agrees:
            self.differences.append(f"{name} differs" if secret else f"{name} is {deployed}, template says {declared}")


def _ask(subject: Subject) -> Answer | None:
    declared = subject.declared
    if declared is None:
        return None
    if isinstance(declared, Unread):
        return unknown(declared.reason)
    found = _compared(declared, subject.function)
    if found.differences:
        return warning("; ".join(found.differences), differences=found.differences, not_compared=found.open)
    later = _changed_later(subject.function)
    if later:
        return warning(later, not_compared=found.open)
    rest = f"; cannot be compared: {', '.join(found.open)}" if found.open else ""
    return ok(f"{found.compared} values as in the template{rest}", compared=found.compared, not_compared=found.open)


def _compared(declared: Mapping[str, Any], function: Function) -> _Comparison:
    found, deployed = _Comparison(), function.configuration
    for name, default in (
        ("Handler", ""),
        ("Runtime", ""),
        ("Timeout", DEFAULT_TIMEOUT_S),
        ("MemorySize", DEFAULT_MEMORY_MB),
    ):
        found.add(name, declared.get(name, default), deployed.get(name, default))
    _compare_layers(found, declared.get("Layers", []), list(function.layers))
    group = declared.get("LoggingConfig", {}).get("LogGroup")
    if group is not None:
        found.add("LogGroup", group, function.log_group)
    _compare_variables(found, declared.get("Environment", {}), function.variables)
    return found


def _compare_layers(found: _Comparison, declared: Any, deployed: list[str]) -> None:
    if not isinstance(declared, list) or UNKNOWN in declared:
        found.open.append("Layers")
    elif len(declared) != len(deployed):
        found.add("number of layers", len(declared), len(deployed))
    else:
        for number, (wanted, there) in enumerate(zip(declared, deployed, strict=True), start=1):
            found.add(f"layer {number}", wanted, there)


def _compare_variables(found: _Comparison, declared: Any, deployed: Mapping[str, str] | Unread) -> None:
    wanted = declared.get("Variables", {}) if isinstance(declared, Mapping) else UNKNOWN
    if not isinstance(wanted, Mapping) or isinstance(deployed, Unread):
        found.open.append("environment")
        return
    for say, names in (("removed", wanted.keys() - deployed.keys()), ("added", deployed.keys() - wanted.keys())):
        found.differences += [f"variable {name} {say}" for name in sorted(names)]
    for name in sorted(wanted.keys() & deployed.keys()):
        found.add(f"variable {name}", wanted[name], deployed[name], secret=True)


def _agree(declared: Any, deployed: Any) -> bool | None:
    if isinstance(declared, Partly):
        # What is known of it may contradict; that it does not is no proof.
        return None if declared.may_be(str(deployed)) else False
    return as_text(declared) == as_text(deployed)


def _changed_later(function: Function) -> str:
    resource, changed = function.resource, function.last_modified
    if resource is None or resource.updated is None or changed is None or changed <= resource.updated + _SLACK:
        return ""
    return (
        f"changed at {changed:%Y-%m-%d %H:%M} UTC, after CloudFormation did at {resource.updated:%Y-%m-%d %H:%M}: its "
        "code, or a setting that is not compared"
    )


CHECK = Check(
    id="drift",
    title="it is as its template says",
    meaning="Whether the deployed function is what its stack's template says, or somebody has edited it by hand.",
    why="What is edited in the console works until the next deployment, which takes it back, or does not even notice.",
    how="Handler, runtime, timeout, memory, layers, log group and environment variables are compared with the deployed "
    "template; names and values of variables, of which no value is shown. References are resolved from parameters, "
    "resources and outputs; what CloudFormation alone knows stays open and is listed. Code is not compared, but a "
    "function that was changed later than CloudFormation last changed it is named.",
    remedy="Take the change into the code and deploy, or take it back: `cdk deploy --revert-drift` (CDK CLI 2.1110 or "
    "later). A plain deployment compares templates, not functions, and may leave the edit in place.",
    ask=_ask,
)
