"""Who is told of what, and that nobody else can be or can say so."""

import json

import pytest
from aws_cdk import CfnParameter, Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from cdk_sentry import Alarms, ConfigurationError, Notify, SentryMonitoring, Url

from .apps import function, monitored_from_inside, resources_of, stack, template_of

PAGERDUTY = "https://events.pagerduty.com/integration/0123456789abcdef/enqueue"


def notified(*targets):
    """The template of a stack with a critical alarm and a warning, and what each of them tells."""
    app = stack()
    function(app, "Orders")
    sqs.Queue(app, "Jobs")
    monitored_from_inside(app, notify=targets)
    template = template_of(app)
    alarms = resources_of(template, "AWS::CloudWatch::Alarm").values()
    actions = {each["Properties"]["AlarmName"]: each["Properties"]["AlarmActions"] for each in alarms}
    return template, actions["Stack-Sentry-Orders-Errors"], actions["Stack-Sentry-Jobs-MessageAge"]


def subscriptions(template):
    return [each["Properties"] for each in resources_of(template, "AWS::SNS::Subscription").values()]


def test_both_severities_tell_one_topic_when_no_target_asks_for_less():
    template, critical, warning = notified(Notify.email("oncall@example.com"))
    (topic,) = resources_of(template, "AWS::SNS::Topic")
    assert critical == warning == [{"Ref": topic}]


def test_a_target_for_one_severity_has_a_topic_that_only_such_alarms_tell():
    template, critical, warning = notified(
        Notify.pagerduty(PAGERDUTY, only="critical"), Notify.email("team@example.com")
    )
    by_protocol = {each["Protocol"]: each["TopicArn"] for each in subscriptions(template)}
    assert critical == [by_protocol["email"], by_protocol["https"]]
    assert warning == [by_protocol["email"]]


def test_an_existing_topic_can_take_one_severity_too():
    app = stack()
    pager = sns.Topic.from_topic_arn(app, "Pager", "arn:aws:sns:eu-west-1:111111111111:pager")
    _, critical, warning = notified(Notify.topic(pager, only="warning"))
    assert pager.topic_arn not in critical
    assert warning[-1] == pager.topic_arn


def test_a_topic_for_one_severity_is_made_for_who_subscribes_to_it_alone():
    pager = sns.Topic.from_topic_arn(stack(), "Pager", "arn:aws:sns:eu-west-1:111111111111:pager")
    template, critical, warning = notified(Notify.topic(pager, only="critical"))
    assert len(resources_of(template, "AWS::SNS::Topic")) == 1
    assert (len(critical), len(warning)) == (2, 1)


def test_a_target_given_twice_is_told_once():
    pager = sns.Topic.from_topic_arn(stack(), "Pager", "arn:aws:sns:eu-west-1:111111111111:pager")
    once = [Notify.email("a@example.com"), Notify.slack("T0123456789", "C0123456789"), Notify.topic(pager)]
    template, critical, _ = notified(*once, *once, Notify.topic(pager, only="critical"))
    assert len(subscriptions(template)) == 1
    assert len(resources_of(template, "AWS::Chatbot::SlackChannelConfiguration")) == 1
    assert len(critical) == 2


def test_what_is_known_at_deployment_only_can_be_told():
    app = stack()
    function(app)
    address = CfnParameter(app, "Address").value_as_string
    targets = [Notify.email(address), Notify.webhook(address), Notify.slack(address, address)]
    monitored_from_inside(app, notify=targets)
    template = template_of(app)
    assert [each["Endpoint"] for each in subscriptions(template)] == [{"Ref": "Address"}] * 2
    (slack,) = resources_of(template, "AWS::Chatbot::SlackChannelConfiguration").values()
    assert slack["Properties"]["SlackChannelId"] == {"Ref": "Address"}


def test_more_topics_than_an_alarm_has_room_for_are_refused():
    app = stack()
    topics = [
        sns.Topic.from_topic_arn(app, f"Topic{number}", f"arn:aws:sns:eu-west-1:111111111111:topic{number}")
        for number in range(4)
    ]
    with pytest.raises(ConfigurationError, match=r"4 x Notify\.topic for critical alarms") as refused:
        SentryMonitoring(app, "Sentry", notify=[Notify.topic(topic, only="critical") for topic in topics])
    assert "warning" not in str(refused.value)


