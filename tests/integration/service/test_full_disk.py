"""While the disk is full nothing new is taken and nothing taken is lost; when there is space again, delivery goes on by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from sqlalchemy import text

from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings
from integration.service.real import RealOdoo
from waiting import within

PATIENCE = 90.0  # seconds


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[tuple[Instance, httpx2.AsyncClient]]:
    """What `serve` runs, in this process: only here can the file be kept from growing."""
    instance = Instance(Settings(data=data))
    transport = httpx2.ASGITransport(create_app(instance))
    async with (
        instance.dispatching(),
        httpx2.AsyncClient(transport=transport, base_url="http://duebell/api/v1", timeout=60) as client,
    ):
        yield instance, client
    instance.close()


async def pages(instance: Instance, most: int) -> None:
    """How large the file may be: SQLite then answers as it does on a full disk."""
    await instance.write(lambda connection: connection.execute(text(f"PRAGMA max_page_count = {most}")).scalar())


async def invoice(client: httpx2.AsyncClient, customer: str, words: str = "Internet") -> httpx2.Response:
    charge = {"text": words, "amount": "30", "invoice_now": True}
    return await client.post(f"/billing/customers/{customer}/charges", json=charge)


async def provisioned(client: httpx2.AsyncClient) -> set[str]:
    rows = (await client.get("/events", params={"state": "provisioned", "limit": 1000})).json()["events"]
    return {row["id"] for row in rows}


async def test_a_full_disk_is_said_and_got_over(tmp_path: Path, real: RealOdoo) -> None:
    async with running(tmp_path / "data") as (instance, client):
        await client.put("/configuration/Global/OdooCRM", json=real.options())
        end = json.loads((await client.post("/verify/Global/OdooCRM")).text.splitlines()[-1])
        assert (end["passed"], end["applied"]) == (True, True)
        await client.post("/handlers/OdooCRM/pair")
        customer = {"external_id": "full-disk", "name": "Full Disk", "currency": "USD", "phone": "+12025550181"}
        await client.post("/billing/customers", json=customer)
        taken: list[str] = []
        # given that Odoo is slow to answer while the disk fills up
        with real.server.frozen():
            answer = await invoice(client, "full-disk")
            taken += [event["id"] for event in answer.json()["events"]]
            await pages(instance, 1)  # as many as there are
            while (answer := await invoice(client, "full-disk", "x" * 100)).status_code == 201:
                taken += [event["id"] for event in answer.json()["events"]]
            # then recording says so
            assert answer.status_code == 503
            assert answer.json()["detail"] == (
                f"The database {tmp_path}/data/duebell.db failed: the disk is full: free some space; nothing that was "
                "acknowledged is lost."
            )
        # and reading goes on
        assert (await client.get("/status")).status_code == 200
        # when there is space again
        await pages(instance, 1_000_000)
        # then what was taken leaves by itself, each event once
        async with within(PATIENCE):
            while await provisioned(client) != set(taken):
                await asyncio.sleep(0.1)
        assert [real.recorded(event) for event in taken] == [[["0"]]] * len(taken)
        assert (await invoice(client, "full-disk")).status_code == 201
