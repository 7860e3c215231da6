"""Where PortaBilling's EventSender posts: in front of everything else, for it takes any 4xx as an order to forget the event.

Every well-formed request is answered 200 (it is kept, on disk) or 503 (it isn't: send it again), whatever is wrong with it.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from duebell.errors import DuebellError, StorageError
from duebell.portabilling.authorization import Proof
from duebell.portabilling.raw import LARGEST_BODY
from duebell.sources.sources import Body
from duebell.storage.turned_away import Away

if TYPE_CHECKING:
    from duebell.instance import Instance

log = structlog.get_logger(__name__)

PREFIX = "/portabilling/"
"""All below is the inlet's; events go to `/portabilling/<environment>/events`."""
SLOWEST = 30.0
"""Seconds that a body may take; EventSender itself waits for 300."""
MOST_HELD = 64 * 2**20
"""Bytes of bodies that are held at once."""
_LOOKS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"})
"""The methods that bring nothing that could get lost."""
_AGAIN = "It can't be kept now: send it again."


class TurnedAway(Exception):
    """The request is answered 503; with an environment (or "": none), a person has to mend what it says, and gets an alarm."""

    def __init__(self, sentence: str, environment: str | None = None) -> None:
        super().__init__(sentence)
        self.environment = environment


class Inlet:
    """ASGI: takes what is below its prefix, and leaves the rest to `app`."""

    def __init__(self, app: ASGIApp, *, instance: Instance, slowest: float = SLOWEST) -> None:
        self._app = app
        self._instance = instance
        self._slowest = slowest
        self._room = _Room(MOST_HELD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and f"{scope['path']}/".startswith(PREFIX):
            answer = await self._answer(scope, receive)
            if answer is not None:
                await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> PlainTextResponse | None:
        try:
            return PlainTextResponse("Kept.\n") if await self._is_kept(scope, receive) else None
        except TurnedAway as away:
            if away.environment is not None:
                self._instance.sources.turned_away.count(Away(away.environment, str(away)))
            return _unavailable(str(away))
        except StorageError as error:
            log.error("storage failed", because=str(error))  # noqa: TRY400 - the sentence says all
            return _unavailable(_AGAIN)
        except DuebellError as error:
            return _unavailable(str(error))
        except Exception:  # a bug of ours must not cost an event
            log.exception("inlet failed")
            return _unavailable(_AGAIN)

    async def _is_kept(self, scope: Scope, receive: Receive) -> bool:
        """Keep what comes; False: whoever sent it went away before it was whole."""
        try:
            environment, proof = self._known(scope)
        except TurnedAway:
            await self._whole(_Incoming(), receive)  # who is answered before he has sent all may not see the answer
            raise
        incoming = _Incoming(proof, self._room)
        try:
            if not await self._whole(incoming, receive):
                return False
            if not proof.holds:
                raise _stranger(environment)
            await self._instance.sources.take(environment, incoming.body)
        finally:
            incoming.forget()
        return True

    def _known(self, scope: Scope) -> tuple[str, Proof]:
        """Whose environment's inlet it is, and what is to be proven still."""
        environment = self._environment(scope)
        options = self._instance.sources.options(environment)
        if options is None:
            raise TurnedAway(
                f"PortaBilling sends events to {environment}, which has none: configure and verify {environment}.PortaBilling.",
                environment,
            )
        proof = Proof(options.authorization, scope["headers"])
        if not (proof.is_of_the_body or proof.holds):
            raise _stranger(environment)
        return environment, proof

    def _environment(self, scope: Scope) -> str:
        if scope["method"] in _LOOKS:
            raise TurnedAway("This is where PortaBilling posts its events; there is nothing to see.")
        for environment in self._instance.environments():
            if scope["path"] == f"{PREFIX}{environment}/events" and scope["method"] == "POST":
                return environment
        raise TurnedAway(
            f"Somebody sends events to an address below {PREFIX} that is no environment's, or not by POST: PortaBilling's "
            f"EventSender has to post to {PREFIX}<environment>/events, for example {PREFIX}Global/events.",
            environment="",
        )

    async def _whole(self, incoming: _Incoming, receive: Receive) -> bool:
        try:
            async with asyncio.timeout(self._slowest):
                return await incoming.come(receive)
        except TimeoutError:
            raise TurnedAway("The body didn't come in time: send it again.") from None


class _Room:
    """So many bytes of bodies may be held at once, by all requests."""

    def __init__(self, size: int) -> None:
        self._free = size

    def take(self, size: int) -> None:
        if size > self._free:
            raise TurnedAway("Too much comes at once: send it again.")
        self._free -= size

    def give_back(self, size: int) -> None:
        self._free += size


class _Incoming:
    """A body as it comes. Without room nothing of it is held; of one that is too large only the beginning."""

    def __init__(self, proof: Proof | None = None, room: _Room | None = None) -> None:
        self._proof = proof
        self._room = room
        self._held = bytearray()
        self._size = 0
        self._digest = hashlib.sha256()

    async def come(self, receive: Receive) -> bool:
        """Wait until it is whole; False: the sender went away before."""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return False
            self._add(message.get("body", b""))
            more = message.get("more_body", False)
        return True

    @property
    def body(self) -> Body:
        return Body(content=bytes(self._held), size=self._size, digest=self._digest.hexdigest())

    def forget(self) -> None:
        """It is kept, or isn't: make room."""
        if self._room is not None:
            self._room.give_back(len(self._held))
            self._held = bytearray()

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._room is None or self._proof is None:
            return
        self._digest.update(part)
        self._proof.update(part)
        beginning = part[: LARGEST_BODY - len(self._held)]
        self._room.take(len(beginning))
        self._held += beginning


def _stranger(environment: str) -> TurnedAway:
    return TurnedAway(
        f"Requests come to {environment}'s inlet without the credentials that {environment}.PortaBilling has: enter in "
        "PortaBilling's EventSender what Verify shows. If those are right, somebody else knocks.",
        environment,
    )


def _unavailable(sentence: str) -> PlainTextResponse:
    headers = {"Connection": "close", "Retry-After": "5"}
    return PlainTextResponse(f"{sentence}\n", status_code=503, headers=headers)
