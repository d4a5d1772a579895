"""What one function gets, by what it is."""

from collections.abc import Mapping
from typing import Any

from ..layers.kinds import NODEJS_RUNTIMES, PYTHON_RUNTIMES
from ..settings import FunctionSettings
from ..template_resources import TemplateResources
from .checks import Subject, check_function
from .function import MonitoredFunction
from .handler import PYTHON_BOOTSTRAP, redirect_handler
from .layer import add_layer
from .nodejs import preload_layer, preloads_sentry
from .report import FunctionReport
from .variables import set_sentry_variables
from .wrapper import replaces_runtime


def instrument(
    function: MonitoredFunction,
    *,
    base: FunctionSettings,
    configured: Mapping[str, Any],
    template: TemplateResources,
) -> FunctionReport:
    """Gives a function its layer, handler, variables and permissions, and reports what it got.

    Args:
        function: which.
        base: what holds for all functions.
        configured: what was configured for this one.
        template: what its template shares.
    """
    settings = base.overridden(configured)
    report = FunctionReport(function)
    changes = report.changes
    if not function.variables_are_known:
        report.findings += check_function(Subject(function, changes, settings))
        return report
    if function.runtime in PYTHON_RUNTIMES and _takes_a_layer(function) and _takes_a_bootstrap(function):
        add_layer(changes, template.python_layer())
        redirect_handler(changes, PYTHON_BOOTSTRAP)
        report.applied += ["layer", "handler"]
    elif function.runtime in NODEJS_RUNTIMES and _takes_a_layer(function) and not preloads_sentry(function):
        add_layer(changes, template.nodejs_layer())
        preload_layer(changes)
        report.applied += ["layer", "preload"]
    set_sentry_variables(
        changes,
        settings,
        configured=frozenset(configured),
        dsn=template.dsn_variables(settings.dsn, settings.service),
    )
    report.applied.append("variables")
    permitted = template.permit(function, settings.dsn, settings.service)
    if permitted:
        report.applied.append("permissions")
    changes.apply()
    report.findings += check_function(Subject(function, changes, settings, permitted))
    return report


def _takes_a_layer(function: MonitoredFunction) -> bool:
    return function.layers is not None and not replaces_runtime(function)


def _takes_a_bootstrap(function: MonitoredFunction) -> bool:
    """Whether something can be put in front of the handler: where Sentry's is there, all would be reported twice."""
    return function.handler is not None and not function.handler.startswith(("sentry_sdk.", "cdk_sentry_layer."))
