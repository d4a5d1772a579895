"""CDK writes functions for itself. None of them is touched, whichever construct brings it."""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_s3_notifications as s3_notifications
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ses_actions as ses_actions
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk import custom_resources

from cdk_sentry import Alarms, SentryMonitoring
from tests.synth.apps import function
from tests.synth.difference import difference, stack_in

REGION = cdk.Environment(account="111111111111", region="eu-west-1")


def helpers(stack, tmp_path):
    """As many constructs that bring a function of CDK's own as can be had without a network."""
    (tmp_path / "index.html").write_text("hello")
    bucket = s3.Bucket(stack, "Bucket", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY)
    s3_deployment.BucketDeployment(
        stack, "Deployment", sources=[s3_deployment.Source.asset(str(tmp_path))], destination_bucket=bucket
    )
    user = function(stack, "OnEvent", handler="index.handler", log_retention=logs.RetentionDays.ONE_WEEK)
    bucket.add_event_notification(s3.EventType.OBJECT_CREATED, s3_notifications.LambdaDestination(user))
    custom_resources.Provider(stack, "Provider", on_event_handler=user)
    custom_resources.AwsCustomResource(
        stack,
        "Call",
        on_create=custom_resources.AwsSdkCall(
            service="STS",
            action="GetCallerIdentity",
            physical_resource_id=custom_resources.PhysicalResourceId.of("call"),
        ),
        policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"]),
    )
    zone = route53.HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z1", zone_name="example.com")
    acm.DnsValidatedCertificate(stack, "Certificate", domain_name="a.example.com", hosted_zone=zone, region="us-east-1")
    route53.CrossAccountZoneDelegationRecord(
        stack,
        "Delegation",
        delegated_zone=route53.PublicHostedZone(stack, "Sub", zone_name="sub.example.com"),
        parent_hosted_zone_name="example.com",
        delegation_role=iam.Role.from_role_arn(stack, "Parent", "arn:aws:iam::222222222222:role/parent"),
    )
    ecr.Repository(stack, "Images", empty_on_delete=True, removal_policy=cdk.RemovalPolicy.DESTROY)
    dynamodb.Table(
        stack,
        "Global",
        partition_key=dynamodb.Attribute(name="k", type=dynamodb.AttributeType.STRING),
        replication_regions=["us-east-1"],
    )
    ec2.Vpc(stack, "Vpc", restrict_default_security_group=True)
    iam.OpenIdConnectProvider(stack, "Oidc", url="https://token.example.com")
    events.Rule(
        stack,
        "Nightly",
        schedule=events.Schedule.rate(cdk.Duration.days(1)),
        targets=[targets.AwsApi(service="STS", action="getCallerIdentity")],
    )
    ses.ReceiptRuleSet(stack, "Mail", drop_spam=True).add_rule(
        "Rule", actions=[ses_actions.Stop()], recipients=["a@example.com"]
    )
    opensearch.Domain(
        stack,
        "Search",
        version=opensearch.EngineVersion.OPENSEARCH_2_11,
        logging=opensearch.LoggingOptions(app_log_enabled=True),
        access_policies=[
            iam.PolicyStatement(actions=["es:*"], resources=["*"], principals=[iam.AccountRootPrincipal()])
        ],
    )
    logs.LogRetention(stack, "Retention", log_group_name="/a", retention=logs.RetentionDays.ONE_DAY)
    tasks.EvaluateExpression(stack, "Evaluate", expression="$.a + $.b")
    return user


def test_no_function_of_cdks_own_is_touched_and_the_users_is(tmp_path):
    def build(app):
        helpers(cdk.Stack(app, "Stack", env=REGION, cross_region_references=True), tmp_path)

    monitoring = []
    found = difference(
        build, lambda app: monitoring.append(SentryMonitoring(stack_in(app), "Sentry", alarms=Alarms.none()))
    )
    before = found.before["Stack.template.json"]["Resources"]
    cdks_own = [name for name, each in before.items() if each["Type"] == "AWS::Lambda::Function"]
    assert len(cdks_own) >= 13
    assert [each.path for each in monitoring[0].functions] == ["Stack/OnEvent"]
    # A nested stack may gain outputs for the dashboard, and so another address of its template.
    changed = {name: paths for name, paths in found.all_changed().items() if paths != {"Properties.TemplateURL"}}
    assert [name[:7] for name in changed] == ["OnEvent"], changed
