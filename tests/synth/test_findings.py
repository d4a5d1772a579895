"""Whatever cannot be done is said, with an id that is documented; nothing crashes on what is not known yet."""

import re
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

import cdk_sentry
from cdk_sentry import Dsn, SentryMonitoring
from tests.synth.apps import function, monitored_from_inside, stack, template_of, warnings_of

ROOT = Path(__file__).parents[2]
LEVELS = {"error", "warning", "info"}


def documented():
    rows = re.findall(r"^\| `cdk_sentry:([a-z-]+)` \| (\w+) \|", (ROOT / "docs/findings.md").read_text(), re.MULTILINE)
    return dict(rows)


def in_the_code():
    found: dict[str, str] = {}
    for file in Path(cdk_sentry.__file__).parent.rglob("*.py"):
        text = file.read_text()
        found |= dict(re.findall(r'Finding\(\s*"([a-z-]+)",\s*"(\w+)"', text))
        said = re.findall(r'add_(warning|info)(?:_v2)?\((?:\s*[\w.]+,)?\s*f?"cdk_sentry:([a-z-]+)', text)
        found |= {identifier: level for level, identifier in said}
    return found


def test_the_documentation_lists_every_finding_with_its_level():
    assert documented() == in_the_code()
    assert set(documented().values()) == LEVELS


def findings_of(build, **arguments):
    """Identifier and message of what is found of the one function that `build` puts into a stack."""
    app = stack()
    build(app)
    monitoring = monitored_from_inside(app, **arguments)
    template_of(app)
    (report,) = monitoring.report
    return {finding.identifier: finding for finding in report.findings}


def raw(app, **properties):
    defaults = {"code": {"s3Bucket": "b", "s3Key": "k"}, "role": "arn:aws:iam::111111111111:role/r"}
    return lambda_.CfnFunction(app, "Raw", **{**defaults, "runtime": "python3.12", "handler": "a.b", **properties})


LONG = "x" * 3000


@pytest.mark.parametrize(
    ("identifier", "properties"),
    [
        ("environment-too-large", {"environment": {"variables": {"LARGE": LONG, "ALSO": "y" * 1200}}}),
        ("too-many-layers", {"layers": [f"arn:aws:lambda:eu-west-1:1:layer:l{n}:1" for n in range(5)]}),
        ("environment-unknown", {"environment": cdk.Fn.condition_if("C", {"Variables": {}}, cdk.Aws.NO_VALUE)}),
        ("layers-unknown", {"layers": cdk.Fn.split(",", cdk.Fn.import_value("layers"))}),
        ("runtime-unknown", {"runtime": cdk.Fn.import_value("runtime")}),
        ("handler-unknown", {"handler": cdk.Fn.import_value("handler")}),
        ("runtime-unsupported", {"runtime": "python3.8"}),
        ("runtime-deprecated", {"runtime": "python3.8"}),
        ("no-layer", {"runtime": "java21"}),
        ("container-image", {"package_type": "Image", "runtime": None, "handler": None}),
        ("web-adapter", {"environment": {"variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap"}}}),
        (
            "web-adapter",
            {"environment": {"variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/w"}}, "handler": "run.sh"},
        ),
        ("instrumented-already", {"handler": "sentry_sdk.integrations.init_serverless_sdk.sentry_lambda_handler"}),
        ("inline-code", {"code": {"zipFile": "def b(e, c): ..."}}),
        ("snap-start", {"snap_start": {"applyOn": "PublishedVersions"}}),
    ],
)
def test_what_is_not_done_or_worth_knowing_is_said(identifier, properties):
    found = findings_of(lambda app: raw(app, **properties))
    assert identifier in found
    assert found[identifier].level == documented()[identifier]
    assert "Stack/Raw" in found[identifier].message


@pytest.mark.parametrize("runtime", ["python3.13", "nodejs24.x"])
def test_a_web_server_keeps_its_start_script_and_gets_what_needs_no_layer(runtime):
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap"}
    app = stack()
    raw(app, runtime=runtime, handler="run.sh", environment={"variables": wrapper}, layers=["arn:adapter"])
    monitoring = monitored_from_inside(app)
    template = template_of(app)
    properties = template["Resources"]["Raw"]["Properties"]
    assert (properties["Handler"], properties["Layers"]) == ("run.sh", ["arn:adapter"])
    variables = properties["Environment"]["Variables"]
    assert variables.items() >= wrapper.items()
    assert "SENTRY_DSN" in variables
    assert not variables.keys() & {"SENTRY_INITIAL_HANDLER", "NODE_OPTIONS"}
    (report,) = monitoring.report
    assert set(report.applied) == {"variables", "alarms", "dashboard"}
    assert len(list(report.findings)) == 1


