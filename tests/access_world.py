"""Who comes to the console: a browser of somebody who logs in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2

PASSWORD = "correct horse battery"
ORIGIN = "http://duebell"


@dataclass
class Browser:
    """A client that keeps cookies, and says as browsers do where a form comes from."""

    http: httpx2.AsyncClient

    async def log_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
        return await self.http.post("/login", data={"name": name, "password": password, **more}, headers={"Origin": ORIGIN})

    @property
    def cookie(self) -> str | None:
        return self.http.cookies.get("duebell")

    def plant(self, secret: str | None) -> None:
        """Put a cookie into the browser, as whoever can write there does."""
        self.http.cookies.set("duebell", str(secret), domain="duebell.local", path="/")

    async def csrf(self) -> str:
        """What the pages of the session bring along."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', (await self.http.get("/account")).text)
        assert found
        return found[1]

    async def is_known(self) -> bool:
        return (await self.http.get("/api/v1/status")).status_code == 200
