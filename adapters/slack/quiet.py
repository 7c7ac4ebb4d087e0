"""The SDK's own log, without what it quotes: messages, tokens and tickets in addresses never reach a log line."""

from __future__ import annotations

import logging


class _Places(logging.Filter):
    """Leaves of a record where it was written and which kind of error it tells of."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "something"
        record.msg, record.args = "Slack's SDK tells of %s in %s", (kind, record.funcName)
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def sdk_logger() -> logging.Logger:
    """For everything of the SDK that takes a logger. It writes errors alone, whatever the level of the root is."""
    logger = logging.getLogger("adapters.slack.sdk")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_Places())
    return logger
