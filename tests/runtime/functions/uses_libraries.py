"""Makes an outgoing request."""

import http.client
import os
from typing import Any


def handler(_event: Any, _context: Any) -> Any:
    connection = http.client.HTTPConnection(os.environ["SHOP_ADDRESS"])
    connection.request("GET", "/prices")
    return connection.getresponse().status
