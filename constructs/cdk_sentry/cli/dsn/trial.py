"""`dsn test`: whether Sentry takes what is sent to a DSN."""

from ...dsn_text import DsnParts
from ..command import Exit, Invocation
from .event import Answer, send
from .given import checked, read_dsn
from .stored import find, parameter_name


def try_out(invocation: Invocation) -> Exit:
    """`dsn test`: finds something where Sentry does not take the event."""
    options, output = invocation.options, invocation.output
    if options.dsn is not None:
        dsn = read_dsn(options.dsn)
    else:
        name = parameter_name(options)
        dsn = checked(find(invocation.aws, name)["Value"], f"what {name} holds")
    parts, answer = DsnParts.of(dsn), send(dsn)
    link = _link(options.organization, parts.project_id, answer) if options.organization else None
    output.result(
        {
            "dsn": parts.masked,
            "accepted": answer.accepted,
            "status": answer.status,
            "meaning": answer.meaning,
            "said": answer.said,
            "event_id": answer.event_id,
            "retry_after_s": answer.retry_after_s,
            "link": link,
        }
    )
    output.say(f"{parts.masked} answers {answer.status}: {answer.meaning}.", style=None if answer.accepted else "red")
    if answer.said:
        output.say(f"Sentry says: {answer.said}")
    if answer.retry_after_s is not None:
        output.say(f"It wants to hear nothing for {answer.retry_after_s} s.")
    if answer.accepted:
        output.say(f"Event {answer.event_id}{f': {link}' if link else ' (--organization adds a link)'}")
    return Exit.FINE if answer.accepted else Exit.FOUND


def _link(organization: str, project_id: str, answer: Answer) -> str:
    """Sentry's search goes straight to the issue when it is asked for an event's id."""
    base = organization.rstrip("/") if "://" in organization else f"https://{organization}.sentry.io"
    return f"{base}/issues/?project={project_id}&query={answer.event_id}"
