"""Microsoft on this machine: the connector, the signing keys and the token server, as far as Teams needs them.

The real SDK speaks to it over HTTP. It takes what it is sent, unless `answers` holds something else to answer with.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import trustme
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

APP = "00000000-0000-0000-0000-0000000000ab"
TENANT = "00000000-0000-0000-0000-00000000feed"
SECRET = "the app's secret"
ISSUER = "https://api.botframework.com"
GUID = "00000000-0000-0000-0000-{:012d}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Key:
    """A signing key, as Microsoft would publish it."""

    id: str
    endorsements: list[str] | None = field(default_factory=lambda: ["msteams", "webchat"])
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    @property
    def public(self) -> dict[str, Any]:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        endorsed = {} if self.endorsements is None else {"endorsements": self.endorsements}
        return {**jwk, "kid": self.id, "use": "sig", **endorsed}


@dataclass(frozen=True)
class Answer:
    """What the connector answers instead of doing what it is asked."""

    status: int
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def response(self) -> web.Response:
        body = json.dumps({"error": {"code": self.code, "message": "no"}}).encode() if self.body is None else self.body
        kind = "application/json" if self.body is None else "text/html"
        return web.Response(status=self.status, headers=self.headers, body=body, content_type=kind)


@dataclass
class Posted:
    """A message in a conversation, in its newest version."""

    id: str
    activity: dict[str, Any]
    versions: int = 1
    at: float = field(default_factory=time.perf_counter, compare=False)
    """When it was taken."""

    @property
    def card(self) -> dict[str, Any]:
        card: dict[str, Any] = self.activity["attachments"][0]["content"]
        return card


class Microsoft:
    """`conversations` are what people see: id, thread included -> messages. `asked` is what was requested, in order."""

    def __init__(self) -> None:
        self.keys = [Key("key-1")]
        self.conversations: dict[str, list[Posted]] = {}
        self.asked: list[tuple[str, str]] = []
        self.tokens_asked = 0
        self.keys_asked = 0
        self.answers: deque[Answer] = deque()
        self.guests: set[str] = set()
        self.strange: set[str] = set()
        """Conversations in which the app is not."""
        self.roster_answer: Answer | None = None
        self.keys_url = "keys"
        self.let_keys = asyncio.Event()
        self.let_tokens = asyncio.Event()
        self.let_connector = asyncio.Event()
        self.let_go()
        self.waiting = asyncio.Event()
        """Set as soon as a request stands before a closed gate."""
        self.taken = asyncio.Event()
        """Set as soon as a message or a conversation has been taken."""
        self.token_answer: dict[str, Any] | None = None
        self.authority = trustme.CA()
        self._numbers = itertools.count(1000)
        self._runners: list[web.AppRunner] = []
        self.url = ""
        self.login_url = ""

    async def start(self) -> None:
        connector = web.Application(client_max_size=10 * 1024 * 1024)
        connector.add_routes(
            [
                web.get("/openid", self._openid),
                web.get("/keys", self._published),
                web.post("/v3/conversations", self._connect(self._create)),
                web.post("/v3/conversations/{conversation}/activities", self._connect(self._send)),
                web.post("/v3/conversations/{conversation}/activities/{activity}", self._connect(self._send)),
                web.put("/v3/conversations/{conversation}/activities/{activity}", self._connect(self._update)),
                web.delete("/v3/conversations/{conversation}/activities/{activity}", self._connect(self._delete)),
                web.get("/v3/conversations/{conversation}/members/{member}", self._connect(self._member)),
                web.get("/v3/conversations/{conversation}/pagedmembers", self._connect(self._members)),
            ]
        )
        login = web.Application()
        login.add_routes(
            [
                web.get("/adfs/.well-known/openid-configuration", self._login),
                web.post("/adfs/oauth2/token", self._token),
            ]
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("localhost").configure_cert(context)
        self.url = f"http://127.0.0.1:{await self._serve(connector)}/"
        self.login_url = f"https://localhost:{await self._serve(login, context)}/adfs"

    def let_go(self) -> None:
        """Answer whatever waits."""
        for gate in (self.let_keys, self.let_tokens, self.let_connector):
            gate.set()

    async def stop(self) -> None:
        self.let_go()
        for runner in self._runners:
            await runner.cleanup()

    @property
    def openid_url(self) -> str:
        return f"{self.url}openid"

    def token(self, *, key: Key | None = None, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """What proves that an activity comes from Microsoft; `claims` change or, as None, leave out what it says."""
        key = key or self.keys[0]
        now = int(time.time())
        said = {"iss": ISSUER, "aud": APP, "nbf": now - 60, "exp": now + 3600, "serviceurl": self.url, **claims}
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key.private, "RS256", headers={"kid": key.id, **(headers or {})})

    def texts(self, conversation: str) -> list[str]:
        """How the messages of a conversation read."""
        return [read(posted.activity) for posted in self.conversations.get(conversation, [])]

    # ---- what Microsoft serves --------------------------------------------------------------------------------------

    async def _serve(self, application: web.Application, context: ssl.SSLContext | None = None) -> int:
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        return int(runner.addresses[0][1])

    async def _pass(self, gate: asyncio.Event) -> None:
        if not gate.is_set():
            self.waiting.set()
        await gate.wait()

    async def _openid(self, _: web.Request) -> web.Response:
        self.keys_asked += 1
        await self._pass(self.let_keys)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}{self.keys_url}"})

    async def _published(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [key.public for key in self.keys]})

    async def _login(self, request: web.Request) -> web.Response:
        base = f"https://localhost:{request.url.port}/adfs"
        return web.json_response(
            {"issuer": base, "authorization_endpoint": f"{base}/a", "token_endpoint": f"{base}/oauth2/token"}
        )

    async def _token(self, request: web.Request) -> web.Response:
        self.tokens_asked += 1
        await self._pass(self.let_tokens)
        form = await request.post()
        if self.token_answer is not None or form.get("client_secret") != SECRET:
            return web.json_response(self.token_answer or {"error": "invalid_client"}, status=401)
        token = f"token-{self.tokens_asked}"
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _connect(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append((request.method, request.path))
            await self._pass(self.let_connector)
            if not request.headers.get("Authorization", "").startswith("Bearer token-"):
                return Answer(401, "Unauthorized").response()
            # The roster is no message: what a test wants answered is about messages.
            if self.answers and request.method != "GET":
                return self.answers.popleft().response()
            response = await handler(request)
            self.taken.set()
            return response

        return handle

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        number = str(next(self._numbers))
        if asked["isGroup"]:
            conversation = f"{asked['channelData']['channel']['id']};messageid={number}"
            self.conversations[conversation] = [Posted(number, asked["activity"])]
            return web.json_response({"id": conversation, "activityId": number}, status=201)
        (member,) = asked["members"]
        assert asked["tenantId"] == TENANT
        return web.json_response({"id": f"a:{member['id']}"}, status=201)

    async def _send(self, request: web.Request) -> web.Response:
        number = str(next(self._numbers))
        activity = await request.json()
        self.conversations.setdefault(request.match_info["conversation"], []).append(Posted(number, activity))
        return web.json_response({"id": number}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        posted = self._find(request)
        if posted is None:
            return Answer(404, "ActivityNotFoundInConversation").response()
        posted.activity, posted.versions = await request.json(), posted.versions + 1
        return web.json_response({"id": posted.id})

    async def _delete(self, request: web.Request) -> web.Response:
        posted = self._find(request)
        if posted is not None:
            self.conversations[request.match_info["conversation"]].remove(posted)
        return web.Response()

    async def _member(self, request: web.Request) -> web.Response:
        if self.roster_answer:
            return self.roster_answer.response()
        member = request.match_info["member"]
        role = "guest" if member in self.guests else "user"
        return web.json_response({"id": member, "name": "Somebody", "userRole": role, "tenantId": TENANT})

    async def _members(self, request: web.Request) -> web.Response:
        if request.match_info["conversation"] in self.strange:
            return Answer(403, "BotNotInConversationRoster").response()
        return web.json_response({"members": []})

    def _find(self, request: web.Request) -> Posted | None:
        there = self.conversations.get(request.match_info["conversation"], [])
        return next((posted for posted in there if posted.id == request.match_info["activity"]), None)


def read(activity: dict[str, Any]) -> str:
    """A message as it reads, without its buttons."""
    return "\n".join(_words(element) for element in activity["attachments"][0]["content"]["body"]).strip()


def _words(element: dict[str, Any]) -> str:
    match element["type"]:
        case "RichTextBlock":
            return "".join(run["text"] for run in element["inlines"])
        case "Container":
            return "\n".join(_words(item) for item in element["items"])
        case "TextBlock":
            return str(element["text"])
        case _:
            return ""
