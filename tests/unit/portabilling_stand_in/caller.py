"""Who calls the API: the least that a client of it does."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from duebell.sandbox.portabilling.stand_in import ANYBODY


class Caller:
    """Calls in the JSON style with a token that `login` gets."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http
        self.token = ""
        self.session: dict[str, str] = {}

    async def login(self) -> None:
        self.session = await self.ask("Session/login", login=ANYBODY.login, password=ANYBODY.password)
        self.token = self.session["access_token"]

    async def call(self, method: str, **params: object) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.http.post(f"/rest/{method}", json={"params": params}, headers=headers)

    async def call_in_a_form(self, method: str, auth: dict[str, str], **params: object) -> httpx2.Response:
        return await self.http.post(f"/rest/{method}", data={"auth_info": json.dumps(auth), "params": json.dumps(params)})

    async def ask(self, method: str, **params: object) -> Any:
        """What is answered, if it is no fault."""
        answer = await self.call(method, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fault(self, method: str, **params: object) -> str:
        """The code of the fault that is answered."""
        return fault_of(await self.call(method, **params))


def fault_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 500
    fault = answer.json()
    assert fault["faultstring"]
    return str(fault["faultcode"])
