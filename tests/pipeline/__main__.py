"""`python -m tests.pipeline SEED`: replays one schedule and says everything that happens."""

import sys
from importlib import import_module

from tests.pipeline import conftest  # noqa: F401 - puts the functions' folders on the path, before they are imported

if __name__ == "__main__":
    schedule = import_module("tests.pipeline.schedule")
    replayed = schedule.Schedule(int(sys.argv[1]), schedule.real(), log=True)
    replayed.run()
    sys.stderr.write(f"the books agree: {len(replayed.table.events())} events stored\n")
