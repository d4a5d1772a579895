"""APIs: do they answer, what do they return for the user, and is what they call there."""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, not_asked, sick, unknown
from ..graph import Link
from ..http_get import Answer, base_url, filled, get
from ..parallel import NoAnswer, ask, ask_all
from ..probe import Probe, Seen, counted
from ..survey import Survey

NOBODY = "cdk-sentry-diagnose"
"""The user who is asked for where none is given."""

_FUNCTION = re.compile(r"function:(?P<name>[\w-]+)")
_MAX_REQUESTS = 3
_IAM = "AWS_IAM"
_OPEN = ("NONE", "")
_REFUSED = (401, 403)
_TAKES_GET = {"GET", "ANY"}
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path.

    Attributes:
        method: of HTTP.
        path: with parameters in braces.
        authorization: `NONE`, `AWS_IAM`, or another.
        needs_key: whether it wants an API key.
        target: ARN or URI of what it calls.
    """

    method: str
    path: str
    authorization: str
    needs_key: bool
    target: str

    @property
    def function(self) -> str:
        """Name of the function that it calls; empty if it calls none."""
        found = _FUNCTION.search(self.target)
        return found["name"] if found else ""

    @property
    def parameters(self) -> int:
        """How many its path has."""
        return self.path.count("{")


@dataclass(frozen=True)
class ApiFacts:
    """What was seen of an API.

    Attributes:
        stage: that answers; None if there is none.
        routes: all.
        answers: to the requests that were sent.
        unsent: why others were not.
        dangling: functions that it calls and that do not exist.
    """

    stage: str | None
    routes: Sequence[Route]
    answers: Mapping[Route, Answer | NoAnswer]
    unsent: Sequence[str]
    dangling: Sequence[str]


class Api(Probe):
    """What the two kinds of APIs have in common."""

    goes_first = True
    service: ClassVar[str]
    """As boto3 names it."""

    @abstractmethod
    def stage_and_routes(self, client: Any, api_id: str) -> tuple[str | None, list[Route]]:
        """The name of its first stage, empty for one that has no place in the path; and its routes."""

    def look(self, survey: Survey, resource: Resource) -> ApiFacts:
        """Routes, what they call, and the answers to a few GET requests."""
        client = survey.aws.client(self.service)
        stage, routes = self.stage_and_routes(client, resource.physical_id)
        requests: dict[Route, Callable[[], Answer | NoAnswer]] = {}
        unsent: list[str] = []
        chosen = _chosen(survey, routes) if stage is not None and survey.requests.allowed else []
        for route in chosen:
            if why := _why_not(survey, route):
                unsent.append(why)
                continue
            url = base_url(survey, client, resource.physical_id, stage or "")
            path = filled(route.path, survey.user or NOBODY)
            is_signed = route.authorization == _IAM
            requests[route] = partial(get, survey, url, path, is_signed=is_signed)
        answers = ask_all(requests, timeout_s=2 * survey.requests.timeout_s)  # to connect, and to wait
        names = {route.function for route in routes if route.function and not survey.called(route.function)}
        return ApiFacts(stage, routes, answers, unsent, [name for name in sorted(names) if _is_gone(survey, name)])

    def links(self, survey: Survey, resource: Resource, facts: ApiFacts) -> Iterable[Link]:
        """To what its routes call."""
        for route in facts.routes:
            if other := survey.called(route.function or route.target):
                yield Link(resource, other)

    def judge(self, seen: Seen, resource: Resource, facts: ApiFacts) -> Iterator[Finding]:
        """What it answered, else why nothing was asked."""
        see = f"aws {self.service} get-stages --{_id_option(self.service)} {resource.physical_id}"
        if facts.stage is None:
            yield sick("no-stage", Weight.ABSENT, "it has no stage, so it answers nobody", next_command=see)
        for name in facts.dangling:
            called = [f"{route.method} {route.path}" for route in facts.routes if route.function == name]
            drift = f"aws cloudformation detect-stack-drift --stack-name {seen.survey.stack}"
            yield sick(
                "calls-nothing",
                Weight.BROKEN,
                f"it calls the function {name}, which does not exist",
                *called,
                next_command=drift,
            )
        for route, answer in facts.answers.items():
            if isinstance(answer, Answer):
                yield _judged(seen, route, answer, see)
            elif answer.denied_action:
                yield not_asked(answer)
            else:
                yield sick("no-answer", Weight.OFF, f"GET {route.path}: {answer.reason}", next_command=see)
        for why in facts.unsent:
            yield unknown("not-sent", why)
        for name in ("5XXError", "5xx"):
            errors = seen.figure(resource, name)
            if errors and not any(isinstance(each, Answer) and each.is_server_error for each in facts.answers.values()):
                text = f"{counted(errors, 'answer')} had a status of 500 or above"
                yield sick(
                    "server-errors",
                    seen.weight(resource, name, Weight.SYMPTOM),
                    text,
                    f"metric {name}: {errors:.0f}",
                    next_command=see,
                )
        if not facts.answers and not facts.unsent:
            yield healthy("api", f"{counted(len(facts.routes), 'route')}, none was asked")


def _judged(seen: Seen, route: Route, answer: Answer, see: str) -> Finding:
    function = seen.survey.called(route.function)
    behind = f"aws logs tail /aws/lambda/{route.function} --since 1h" if function else see
    if function and (group := getattr(seen.facts.get(function), "log_group", "")):
        behind = f"aws logs tail {group} --since 1h"
    calls = seen.survey.label(function) if function else route.function or route.target
    if answer.status is None:
        return sick("hangs", Weight.SYMPTOM, f"does not answer, waits for {calls}", str(answer), next_command=behind)
    if answer.is_server_error:
        what = f"answers {answer.status}, from {calls}"
        return sick("server-error", Weight.SYMPTOM, what, str(answer), next_command=behind)
    if answer.status == _TOO_MANY:
        return sick("throttled", Weight.SYMPTOM, "refuses calls: too many", str(answer), next_command=see)
    if answer.status in _REFUSED:
        return unknown("refused", f"{answer}: these credentials may not ask; --header gives others")
    return healthy("answers", str(answer))


def _chosen(survey: Survey, routes: Sequence[Route]) -> list[Route]:
    """What is asked for: what the command line says, else a few GETs with the user in their path, else without."""
    if survey.requests.paths:
        return [_like(routes, path) for path in survey.requests.paths]
    possible = [
        route for route in routes if route.method in _TAKES_GET and route.parameters <= 1 and "+}" not in route.path
    ]
    return sorted(possible, key=lambda route: (-route.parameters, route.path))[:_MAX_REQUESTS]


def _like(routes: Sequence[Route], path: str) -> Route:
    """A path of the command line, with the guard of the route that it goes to."""
    shape = _shape(path.partition("?")[0])
    fallback = Route("GET", path, _IAM if any(each.authorization == _IAM for each in routes) else "NONE", False, "")
    found = next((each for each in routes if each.method in _TAKES_GET and _matches(each.path, shape)), fallback)
    return Route("GET", path, found.authorization, found.needs_key, found.target)


def _shape(path: str) -> list[str]:
    return path.strip("/").split("/")


def _matches(pattern: str, shape: Sequence[str]) -> bool:
    parts = _shape(pattern)
    return len(parts) == len(shape) and all(
        part.startswith("{") or part == word for part, word in zip(parts, shape, strict=True)
    )


def _why_not(survey: Survey, route: Route) -> str:
    """Why a request cannot be sent; empty if it can."""
    given = {name.lower() for name in survey.requests.headers}
    if route.needs_key and "x-api-key" not in given:
        return f"GET {route.path} wants an API key: give --header 'x-api-key: KEY'"
    if route.authorization not in (*_OPEN, _IAM) and "authorization" not in given:
        return f"GET {route.path} wants a token ({route.authorization}): give --header 'authorization: TOKEN'"
    return ""


def _is_gone(survey: Survey, function: str) -> bool:
    found = ask(lambda: survey.aws.client("lambda").get_function_configuration(FunctionName=function))
    return isinstance(found, NoAnswer) and found.code == "ResourceNotFoundException"


def _id_option(service: str) -> str:
    return "rest-api-id" if service == "apigateway" else "api-id"
