"""`python -m supply_chain sbom`: writes what says which packages of others the wheel carries."""

import argparse
from supply_chain.components import components
from supply_chain.notices import NOTICES, notices
from supply_chain.sbom import SBOM, sbom


def main() -> None:
    found = components()
    NOTICES.write_text(notices(found))
    SBOM.write_text(sbom(found))
    print(NOTICES, SBOM)


main()
