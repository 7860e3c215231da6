"""A pooled JSON-2 client: one call, one transaction in Odoo, one answer or one typed error."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from duebell.handlers.odoo_crm.answer import Answer, Json, refusal, result
from duebell.handlers.odoo_crm.errors import (
    AnswerTooLarge,
    DatabaseNotChosen,
    DatabaseServerDown,
    DatabaseUnknown,
    Evidence,
    NotOdoo,
    OdooError,
    PageNotFound,
)
from duebell.handlers.odoo_crm.failure import failure
from duebell.handlers.odoo_crm.group import Settings
from duebell.trace import calling

CONNECT_TIMEOUT = 5.0
HEALTH_TIMEOUT = 10.0
LONGEST_ANSWER = 16 * 2**20
"""Bytes; the longest answer of the addon, for 1000 events or receipts, is below one million."""


class DatabaseServer(StrEnum):
    """What Odoo says of its PostgreSQL."""

    UP = "up"
    DOWN = "down"
    UNTOLD = "untold"
    """Whoever answers doesn't tell: a proxy hides the page, or it is no Odoo."""


class Client:
    """Calls methods of one Odoo database. Safe for several calls at once; `close()` gives its connections back.

    Follows no redirect, keeps no cookie (Odoo refuses a session beside `X-Odoo-Database`) and takes no proxy or credentials
    from the environment. A call that fails may have taken effect all the same: Odoo goes on when a caller hangs up.
    """

    def __init__(  # noqa: PLR0913 - each says how to reach one Odoo; `of` reads them from the settings
        self,
        api_url: str,
        *,
        access_key: str | None = None,
        database: str | None = None,
        request_timeout: float = 60.0,
        calls_in_flight: int = 2,
        tls: ssl.SSLContext | None = None,
        longest_answer: int = LONGEST_ANSWER,
    ) -> None:
        self.api_url = api_url
        self._access_key = access_key
        self._database = database
        self._request_timeout = request_timeout
        self._longest_answer = longest_answer
        self._http = httpx2.AsyncClient(
            headers={"X-Odoo-Database": database} if database else None,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx2.Timeout(request_timeout, connect=CONNECT_TIMEOUT),
            limits=httpx2.Limits(max_connections=calls_in_flight + 1, max_keepalive_connections=calls_in_flight + 1),
            verify=tls or True,
            follow_redirects=False,
            trust_env=False,
        )

    @classmethod
    def of(cls, settings: Settings) -> Client:
        """Return a client for the settings."""
        return cls(
            settings.api_url,
            access_key=settings.access_key,
            database=settings.database,
            request_timeout=settings.request_timeout,
            calls_in_flight=settings.max_calls_in_flight,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def call(self, model: str, method: str, /, **arguments: Json) -> Json:
        """Call a method with arguments by name and return what it returned.

        Raises:
            OdooError: the subclass that says what is wrong.
        """
        return await self.send(model, method, json.dumps(arguments))

    async def send(self, model: str, method: str, body: str, /) -> Json:
        """Call a method with its arguments as the text of a JSON object (Odoo ignores any other JSON and calls without).

        Raises:
            OdooError: the subclass that says what is wrong.
        """
        headers = {"Content-Type": "application/json"}
        if self._access_key:
            headers["Authorization"] = f"bearer {self._access_key}"
        try:
            return result(await self._exchange("POST", f"/json/2/{model}/{method}", headers=headers, body=body))
        except PageNotFound as page:
            raise await self._why_not_found(page.evidence) from None

    async def version(self) -> str:
        """Return Odoo's version, such as `19.0`, asked without the key; Odoo 18 and older are asked their way.

        Raises:
            NotOdoo: what answers isn't an Odoo.
            OdooError: it can't be asked.
        """
        answer = await self._exchange("GET", "/web/version")
        match _json(answer):
            case {"version": str(version)}:
                return version
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise refusal(answer)
        headers = {"Content-Type": "application/json"}
        match _json(await self._exchange("POST", "/web/webclient/version_info", headers=headers, body="{}")):
            case {"result": {"server_version": str(version)}}:
                return version
        raise NotOdoo(answer.evidence())

    async def database_server(self) -> DatabaseServer:
        """Ask whether Odoo reaches its PostgreSQL, without the key.

        Raises:
            OdooError: it can't be asked.
        """
        match _json(await self._exchange("GET", "/web/health?db_server_status=1", patience=HEALTH_TIMEOUT)):
            case {"status": "pass"}:
                return DatabaseServer.UP
            case {"status": "fail"}:
                return DatabaseServer.DOWN
        return DatabaseServer.UNTOLD

    async def _why_not_found(self, evidence: Evidence) -> OdooError:
        """Odoo answers a page with 404 for a wrong database and while PostgreSQL is down alike; its health tells which."""
        match await self.database_server():
            case DatabaseServer.DOWN:
                return DatabaseServerDown(evidence)
            case DatabaseServer.UNTOLD:
                return NotOdoo(evidence)
        if self._database:
            return DatabaseUnknown(evidence, f"asked for {self._database}")
        return DatabaseNotChosen(evidence)

    async def _exchange(
        self,
        verb: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        patience: float | None = None,
    ) -> Answer:
        """Send and read the whole answer, both within the time allowed however slowly it trickles in."""
        url = f"{self.api_url}{path}"
        try:
            async with (
                asyncio.timeout(min(self._request_timeout, patience or self._request_timeout)),
                self._http.stream(verb, url, headers={**(headers or {}), **calling()}, content=body) as response,
            ):
                return Answer(
                    url=url,
                    status=response.status_code,
                    headers=dict(response.headers),
                    body=await self._read(response, url),
                    key=self._access_key,
                )
        except (httpx2.RequestError, TimeoutError) as exception:
            raise failure(exception, url) from exception

    async def _read(self, response: httpx2.Response, url: str) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._longest_answer:
                raise AnswerTooLarge(Evidence(url=url, status=response.status_code))
        return bytes(body)


def _json(answer: Answer) -> Json:
    try:
        return answer.json()
    except NotOdoo:
        return None
