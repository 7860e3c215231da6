"""`Idempotency-Key`: a change that is asked for again, because its answer was lost, is not made again."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebell.configuration.secrets import UnreadableSecret
from duebell.console import problems
from duebell.console.access.door import READING, principal
from duebell.console.access.principal import Principal
from duebell.errors import DuebellError, InvalidValue, NotPossible
from duebell.storage import kept_answers
from duebell.storage.kept_answers import Earlier, Name, State

if TYPE_CHECKING:
    from duebell.instance import Instance

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
MOST_BYTES = 10_000_000
_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})')
"""A string of HTTP's structured fields, or the same without quotes, as most people send it."""
_KEPT_HEADERS = frozenset({b"content-type", b"location", b"etag", b"cache-control"})


class KeyOfAnother(InvalidValue):
    """The Idempotency-Key was sent before with another request."""

    slug = "idempotency-key-reused"


class UnderWay(NotPossible):
    """The request that came before with this Idempotency-Key is not answered yet."""

    slug = "request-under-way"


class OutcomeUnknown(NotPossible):
    """The request that came before with this Idempotency-Key ended without an answer: nobody knows whether it took effect."""

    slug = "outcome-unknown"


class NotKept(InvalidValue):
    """What is streamed can't be kept: this route takes no Idempotency-Key."""

    slug = "idempotency-not-possible"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Self:
        """Put it together from what the application sent."""
        start, *parts = messages
        return cls(start["status"], start.get("headers", ()), b"".join(part.get("body", b"") for part in parts))

    @classmethod
    def from_json(cls, text: str) -> Self:
        status, headers, body = json.loads(text)
        return cls(status, [(name.encode(), value.encode("latin-1")) for name, value in headers], b64decode(body))

    def to_json(self) -> str:
        """What a client goes by; not what belongs to the one exchange, such as cookies and traces."""
        headers = [(name.decode(), value.decode("latin-1")) for name, value in self.headers if name in _KEPT_HEADERS]
        return json.dumps([self.status, headers, b64encode(self.body).decode()])

    async def send_again(self, send: Send) -> None:
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length, REPLAYED]})
        await send({"type": "http.response.body", "body": self.body})


class KeptAnswers:
    """ASGI: changes below `prefix` that come with a key are made once; the answer is kept for a day, for who asked and for no other.

    Kept is the answer to a change that was made. A request that was refused changed nothing, so that it may be sent again, mended or not.
    `streams` says of a request whether its answer is streamed.
    """

    def __init__(self, app: ASGIApp, *, instance: Instance, prefix: str, streams: Callable[[Scope], bool]) -> None:
        self._app = app
        self._instance = instance
        self._prefix = prefix
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == HEADER]
        if not given:
            await self._app(scope, receive, send)
            return
        try:
            await self._answer_once(_key(given), scope, receive, send)
        except DuebellError as error:
            await problems.answer(error)(scope, receive, send)

    async def _answer_once(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        scope.setdefault("state", {})
        asking = await principal(Request(scope, _again(body, receive)))
        if self._streams(scope):
            raise NotKept("This answer is streamed and can't be kept: send the request without an Idempotency-Key.")
        name, fingerprint = Name(asking.name, key), _fingerprint(scope, body, asking)
        earlier = await self._instance.write(
            partial(kept_answers.claim, name=name, fingerprint=fingerprint, now=self._instance.now())
        )
        if earlier is not None:
            await self._earlier(earlier, name, fingerprint).send_again(send)
            return
        await self._answer(name, scope, _again(body, receive), send)

    def _earlier(self, earlier: Earlier, name: Name, fingerprint: str) -> Answer:
        if earlier.fingerprint != fingerprint:
            raise KeyOfAnother(
                "This Idempotency-Key was sent before with another request: give each request a key of its own."
            )
        if earlier.state is State.UNDER_WAY:
            raise UnderWay("The same request is not answered yet: wait, then send it again with the same Idempotency-Key.")
        if earlier.answer is not None:
            try:
                return Answer.from_json(self._instance.opened(earlier.answer, _place(name)))
            except UnreadableSecret:  # the key of the secrets is another one since
                pass
        raise OutcomeUnknown(
            "The same request ended without an answer that could be kept: see whether it took effect; if not, send it with another key."
        )

    async def _answer(self, name: Name, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def gather(message: Message) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, gather)
        except Exception:
            await self._instance.write(partial(kept_answers.give_up, name=name))
            raise
        answer = Answer.of(messages)
        if answer.status < HTTPStatus.BAD_REQUEST:
            sealed = self._instance.sealed(answer.to_json(), _place(name))
            await self._instance.write(partial(kept_answers.keep, name=name, answer=sealed))
        else:
            await self._instance.write(partial(kept_answers.release, name=name))
        for message in messages:
            await send(message)


def _key(given: Sequence[bytes]) -> str:
    found = _KEY.fullmatch(given[0].decode("latin-1")) if len(given) == 1 else None
    if found is None:
        raise InvalidValue("An Idempotency-Key is one text of 1 to 255 printable ASCII characters: a UUID, for example.")
    return found[1] or found[2]


async def _body(receive: Receive) -> bytes:
    """All of it.

    Raises:
        InvalidValue: it is too long, or didn't come whole.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidValue("The request ended before its body was whole.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            raise InvalidValue(f"A request with an Idempotency-Key may have {MOST_BYTES} bytes: send less at once.")
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body once more, then what comes after it."""
    given = False

    async def giving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return giving


def _fingerprint(scope: Scope, body: bytes, asking: Principal) -> str:
    """What makes it the same request: asked with other rights it is another one."""
    kind = b"".join(value for name, value in scope["headers"] if name == b"content-type")
    rights = " ".join(sorted(asking.scopes))
    parts = (scope["method"].encode(), scope["raw_path"], scope["query_string"], kind, rights.encode(), body)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(b"%d:" % len(part) + part)
    return whole.hexdigest()


def _place(name: Name) -> str:
    return f"answer to {name.who} under {name.key}"
