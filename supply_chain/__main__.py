"""`python -m supply_chain COMMAND`: what the wheel takes from others, said and renewed.

sbom    writes THIRD_PARTY_NOTICES.txt and the bill of materials of what the layers carry
update  moves all pins to the newest releases, tests the layers, and says what changed in size and cold start
"""

import argparse
import sys

from supply_chain.components import components
from supply_chain.notices import NOTICES, notices
from supply_chain.sbom import SBOM, sbom
from supply_chain.update import update


def write_sbom() -> int:
    """Writes both files."""
    found = components()
    NOTICES.write_text(notices(found))
    SBOM.write_text(sbom(found))
    return 0


def main() -> int:
    """Runs the command line; the exit code is 1 if a test of the layers failed."""
    parser = argparse.ArgumentParser(
        prog="python -m supply_chain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["sbom", "update"])
    if parser.parse_args().command == "update":
        return update() or write_sbom()
    return write_sbom()


if __name__ == "__main__":
    sys.exit(main())
