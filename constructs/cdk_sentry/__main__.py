"""`python -m cdk_sentry` is the command `cdk-sentry`."""

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
