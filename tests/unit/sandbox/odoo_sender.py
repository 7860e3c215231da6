"""The side of Odoo that a phone talks with, over real HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from duebell.sandbox.loopback import loopback_socket
from duebell.sandbox.serving import serving_web

JOHN_DOE = "+12025550143"
INVOICE = "Dear John Doe, your invoice 17 for Internet is ready: $30.00, due on 11/30/2026."


def new_uuid() -> str:
    return uuid4().hex


def to(number: str, content: str = INVOICE, uuid: str | None = None) -> dict[str, Any]:
    """One message to one number, in the words of Odoo's sender."""
    return {"content": content, "numbers": [{"uuid": uuid or new_uuid(), "number": number}]}


class OdooSender:
    """Sends as Odoo's SMS sender does and takes delivery reports as its `/sms/status` does.

    `reports` are (status, uuid) in the order taken; `calls` the params of each call, also of those that were refused.
    """

    def __init__(self, phone_url: str, http: httpx2.AsyncClient) -> None:
        self.reports: list[tuple[str, str]] = []
        self.calls: list[dict[str, Any]] = []
        self.refusing: Response | None = None
        with loopback_socket("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        self.webhook_url = f"http://127.0.0.1:{self.port}/sms/status"
        self._endpoint = f"{phone_url}/api/sms/3/send"
        self._http = http

    async def post(self, *messages: dict[str, Any], **params: object) -> httpx2.Response:
        """Send `messages` in one call and return the answer."""
        asked = {"messages": messages, "webhook_url": self.webhook_url, "dbuuid": new_uuid(), "account_token": "t"}
        call = {"jsonrpc": "2.0", "method": "call", "params": asked | params, "id": new_uuid()}
        return await self._http.post(self._endpoint, json=call)

    async def send(self, *messages: dict[str, Any], **params: object) -> list[dict[str, Any]]:
        """Send `messages` in one call and return what became of each number."""
        answer = await self.post(*messages, **params)
        assert answer.status_code == 200
        return list(answer.json()["result"])

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take delivery reports for the length of the block."""
        application = FastAPI()
        application.post("/sms/status")(self._take)
        with loopback_socket("127.0.0.1", self.port) as bound:
            async with serving_web(application, bound):
                yield

    async def _take(self, request: Request) -> Response:
        call = await request.json()
        self.calls.append(call["params"])
        if self.refusing is not None:
            return self.refusing
        for status in call["params"]["message_statuses"]:
            self.reports += [(status["sms_status"], uuid) for uuid in status["uuids"]]
        return JSONResponse({"jsonrpc": "2.0", "id": call["id"], "result": "OK"})
