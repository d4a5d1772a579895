"""`python -m benchmarks [SUITE ...]`: measures side by side and writes docs/benchmarks.md."""

import argparse
import importlib
import signal
import sys
import time
from pathlib import Path
from typing import Protocol, cast

from benchmarks.report import Row, Table, section, write_json, write_section

SUITES = tuple(sorted(path.parent.name for path in Path(__file__).parent.glob("*/suite.py")))
"""A suite is a folder with a `suite.py`, of the shape of `Suite`."""

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_FIGURES = _ROOT / "build" / "benchmarks"


class Suite(Protocol):
    """What a suite's module `suite` has."""

    TITLE: str
    BENCHMARKS: dict[str, object]

    def run(self, name: str, *, quick: bool) -> Table:
        """Runs one benchmark."""

    def software(self) -> str:
        """The versions that were measured."""


def main(arguments: list[str]) -> int:
    """Runs the command line's suites; the exit code is 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="as little as shows that it works; writes no page")
    parser.add_argument("--only", action="append", metavar="BENCHMARK", help="these alone; writes no page")
    options = parser.parse_args(arguments)
    unknown = set(options.suites) - set(SUITES)
    if unknown:
        parser.error(f"no suite {', '.join(sorted(unknown))}: there are {', '.join(SUITES)}")
    suites = {
        name: cast("Suite", importlib.import_module(f"benchmarks.{name}.suite")) for name in options.suites or SUITES
    }
    known = {one for suite in suites.values() for one in suite.BENCHMARKS}
    absent = set(options.only or ()) - known
    if absent:
        parser.error(f"no benchmark {', '.join(sorted(absent))}: there are {', '.join(sorted(known))}")
    missed: list[Row] = []
    for name, suite in suites.items():
        chosen = [one for one in suite.BENCHMARKS if not options.only or one in options.only]
        tables = [_run(suite, one, quick=options.quick) for one in chosen]
        missed += [row for table in tables for row in table.rows if row.met is False]
        if not (options.quick or options.only):
            command = f"python -m benchmarks {name}"
            write_section(_PAGE, name, section(suite.TITLE, command, suite.software(), tables))
            write_json(_FIGURES / f"{name}.json", tables)
            print(f"written: {_PAGE.relative_to(_ROOT)}")
    for row in missed:
        print(f"goal missed: {row.figure}: {row.judged:.3g}, goal {row.goal}")
    return 1 if missed and not options.quick else 0


def _run(suite: Suite, name: str, *, quick: bool) -> Table:
    started = time.monotonic()
    table = suite.run(name, quick=quick)
    print(f"{table.markdown()}\n{name}: {time.monotonic() - started:.0f} s\n", flush=True)
    return table


if __name__ == "__main__":
    # An exception, so that the processes under measurement are stopped, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    sys.exit(main(sys.argv[1:]))
