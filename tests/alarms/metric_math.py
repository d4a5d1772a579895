"""CloudWatch's metric math, as far as the kit's alarms use it: `errors / requests`, `m0 + m1 + ...`.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html, "Basic arithmetic functions": a value
that one series lacks and another has counts as 0, and a data point that divides by zero is dropped.
"""

import ast
import operator
from collections.abc import Callable, Mapping

Datapoints = list[float | None]

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(expression: str, series: Mapping[str, Datapoints]) -> Datapoints:
    """The series that an expression makes of others.

    Args:
        expression: identifiers, numbers and `+ - * /`; Python reads these as CloudWatch does.
        series: by identifier, all of one length.

    Raises:
        NotImplementedError: the expression has something else in it.
    """
    tree = ast.parse(expression, mode="eval").body
    length = len(next(iter(series.values())))
    return [_at(tree, {name: values[index] for name, values in series.items()}) for index in range(length)]


def _at(tree: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(tree, ast.Name):
        return values[tree.id]
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float):
        return float(tree.value)
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
        left, right = _at(tree.left, values), _at(tree.right, values)
        if left is None and right is None:
            return None
        try:
            return _OPERATORS[type(tree.op)](left or 0.0, right or 0.0)
        except ZeroDivisionError:
            return None
    raise NotImplementedError(ast.unparse(tree))
