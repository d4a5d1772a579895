"""Is the layer of this kit's version, with its SDK."""

from ....assets import LAMBDA_SRC
from ....layers.versions import LayerVersions, nodejs_layer_versions, python_layer_versions
from ..answer import Answer, ok, unknown, warning
from ..check import Check
from ..instrumentation import By
from ..subject import Subject

_DEPLOY = "Deploy the stack with this version of the kit."


def _ask(subject: Subject) -> Answer | None:
    found = subject.instrumentation
    if found.by is By.PUBLIC_LAYER:
        layer = next(arn for arn in subject.function.layers if ":layer:Sentry" in arn or "943013980633" in arn)
        name, version = layer.split(":")[-2:]
        return unknown(f"{name}:{version} does not tell its SDK: Sentry counts its layers anew in each region")
    if found.by is not By.KIT or found.versions is None:
        return None
    deployed, newest = found.versions, _newest(found.versions.language)
    said = f"{deployed.package} {deployed.sdk} in the layer of kit {deployed.kit}"
    evidence = {"kit": deployed.kit, "sdk": deployed.sdk, "newest_kit": newest.kit, "newest_sdk": newest.sdk}
    behind = [
        f"{what} {there} is known"
        for what, here, there in (("kit", deployed.kit, newest.kit), (deployed.package, deployed.sdk, newest.sdk))
        if _numbers(here) < _numbers(there)
    ]
    if behind:
        return warning(f"{said}; {' and '.join(behind)}", _DEPLOY, **evidence)
    if (deployed.kit, deployed.sdk) != (newest.kit, newest.sdk):
        return ok(f"{said}, newer than this command's ({newest.kit}, {newest.sdk})", **evidence)
    return ok(said, **evidence)


def _newest(language: str) -> LayerVersions:
    return python_layer_versions(LAMBDA_SRC) if language == "Python" else nodejs_layer_versions(LAMBDA_SRC)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


CHECK = Check(
    id="layer-version",
    title="its layer is of this version",
    meaning="Whether the kit's layer, and the Sentry SDK in it, are as new as those of this command.",
    why="A stack that nobody has deployed for a while keeps its layer, with the faults that have been mended since.",
    how="The kit's layers name their kit and their SDK in the description of the layer version; compared with those "
    "that this command comes with. Sentry's public layers name nothing, and their numbers differ by region.",
    remedy=_DEPLOY,
    ask=_ask,
)