def test_a_wrapper_that_starts_the_runtime_keeps_nothing_from_the_layer():
    """OpenTelemetry's, for one."""
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument"}
    assert findings_of(lambda app: raw(app, environment={"variables": wrapper})) == {}


def test_a_function_about_which_there_is_nothing_to_say_has_no_finding():
    assert findings_of(raw) == {}


def test_too_large_an_environment_is_said_with_names_and_sizes():
    found = findings_of(lambda app: raw(app, environment={"variables": {"LARGE": LONG, "ALSO": "y" * 1200}}))
    message = found["environment-too-large"].message
    assert "LARGE 3005" in message
    assert "ALSO 1204" in message
    assert re.search(r"SENTRY_RELEASE \d+", message)


def test_a_function_that_streams_its_response_is_told_of_it():
    def build(app):
        function(app).add_function_url(invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM)

    assert "response-streaming" in findings_of(build)


def test_more_code_than_lambda_takes_is_found_in_code_and_layers(tmp_path):
    """Sparse files: a size without the bytes."""
    for name, size_mib in (("code", 100), ("layer", 151)):
        (tmp_path / name).mkdir()
        with (tmp_path / name / "data.bin").open("wb") as file:
            file.truncate(size_mib * 1024 * 1024)

    def build(app, *, layers):
        code = lambda_.Code.from_asset(str(tmp_path / "code"), asset_hash="c", asset_hash_type=cdk.AssetHashType.CUSTOM)
        content = lambda_.Code.from_asset(
            str(tmp_path / "layer"), asset_hash="l", asset_hash_type=cdk.AssetHashType.CUSTOM
        )
        own = [lambda_.LayerVersion(app, "Own", code=content)] if layers else []
        function(app, code=code, layers=own)

    assert "too-much-code" in findings_of(lambda app: build(app, layers=True))
    assert "too-much-code" not in findings_of(lambda app: build(app, layers=False))


def test_a_role_outside_the_template_that_would_have_to_read_the_dsn_is_said():
    def build(app):
        function(app, role=iam.Role.from_role_arn(app, "Role", "arn:aws:iam::111111111111:role/theirs"))

    assert "role-elsewhere" in findings_of(build, dsn=Dsn.from_secure_ssm())
    assert "role-elsewhere" not in findings_of(build)


def test_a_literal_dsn_is_warned_of_and_the_warning_can_be_acknowledged():
    app = stack()
    own = function(app)
    cdk.Annotations.of(own).acknowledge_warning("cdk_sentry:literal-dsn", "a test")
    SentryMonitoring(app, "Sentry", dsn=Dsn.literal("https://key@example.com/1"))
    template_of(app)
    assert not [text for text in warnings_of(app) if "literal-dsn" in text]
    assert "literal-dsn" in findings_of(function, dsn=Dsn.literal("https://key@example.com/1"))


def test_what_names_no_function_is_said():
    app = stack()
    function(app)
    monitoring = SentryMonitoring(app, "Sentry", exclude=["Stack/Legacy*"])
    monitoring.configure(cdk.CfnResource(app, "Other", type="A::B::C"), environment="e")
    template_of(app)
    texts = " ".join(warnings_of(app))
    assert "exclude='Stack/Legacy*' names no function" in texts
    assert "configure('Stack/Other') names no function" in texts


def test_the_report_says_what_each_function_got(tmp_path):
    app = stack()
    function(app, "Python")
    function(app, "Java", runtime=lambda_.Runtime.JAVA_21, code=lambda_.Code.from_asset(str(tmp_path)))
    monitoring = monitored_from_inside(app, dsn=Dsn.from_secure_ssm())
    template_of(app)
    applied = {report.function.path: set(report.applied) for report in monitoring.report}
    everything = {"layer", "handler", "variables", "permissions", "alarms", "dashboard"}
    assert applied == {"Stack/Python": everything, "Stack/Java": everything - {"layer", "handler"}}
