"""What the kit leaves as it is: overrides, Aspects, versions, aliases, ids, order, and the next app."""

import dataclasses
import json

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import custom_resources

from cdk_sentry import Alarms, Layers, SentryMonitoring
from cdk_sentry.layers.kinds import LayerKind
from tests.synth.apps import function, monitored_from_inside, properties_of, template_of
from tests.synth.difference import INSTRUMENTED, difference, stack_in, synthesized

TEMPLATE = "Stack.template.json"
STABILIZED = {"@aws-cdk/core:aspectStabilization": True, "@aws-cdk/core:aspectPrioritiesMutating": True}


def line(app):
    return monitored_from_inside(stack_in(app), alarms=Alarms.none())


def test_what_was_overridden_on_the_resource_stays_overridden():
    """An escape hatch is invisible in a construct's properties: what counts is what would be deployed."""

    def build(app):
        own = function(cdk.Stack(app, "Stack"), environment={"TABLE": "t", "GONE": "g"}, handler="before.handler")
        resource = own.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.add_property_override("Handler", "after.handler")
        resource.add_property_override("MemorySize", 1769)
        resource.add_property_override("Layers", ["arn:aws:lambda:eu-west-1:1:layer:own:1"])
        resource.add_property_override("Environment.Variables.EXTRA.DOTTED", "x")
        resource.add_property_override("Environment.Variables.EXTRA", "x")
        resource.add_property_deletion_override("Environment.Variables.GONE")
        resource.add_property_override("Tags", [{"Key": "k", "Value": "v"}])
        resource.add_override("Metadata.Own", "m")

    found = difference(build, line)
    assert next(iter(found.changed(TEMPLATE).values())) == INSTRUMENTED
    (after,) = (each for each in found.after[TEMPLATE]["Resources"].values() if each["Type"] == "AWS::Lambda::Function")
    assert after["Properties"]["Environment"]["Variables"]["SENTRY_INITIAL_HANDLER"] == "after.handler"
    assert after["Properties"]["Layers"][0] == "arn:aws:lambda:eu-west-1:1:layer:own:1"


@jsii.implements(cdk.IAspect)
class GiveEveryFunctionALayer:
    def __init__(self, layer):
        self._layer = layer

    def visit(self, node):
        if isinstance(node, lambda_.Function):
            node.add_layers(self._layer)
            node.add_environment("ADDED", "by an Aspect")
            resource = node.node.default_child
            assert isinstance(resource, lambda_.CfnFunction)
            resource.handler = "wrapper.handler"


@pytest.mark.parametrize("context", [{}, STABILIZED], ids=["in tree order", "by priority"])
def test_what_aspects_change_is_what_the_kit_finds(context):
    def build(app):
        stack = cdk.Stack(app, "Stack")
        function(stack)
        own = lambda_.LayerVersion.from_layer_version_arn(stack, "Own", "arn:aws:lambda:eu-west-1:1:layer:own:1")
        cdk.Aspects.of(app).add(GiveEveryFunctionALayer(own))
        cdk.Tags.of(app).add("team", "growth")

    found = difference(build, line, **context)
    assert next(iter(found.changed(TEMPLATE).values())) == INSTRUMENTED
    (after,) = (each for each in found.after[TEMPLATE]["Resources"].values() if each["Type"] == "AWS::Lambda::Function")
    assert after["Properties"]["Environment"]["Variables"]["SENTRY_INITIAL_HANDLER"] == "wrapper.handler"
    assert after["Properties"]["Environment"]["Variables"]["ADDED"] == "by an Aspect"
    assert len(after["Properties"]["Layers"]) == 2


def test_the_apps_tags_are_on_what_the_kit_adds():
    def build(app):
        function(cdk.Stack(app, "Stack"))
        cdk.Tags.of(app).add("team", "growth")

    found = difference(build, line, **STABILIZED)
    resources = found.after[TEMPLATE]["Resources"].values()
    (topic,) = (each for each in resources if each["Type"] == "AWS::SNS::Topic")
    assert topic["Properties"]["Tags"] == [{"Key": "team", "Value": "growth"}]


def versions_in(templates):
    return [name for name, each in templates[TEMPLATE]["Resources"].items() if each["Type"] == "AWS::Lambda::Version"]


def with_current_version(app, **properties):
    own = function(cdk.Stack(app, "Stack"), **properties)
    lambda_.Alias(own, "Live", alias_name="live", version=own.current_version)


def test_a_current_version_changes_with_what_the_kit_adds_and_is_stable_then():
    def monitored(app):
        with_current_version(app)
        line(app)

    (bare,) = versions_in(synthesized(with_current_version))
    (ours,), (again,) = versions_in(synthesized(monitored)), versions_in(synthesized(monitored))
    assert ours != bare
    assert ours == again


def test_a_current_version_changes_when_only_the_layer_does():
    def versions(layer_version):
        def build(app):
            with_current_version(app)
            arn = f"arn:aws:lambda:eu-west-1:111111111111:layer:sentry:{layer_version}"
            SentryMonitoring(stack_in(app), "Sentry", layers=Layers.arn(python=arn))

        return versions_in(synthesized(build))

    assert versions(1) != versions(2)


def test_the_kits_own_layer_is_another_resource_when_its_content_is_another(monkeypatch):
    """A layer version cannot be changed; that its id says its content makes a function's version follow it."""

    def build(app):
        with_current_version(app)
        line(app)

    before = synthesized(build)
    build_layer = LayerKind.build
    monkeypatch.setattr(LayerKind, "build", lambda kind: dataclasses.replace(build_layer(kind), content_hash="0" * 64))
    after = synthesized(build)
    assert versions_in(before) != versions_in(after)


