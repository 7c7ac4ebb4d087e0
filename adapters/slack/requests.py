"""HTTP mode: Slack calls the desk. What is not from Slack gets no further than its signature."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.slack.receiving import Receiver


class Requests:
    """The handler of POST /slack/events."""

    def __init__(self, signing_secret: str, receiver: Receiver) -> None:
        self._verifier, self._receiver = SignatureVerifier(signing_secret), receiver

    async def handle(self, request: web.Request) -> web.Response:
        """401 for what is not signed as of now, 400 for what cannot be read, 503 while nothing can be stored."""
        try:
            body = (await request.read()).decode("utf-8")
        except UnicodeDecodeError:
            raise web.HTTPBadRequest(text="The body is not UTF-8.") from None
        if not self._is_slacks(request, body):
            raise web.HTTPUnauthorized(text="The signature is not Slack's, or too old.")
        try:
            asked = AsyncBoltRequest(body=body, query=request.query_string, headers=_told_bolt(request))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            raise web.HTTPBadRequest(text="The body is not what Slack sends.") from None
        return await to_aiohttp_response(await self._receiver.dispatch(asked))

    def _is_slacks(self, request: web.Request, body: str) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16 and signature.isascii()):
            return False
        return self._verifier.is_valid(body, timestamp, signature)


def _told_bolt(request: web.Request) -> dict[str, str | Sequence[str]]:
    """Of the headers only how to read the body: Bolt has others that say what it should run."""
    return {"content-type": request.headers.get("Content-Type", "")}
