"""A pooled client of one PortaBilling's API: one call, one answer or one typed error."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2

from duebell import outbound
from duebell.outbound.errors import failure
from duebell.outbound.guard import Resolve, resolve
from duebell.portabilling.api.answer import Answer, result
from duebell.portabilling.api.cache import Cache
from duebell.portabilling.api.faults import (
    AnswerTooLarge,
    Evidence,
    NotAnswered,
    PortaBillingError,
    SessionLost,
    SessionRefused,
)
from duebell.portabilling.api.flight import SingleFlight
from duebell.portabilling.api.gate import Gate
from duebell.portabilling.api.session import Session, Told
from duebell.portabilling.api.style import Credentials, Written, written
from duebell.portabilling.options import ApiOptions
from duebell.trace import calling

LONGEST_ANSWER = 16 * 2**20
"""Bytes; a page of a list, which is the longest, is far below one million."""
TOKENS = 10
"""How many tokens a call may use up, where each served others before it ended."""
ANSWERED = "Answered"
"""The outcome of a call that was; others are named as the error is."""
READS = "get_"
"""How the methods begin that change nothing."""


def _real_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - sessions, certificates and skew run on the real clock only


def _uncounted(_outcome: str, _seconds: float) -> None:
    """Nobody counts."""


class Client:
    """Calls methods of one PortaBilling's API, logged in by itself. Belongs to one event loop; `close()` gives connections back.

    Safe for any number of callers: so many calls are out as the options allow, the others wait in line.
    """

    def __init__(  # noqa: PLR0913 - its clocks, its way out, and who listens
        self,
        options: ApiOptions,
        *,
        now: Callable[[], datetime] = _real_clock,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
        called: Callable[[str, float], None] = _uncounted,
    ) -> None:
        """`now` is the real clock; `clock` counts seconds from anywhere, and is never set; `tls` replaces this machine's authorities.

        `called` hears the outcome of each call, and how many seconds it took: logins too.
        """
        self.url = options.url
        self.skew: timedelta | None = None
        """How far PortaBilling's clock is ahead of ours, by the last answer that said so, to a second."""
        self._options = options
        self._now = now
        self._clock = clock
        self._heard = called
        self._gate = Gate(options.calls_in_flight, options.calls_per_second, clock)
        self._session = Session(options, self._of_session, now, clock)
        self._cache = Cache(clock)
        self._asked: SingleFlight[Mapping[str, Any]] = SingleFlight()
        self._http = outbound.client(
            options.allowed_hosts, options.timeout, connections=options.calls_in_flight + 1, tls=tls, resolve=resolve
        )

    async def close(self) -> None:
        """Give the connections back; the session ends by itself when it isn't used."""
        await self._http.aclose()

    async def call(
        self, service: str, method: str, params: Mapping[str, Any] | None = None, *, fresh: bool = False
    ) -> Mapping[str, Any]:
        """Call a method with JSON values; its answer without what is empty or null, amounts as Decimal or text, as they came.

        A read (`get_…`) may be answered with what an equal one, begun up to 5 seconds ago, was answered; `fresh`: it begins now.

        Raises:
            PortaBillingError: the subclass that says what is wrong.
        """
        given = dict(params or {})
        if not method.startswith(READS):
            return await self._called(service, method, given)
        asked = (service, method, json.dumps(given, sort_keys=True))
        if fresh:
            self._cache.forget(asked)
            return await self._read(asked, given)
        if (known := self._cache.find(asked)) is not None:
            return known
        return await self._asked.ask(asked, partial(self._read, asked, given))

    async def probe(self) -> None:
        """Ask cheaply whether calls would be answered now.

        Raises:
            PortaBillingError: they wouldn't; the subclass says why.
        """
        token = await self._session.token()
        known_by = {"session_id": token.credentials.session_id} if token.credentials.session_id else {}
        await self._called("Session", "ping", known_by)

    async def _read(self, asked: tuple[str, str, str], params: Mapping[str, Any]) -> Mapping[str, Any]:
        asked_at = self._clock()
        answer = await self._called(*asked[:2], params)
        self._cache.keep(asked, answer, asked_at)
        return answer

    async def _called(self, service: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self._gate.slot():  # a login is made within the slot of whoever needs it
            return await self._within_a_session(service, method, params)

    async def _within_a_session(self, service: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """With another session where one has ended; two that nobody could use are enough."""
        lost = useless = 0
        while True:
            token = await self._session.token()
            try:
                told = await self._exchanged(service, method, params, token.credentials)
            except SessionLost as error:
                self._session.lost(token)
                lost, useless = lost + 1, useless + (not token.served)
                if useless > 1:
                    raise SessionRefused(error.evidence) from error
                if lost == TOKENS:
                    raise
            else:
                token.served = True
                return told.answer

    async def _of_session(self, method: str, params: Mapping[str, Any]) -> Told:
        return await self._exchanged("Session", method, params, None)

    async def _exchanged(
        self, service: str, method: str, params: Mapping[str, Any], credentials: Credentials | None
    ) -> Told:
        url = f"{self.url}/rest/{service}/{method}"
        call = written(self._options.style, params, credentials)
        await self._gate.turn()
        with self._timed():
            answer = await self._answered(url, call, self._session.secrets(credentials))
            date = answer.date
            if date:
                self.skew = date - self._now().replace(microsecond=0)
            return Told(url, result(answer), date)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began_at = self._clock()
        try:
            yield
        except PortaBillingError as error:
            self._heard(type(error).__name__, self._clock() - began_at)
            raise
        self._heard(ANSWERED, self._clock() - began_at)

    async def _answered(self, url: str, call: Written, secrets: Sequence[str]) -> Answer:
        """Send and read the whole answer, both within the time allowed however slowly it trickles in."""
        try:
            async with (
                asyncio.timeout(self._options.timeout),
                self._http.stream("POST", url, headers={**call.headers, **calling()}, content=call.body) as response,
            ):
                return Answer(
                    url=url,
                    status=response.status_code,
                    headers=dict(response.headers),
                    body=await _read(response, url),
                    secrets=secrets,
                )
        except (httpx2.RequestError, outbound.NotReached, TimeoutError) as error:
            raise NotAnswered(Evidence(url=url), failure(error, url)) from error


async def _read(response: httpx2.Response, url: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise AnswerTooLarge(Evidence(url=url, status=response.status_code))
    return bytes(body)
