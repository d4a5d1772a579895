"""What the runtime tests share."""

import sys

from cdk_sentry.assets import LAMBDA_SRC

# For tests of single modules: as Lambda has the layer on sys.path.
sys.path.append(str(LAMBDA_SRC / "sentry_layer_python"))
