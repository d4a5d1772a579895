"""CDK writes functions for itself. None of them is touched, whichever construct brings it.

Left out: the index of a Glue table and the Kubernetes parts of alpha modules, which aws-cdk-lib does not hold.
"""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_eks as eks
from aws_cdk import aws_eks_v2 as eks_v2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_s3_notifications as s3_notifications
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ses_actions as ses_actions
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk import aws_synthetics as synthetics
from aws_cdk import custom_resources, pipelines, triggers

from cdk_sentry import Alarms, Faults, SentryMonitoring
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


def drain_hook(stack):
    cluster = ecs.Cluster(stack, "Cluster", vpc=ec2.Vpc(stack, "Vpc"))
    cluster.add_capacity("Capacity", instance_type=ec2.InstanceType("t3.micro"))


def kubectl_layer(stack):
    return lambda_.LayerVersion.from_layer_version_arn(stack, "Kubectl", "arn:aws:lambda:eu-west-1:1:layer:kubectl:1")


def kubernetes(stack):
    eks.Cluster(stack, "Cluster", version=eks.KubernetesVersion.V1_30, kubectl_layer=kubectl_layer(stack))


def kubernetes_v2(stack):
    options = eks_v2.KubectlProviderOptions(kubectl_layer=kubectl_layer(stack))
    eks_v2.Cluster(stack, "Cluster", version=eks_v2.KubernetesVersion.V1_31, kubectl_provider_options=options)


def records(stack):
    target = route53.RecordTarget.from_ip_addresses("192.0.2.1")
    zone = route53.HostedZone(stack, "Zone", zone_name="example.com")
    route53.ARecord(stack, "Record", zone=zone, target=target, delete_existing=True)


def call_in_another_region(stack):
    tasks.CallAwsServiceCrossRegion(
        stack, "Task", service="dynamodb", action="getItem", region="us-east-1", iam_resources=["*"]
    )


def spark_job(stack):
    driver = tasks.SparkSubmitJobDriver(entry_point=stepfunctions.TaskInput.from_text("s3://jobs/job.py"))
    tasks.EmrContainersStartJobRun(
        stack,
        "Task",
        virtual_cluster=tasks.VirtualClusterInput.from_virtual_cluster_id("cluster"),
        release_label=tasks.ReleaseLabel.EMR_6_2_0,
        job_driver=tasks.JobDriver(spark_submit_job_driver=driver),
    )


def canary(stack):
    synthetics.Canary(
        stack,
        "Canary",
        test=synthetics.Test.custom(code=synthetics.Code.from_inline("..."), handler="index.handler"),
        runtime=synthetics.Runtime("syn-nodejs-puppeteer-9.1", synthetics.RuntimeFamily.NODEJS),
        cleanup=synthetics.Cleanup.LAMBDA,
    )


def trigger(stack):
    triggers.TriggerFunction(
        stack,
        "Users",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )


def keys_known_at_deployment(stack):
    cdk.CfnJson(stack, "Json", value={cdk.Aws.REGION: "here"})


def pipeline(stack):
    code = pipelines.CodePipelineSource.connection("acme/shop", "main", connection_arn="arn:aws:codestar:connection/1")
    built = pipelines.CodePipeline(stack, "Pipeline", synth=pipelines.ShellStep("Synth", input=code, commands=["true"]))
    stage = cdk.Stage(stack, "Prod", env=REGION)
    cdk.CfnResource(cdk.Stack(stage, "Queue"), "Queue", type="AWS::SQS::Queue")
    built.add_stage(stage, pre=[pipelines.ConfirmPermissionsBroadening("Check", stage=stage)])


CONSTRUCTS = (
    drain_hook,
    kubernetes,
    kubernetes_v2,
    records,
    call_in_another_region,
    spark_job,
    canary,
    trigger,
    keys_known_at_deployment,
)


def constructs_that_bring_helpers(app):
    """A stack for each construct, and two that refer to each other across regions."""
    for build in CONSTRUCTS:
        build(cdk.Stack(app, build.__name__.replace("_", "-"), env=REGION))
    far = cdk.Stack(
        app, "Far", env=cdk.Environment(account=REGION.account, region="us-east-1"), cross_region_references=True
    )
    near = cdk.Stack(app, "Near", env=REGION, cross_region_references=True)
    cdk.CfnOutput(near, "Name", value=s3.Bucket(far, "Bucket").bucket_name)


def test_neither_are_those_that_come_with_larger_constructs():
    monitoring = []
    found = difference(
        constructs_that_bring_helpers,
        lambda app: monitoring.append(SentryMonitoring(app, "Sentry", alarms=Alarms.none(), faults=Faults.none())),
    )
    cdks_own = {
        (file, name): each
        for file, template in found.before.items()
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Lambda::Function" and not name.startswith("Users")
    }
    assert len(cdks_own) >= 20
    assert [each.path for each in monitoring[0].functions] == ["trigger/Users"]
    for (file, name), each in cdks_own.items():
        assert found.after[file]["Resources"][name] == each


def test_nor_that_of_a_pipeline():
    def build(app):
        pipeline(cdk.Stack(app, "Stack", env=REGION))

    monitoring = []
    found = difference(build, lambda app: monitoring.append(SentryMonitoring(stack_in(app), "Sentry")))
    assert any("SecurityCheck" in name for name in found.before["Stack.template.json"]["Resources"])
    assert monitoring[0].functions == []
    assert found.all_changed() == {}