def test_versions_and_aliases_written_by_hand_keep_their_ids():
    def build(app):
        own = function(cdk.Stack(app, "Stack"))
        version = lambda_.Version(own, "V1", lambda_=own)
        lambda_.Alias(own, "Live", alias_name="live", version=version)

    (changes,) = difference(build, line).changed(TEMPLATE).values()
    assert changes == INSTRUMENTED


def test_removing_the_line_restores_the_template_byte_for_byte():
    def build(app):
        with_current_version(app, environment={"A": "b"})

    before = synthesized(build)
    difference(build, line)
    assert json.dumps(synthesized(build)) == json.dumps(before)


def test_adding_a_function_changes_only_what_concerns_it():
    def of(*names):
        def build(app):
            stack = cdk.Stack(app, "Stack")
            for name in names:
                function(stack, name)
            monitored_from_inside(stack)

        return synthesized(build)[TEMPLATE]["Resources"]

    before, after = of("Orders", "Payments"), of("Orders", "Refunds", "Payments")
    assert before.keys() <= after.keys()
    differing = {after[name]["Type"] for name in before if before[name] != after[name]}
    assert differing <= {"AWS::CloudWatch::Dashboard", "AWS::Logs::QueryDefinition"}
    assert all("Refunds" in name for name in after.keys() - before.keys())


def test_the_order_of_tags_arguments_and_rules_changes_nothing():
    def of(tags, exclude):
        def build(app):
            function(cdk.Stack(app, "Stack"))
            SentryMonitoring(stack_in(app), "Sentry", tags=tags, exclude=exclude)

        return json.dumps(synthesized(build))

    assert of({"a": "1", "b": "2"}, ["X/*", "Y/*"]) == of({"b": "2", "a": "1"}, ["Y/*", "X/*"])


def test_functions_at_the_edge_are_left_alone_wherever_they_are():
    def build(app):
        for region in ("us-east-1", "eu-west-1"):
            stack = cdk.Stack(app, f"Web-{region}", env=cdk.Environment(account="111111111111", region=region))
            edge = cloudfront.experimental.EdgeFunction(
                stack,
                "Edge",
                runtime=lambda_.Runtime.PYTHON_3_13,
                handler="edge.handler",
                code=lambda_.Code.from_inline("def handler(event, context): ..."),
            )
            associations = [
                cloudfront.EdgeLambda(
                    function_version=edge.current_version, event_type=cloudfront.LambdaEdgeEventType.VIEWER_REQUEST
                )
            ]
            if region == "us-east-1":
                plain = function(stack, "PlainAtTheEdge", handler="plain.handler")
                associations.append(
                    cloudfront.EdgeLambda(
                        function_version=plain.current_version, event_type=cloudfront.LambdaEdgeEventType.ORIGIN_REQUEST
                    )
                )
            cloudfront.Distribution(
                stack,
                "Site",
                default_behavior=cloudfront.BehaviorOptions(
                    origin=origins.HttpOrigin("example.com"), edge_lambdas=associations
                ),
            )
            function(stack, "Ordinary", handler="ordinary.handler")

    monitoring = []
    changes = difference(build, lambda app: monitoring.append(SentryMonitoring(app, "Sentry", alarms=Alarms.none())))
    assert {name[:8] for name in changes.all_changed()} == {"Ordinary"}
    assert len(monitoring[0].functions) == 2
    left = {each.function.path: each for each in monitoring[0].report if each.function.at_the_edge}
    assert {path.partition("/")[2].removesuffix("/Fn") for path in left} == {"Edge", "PlainAtTheEdge"}
    assert len(left) == 3
    for report in left.values():
        assert report.applied == []
        assert [finding.identifier for finding in report.findings] == ["lambda-at-edge"]


def test_cdks_framework_for_custom_resources_is_left_alone_and_the_users_handlers_are_not():
    def build(app):
        stack = cdk.Stack(app, "Stack")
        on_event = function(stack, "OnEvent", handler="on_event.handler")
        is_complete = function(stack, "IsComplete", handler="index.is_complete")
        provider = custom_resources.Provider(
            stack, "Provider", on_event_handler=on_event, is_complete_handler=is_complete
        )
        cdk.CustomResource(stack, "Thing", service_token=provider.service_token)

    changes = difference(build, line).changed(TEMPLATE)
    assert {name[:7] for name in changes} == {"OnEvent", "IsCompl"}


def test_the_state_machine_that_cdks_framework_waits_with_is_not_watched():
    stack = cdk.Stack(cdk.App(), "Stack")
    custom_resources.Provider(
        stack,
        "Provider",
        on_event_handler=function(stack, "OnEvent"),
        is_complete_handler=function(stack, "IsComplete"),
    )
    definition = stepfunctions.DefinitionBody.from_chainable(stepfunctions.Pass(stack, "Pass"))
    stepfunctions.StateMachine(stack, "Users", definition_body=definition)
    SentryMonitoring(stack, "Sentry")
    resources = template_of(stack)["Resources"].values()
    assert [each["Type"] for each in resources].count("AWS::StepFunctions::StateMachine") == 2
    watched = [json.dumps(each["Properties"]) for each in resources if "AWS/States" in json.dumps(each)]
    assert watched
    for text in watched:
        assert "Users" in text
        assert "Providerwaiter" not in text


def test_a_function_keeps_its_own_variable_of_the_kits_name():
    stack = cdk.Stack(cdk.App(), "Stack")
    own = function(stack, environment={"SENTRY_TAGS": '{"service":"theirs"}'})
    SentryMonitoring(stack, "Sentry")
    assert properties_of(template_of(stack), own)["Environment"]["Variables"]["SENTRY_TAGS"] == '{"service":"theirs"}'
