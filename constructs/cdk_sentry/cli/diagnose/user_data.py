"""What there is of the user: stored, on the way, or nowhere."""

from collections.abc import Iterator

from .finding import Finding, Weight, healthy, not_asked, sick, unknown
from .parallel import NoAnswer
from .probe import Seen, clock, counted
from .probes.dynamodb_table import TableFacts
from .probes.kinesis_stream import StreamFacts


def judge_user(seen: Seen) -> Iterator[Finding]:
    """Compares what the streams brought for the user with what the tables hold."""
    survey = seen.survey
    tables = [(resource, facts) for resource, facts in seen.facts.items() if isinstance(facts, TableFacts)]
    asked = [(resource, facts.items_of_user) for resource, facts in tables if facts.items_of_user is not None]
    stored = {resource: items for resource, items in asked if isinstance(items, int)}
    streams = [facts for facts in seen.facts.values() if isinstance(facts, StreamFacts)]
    arrived = sum(len(facts.of_user(survey.user)) for facts in streams)
    for _, answer in asked:
        if isinstance(answer, NoAnswer):
            yield not_asked(answer)
    if not stored:
        yield unknown("no-table", "no table of the stack could be asked for this user")
        return
    on_the_way = "no stream tells what arrives for it"
    if streams:
        on_the_way = f"{counted(arrived, 'record')} of this user arrived since {clock(survey.since)}"
    keys = " or ".join(form.replace("{user}", survey.user) for form in survey.user_keys)
    if items := sum(stored.values()):
        where = ", ".join(
            f"{counted(count, 'item')} in {survey.label(table)}" for table, count in stored.items() if count
        )
        yield healthy("stored", f"{where}; {on_the_way}")
    elif arrived:
        yield sick(
            "not-stored",
            Weight.SYMPTOM,
            f"{on_the_way}, nothing is stored",
            f"{items} items under {keys}",
            next_command=f"cdk-sentry diagnose --stack {survey.stack} --user {survey.user}",
        )
    else:
        yield sick(
            "no-data",
            Weight.NOTICE,
            f"nothing is stored for {survey.user}, {on_the_way}: look at who sends it",
            f"{items} items under {keys}",
            next_command=f"cdk-sentry diagnose --stack {survey.stack} --user {survey.user} --since 7d",
        )
