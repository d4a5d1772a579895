"""The document for machines has the shape that docs/audit.md describes."""

import json
import re

from tests.cli.audit.account import account_of
from tests.cli.documentation import DOCS


def paths(document, prefix=""):
    """Every key of a document, with those above it; entries of a list are one."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield f"{prefix}.{key}"
            # What these hold is named after what was found, not by the command.
            if key not in {"evidence", "monitored_by"}:
                yield from paths(value, f"{prefix}.{key}")
    elif isinstance(document, list):
        for each in document:
            yield from paths(each, f"{prefix}[]")


def test_the_document_of_an_audit_has_the_documented_shape(audit):
    account = account_of(1, 1)
    account.functions[0]["Timeout"] = 30
    (example,) = re.findall(r"```json\n(\{\n  \"scope\".*?)```", (DOCS / "audit.md").read_text(), re.DOTALL)
    run = audit(account, "--stack", "s0", "--json")
    assert set(paths(json.loads(example))) == set(paths(run.document))
