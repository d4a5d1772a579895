"""The public names: listed once, importable, and loaded only when used."""

import ast
import subprocess
import sys
from pathlib import Path

import cdk_sentry

SOURCE = Path(cdk_sentry.__file__)


def imported_for_type_checkers() -> set[str]:
    """The names that `__init__.py` imports under TYPE_CHECKING."""
    tree = ast.parse(SOURCE.read_text())
    (guarded,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = (node for node in guarded.body if isinstance(node, ast.ImportFrom))
    return {alias.name for node in imports for alias in node.names}


def test_every_public_name_can_be_imported():
    for name in cdk_sentry.__all__:
        assert getattr(cdk_sentry, name).__name__ == name


def test_type_checkers_see_the_same_names():
    assert imported_for_type_checkers() == set(cdk_sentry.__all__)


def test_the_names_are_sorted_and_nothing_else_is_shown():
    assert sorted(cdk_sentry.__all__) == cdk_sentry.__all__ == dir(cdk_sentry)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(cdk_sentry, "Unknown")


def test_importing_the_package_does_not_load_aws_cdk():
    program = "import sys, cdk_sentry.layers.build; sys.exit('aws_cdk' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
