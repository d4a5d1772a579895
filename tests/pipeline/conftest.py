"""Puts the activity functions' folders on the path, as Lambda does."""

import sys

from cdk_sentry.assets import LAMBDA_SRC

for folder in ("activity_common", "activity_ingest", "activity_validate", "activity_history"):
    sys.path.insert(0, str(LAMBDA_SRC / folder))