def test_every_topic_is_encrypted_tls_only_and_takes_alarms_of_this_account_alone():
    template, *_ = notified(Notify.webhook("https://example.com/hook", only="critical"))
    topics = resources_of(template, "AWS::SNS::Topic")
    policies = [each["Properties"] for each in resources_of(template, "AWS::SNS::TopicPolicy").values()]
    assert len(topics) == len(policies) == 2
    for topic in topics.values():
        assert topic["Properties"]["KmsMasterKeyId"]
    assert len(resources_of(template, "AWS::KMS::Key")) == 1
    for policy in policies:
        deny, allow = policy["PolicyDocument"]["Statement"]
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        assert (allow["Effect"], allow["Principal"]) == ("Allow", {"Service": "cloudwatch.amazonaws.com"})
        assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_a_webhook_and_pagerduty_are_told_over_https():
    template, *_ = notified(Notify.webhook("https://example.com/hook"), Notify.pagerduty(PAGERDUTY))
    assert [(each["Protocol"], each["Endpoint"]) for each in subscriptions(template)] == [
        ("https", "https://example.com/hook"),
        ("https", PAGERDUTY),
    ]


def test_an_address_from_ssm_is_a_parameter_of_the_template_that_each_deployment_reads():
    template, *_ = notified(Notify.pagerduty(Url.from_ssm("/PagerDuty/Url")))
    (subscription,) = subscriptions(template)
    parameter = template["Parameters"][subscription["Endpoint"]["Ref"]]
    assert parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/PagerDuty/Url"}


def test_an_address_from_a_secret_is_not_in_the_template():
    template, *_ = notified(Notify.pagerduty(Url.from_secret("pagerduty", field="url")))
    (subscription,) = subscriptions(template)
    assert subscription["Endpoint"] == "{{resolve:secretsmanager:pagerduty:SecretString:url::}}"


def test_slack_is_a_channel_configuration_on_the_topic_whose_role_may_only_look():
    template, critical, _ = notified(Notify.slack("T0123456789", "C0123456789", only="critical"))
    (slack,) = resources_of(template, "AWS::Chatbot::SlackChannelConfiguration").values()
    properties = slack["Properties"]
    assert (properties["SlackWorkspaceId"], properties["SlackChannelId"]) == ("T0123456789", "C0123456789")
    assert properties["SnsTopicArns"] == critical[1:]
    roles = resources_of(template, "AWS::IAM::Role")
    role = roles[properties["IamRoleArn"]["Fn::GetAtt"][0]]
    assert "CloudWatchReadOnlyAccess" in json.dumps(role["Properties"]["ManagedPolicyArns"])
    assert properties["GuardrailPolicies"] == role["Properties"]["ManagedPolicyArns"]
    assert slack["Condition"] == role["Condition"] == "SentryOnAws"


def test_a_slow_p95_is_told_in_slack_and_pagerduty_at_once_by_the_example_of_the_documentation():
    """A warning by itself, and so not for a pager; said to be critical, it reaches all who take critical alarms."""
    app = stack()
    api = apigateway.RestApi(app, "Api")
    api.root.add_method("GET")
    monitored_from_inside(
        app,
        alarms=Alarms(p95_latency=Duration.millis(300), severities={"p95_latency": "critical"}),
        notify=[
            Notify.slack("T0123456789", "C0123456789"),
            Notify.pagerduty(Url.from_ssm("/PagerDuty/Url"), only="critical"),
            Notify.email("team@example.com", only="warning"),
        ],
    )
    template = template_of(app)
    found = resources_of(template, "AWS::CloudWatch::Alarm").values()
    (latency,) = [each["Properties"] for each in found if each["Properties"]["MetricName"] == "Latency"]
    assert (latency["ExtendedStatistic"], latency["Threshold"]) == ("p95", 300)
    (slack,) = resources_of(template, "AWS::Chatbot::SlackChannelConfiguration").values()
    by_protocol = {each["Protocol"]: each["TopicArn"] for each in subscriptions(template)}
    assert (
        latency["AlarmActions"] == latency["OKActions"] == [*slack["Properties"]["SnsTopicArns"], by_protocol["https"]]
    )
    assert by_protocol["email"] not in latency["AlarmActions"]


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (Notify.webhook("http://example.com"), "an https:// address"),
        (Notify.pagerduty("abcdef"), "Notify.pagerduty\\('abcdef'\\)"),
        (Notify.pagerduty(Url.from_ssm("https://example.com")), "the name of an SSM parameter"),
        (Notify.slack("my-workspace", "C0123456789"), "an id of Slack"),
        (Notify.email("oncall@example.com", only="urgent"), "'critical', 'warning' or None"),
        (Notify.email("nobody"), "an e-mail address"),
    ],
)
def test_what_cannot_be_told_is_refused(target, problem):
    with pytest.raises(ConfigurationError, match=problem):
        SentryMonitoring(stack(), "Sentry", notify=[target])
