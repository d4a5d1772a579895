"""Logs what the event says."""

import logging
import threading
from typing import Any

logger = logging.getLogger("shop")
logger.setLevel(logging.DEBUG)


class CountedText:
    """A message whose text changes each time it is made."""

    made = 0

    def __str__(self) -> str:
        CountedText.made += 1
        return f"text {CountedText.made}"


def several() -> None:
    logger.debug("not kept")
    logger.info("basket %s", "b-1", extra={"basket": "b-1"})
    logger.warning("price list is old")
    logger.error("no price for %s", "apples", extra={"article": "apples"})


def exception() -> None:
    try:
        int("many")
    except ValueError:
        logger.exception("bad quantity")


def logged_and_raised() -> None:
    try:
        int("many")
    except ValueError:
        logger.exception("bad quantity")
        raise


def many_breadcrumbs() -> None:
    for number in range(150):
        logger.info("step %d", number)
    raise LookupError("after many steps")


def mutable() -> None:
    basket = ["apple"]
    logger.info("basket %s", basket)
    basket.append("bomb")
    raise LookupError("later")


def of_libraries() -> None:
    logging.getLogger("urllib3.connectionpool").error("not ours")
    logging.getLogger("sentry_sdk.errors").error("not ours")


def of_thread() -> None:
    thread = threading.Thread(target=logger.error, args=("from a thread",))
    thread.start()
    thread.join()


def info_only() -> None:
    logger.info("all well")


def critical() -> None:
    logger.critical("the end")


def bad_arguments() -> None:
    logger.error(*["no %s %s", "match"])


def flood() -> None:
    for _ in range(200):
        logger.error("same %s", "again")


def each_different() -> None:
    for number in range(20_000):
        logger.error(f"bad record {number}")  # noqa: G004  as careless functions do


def each_different_then_fails() -> None:
    each_different()
    raise LookupError("after all records")


def each_different_then_logged_and_raised() -> None:
    each_different()
    logged_and_raised()


def text_object() -> None:
    logger.info(CountedText())
    raise LookupError("after the text")


def handler(event: Any, _context: Any) -> Any:
    for kind in event["kinds"]:
        globals()[kind]()
    return {"ok": True}
