"""`cdk-sentry dsn` against the local cloud, and a Sentry that says what it got."""

from collections.abc import Callable

import pytest

from tests.harness.answer import Answer
from tests.harness.run import Run
from tests.harness.sink import PUBLIC_KEY, Sink
from tests.local_cloud.command import run, run_here, subcommand
from tests.local_cloud.conftest import Cloud
from tests.local_cloud.limited_user import limited_user

pytestmark = pytest.mark.xdist_group("local_cloud")

DSN = f"https://{PUBLIC_KEY}@o1.ingest.example.com/42"
MASKED = "https://0123***@o1.ingest.example.com/42"


@pytest.fixture
def dsn(cloud: Cloud) -> Callable[..., Run]:
    """Runs `cdk-sentry dsn` with the rights of the account's owner."""
    return lambda *words, **more: run(cloud.deployment.aws.environment(), "dsn", *words, **more)


def stored(cloud: Cloud, name: str) -> tuple[str, str]:
    parameter = cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    return parameter["Type"], parameter["Value"]


@pytest.mark.parametrize(("words", "kind"), [((), "String"), (("--secure",), "SecureString")])
def test_a_dsn_is_stored_shown_masked_and_replaced_only_when_asked(cloud: Cloud, dsn, words, kind) -> None:
    service = ("--service", f"orders-{kind}")
    name = f"/Sentry/orders-{kind}/Dsn"
    missing = dsn("get", *service)
    put = dsn("put", *service, *words, stdin=f"{DSN}\n")
    shown = dsn("get", *service)
    again = dsn("put", *service, *words, stdin=DSN.replace("/42", "/43"))
    kept = stored(cloud, name)
    replaced = dsn("put", *service, *words, "--overwrite", stdin=DSN.replace("/42", "/43"))

    assert [each.code for each in (missing, put, shown, again, replaced)] == [2, 0, 0, 2, 0]
    assert f"there is no parameter {name}" in missing.err
    assert f"{name}: {MASKED} ({kind}, version 1" in shown.out
    assert "--overwrite" in again.err
    assert kept == (kind, DSN)
    assert stored(cloud, name) == (kind, DSN.replace("/42", "/43"))
    assert PUBLIC_KEY not in "".join(each.out + each.err for each in (put, shown, again, replaced))


def test_the_dsn_that_the_sample_was_deployed_with_reaches_its_sentry(cloud: Cloud, dsn) -> None:
    done = dsn("test", "--json")
    sent = [event["event_id"] for event in cloud.sentry.events if event.get("logger") == "cdk-sentry"]
    assert (done.code, done.err) == (0, "")
    assert done.document["event_id"] in sent


def test_what_sentry_refuses_is_found(dsn) -> None:
    with Sink(Answer(403, body=b'{"detail":"ProjectId"}')) as sentry:
        done = dsn("test", sentry.dsn)
    assert done.code == 1
    assert "Sentry says: ProjectId" in done.out


# The actions of KMS are for keys of one's own; the local cloud asks for none of them.
NEEDED = [
    ("put", "ssm:PutParameter", ("--service", "limited", DSN)),
    ("get", "ssm:GetParameter", ()),
    ("test", "ssm:GetParameter", ()),
]


@pytest.mark.parametrize(("name", "action", "words"), NEEDED)
def test_what_it_says_that_it_needs_is_enough_and_is_needed(cloud: Cloud, name: str, action: str, words) -> None:
    permissions = subcommand(f"dsn {name}").permissions
    with limited_user(cloud.deployment.aws, f"dsn-{name}-less", permissions, without=[action]) as less:
        refused = run_here(less, "dsn", name, *words)
    with limited_user(cloud.deployment.aws, f"dsn-{name}", permissions) as enough:
        allowed = run_here(enough, "dsn", name, *words)

    assert (allowed.code, allowed.err) == (0, "")
    assert (refused.code, refused.out) == (2, "")
    (line,) = refused.err.splitlines()
    assert f"the IAM action {action} is missing" in line


def test_a_parameter_of_another_application_is_out_of_reach(cloud: Cloud) -> None:
    cloud.client("ssm").put_parameter(Name="/Billing/Password", Value="hush", Type="String")
    with limited_user(cloud.deployment.aws, "dsn-elsewhere", subcommand("dsn get").permissions) as environment:
        done = run_here(environment, "dsn", "get", "--name", "/Billing/Password")
    assert done.code == 2
    assert "ssm:GetParameter is missing" in done.err
