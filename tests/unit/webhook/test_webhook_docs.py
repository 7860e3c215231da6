"""docs/webhook.md: its receiver is run, and what it lists is what there is."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duebell.configuration.check import Result
from duebell.espf.handler import Provisioned
from duebell.handlers.webhook.group import WEBHOOK
from duebell.handlers.webhook.verify import QUESTIONS, verify
from unit.odoo_crm.owed import owed
from unit.webhook.conftest import Made
from unit.webhook.receiving import OTHER_SECRET, SECRET

PAGE = Path(__file__).parents[3].joinpath("docs", "webhook.md").read_text(encoding="utf-8")


@dataclass
class Sample:
    """The page's receiver, running."""

    url: str
    process: asyncio.subprocess.Process

    async def said(self) -> list[str]:
        """End it, and return what it printed."""
        self.process.terminate()
        printed, _ = await self.process.communicate()
        return [line.strip() for line in printed.decode().splitlines()]


@pytest.fixture
async def sample(tmp_path: Path) -> AsyncIterator[Sample]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    program = tmp_path / "receiver.py"
    program.write_text(code, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        program,
        env={**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    port = int((await process.stdout.readline()).split()[1])
    yield Sample(f"http://127.0.0.1:{port}/", process)
    if process.returncode is None:
        process.kill()
    await process.wait()


@pytest.mark.parametrize("batch", ["1", "10"])
async def test_the_pages_receiver_acts_once_on_what_comes_twice(sample: Sample, webhook: Made, batch: str) -> None:
    handler = webhook(URL=sample.url, Max_Batch=batch)

    for event in (owed(1), owed(1), owed(2, type_="invoice.generated"), owed(1, replay=1)):
        ended = await handler.provision([event])
        assert all(isinstance(outcome, Provisioned) for outcome in ended.values())

    assert await sample.said() == [
        "invoice.generated john-doe",
        "invoice.generated john-doe",
        "invoice.generated john-doe again",
    ]


async def test_the_pages_receiver_passes_verify(sample: Sample, trusted: ssl.SSLContext) -> None:
    typed = {"URL": sample.url, "Secret": SECRET, "Allowed_Hosts": "127.0.0.1"}

    checks = [check async for check in verify(typed, now=lambda: datetime.now(UTC), tls=trusted)]

    assert [check.result for check in checks] == [Result.PASSED] * len(QUESTIONS), checks
    assert await sample.said() == []


async def test_the_pages_receiver_takes_a_call_signed_with_its_secret_among_others(sample: Sample, webhook: Made) -> None:
    ended = await webhook(URL=sample.url, Secret=OTHER_SECRET, Previous_Secret=SECRET).provision([owed(1)])

    assert isinstance(ended[1], Provisioned)


def test_the_page_lists_every_option_and_every_check_in_order() -> None:
    assert re.findall(r"(?m)^\| `([A-Z]\w+)` \|", PAGE) == [option.key for option in WEBHOOK.options]
    assert re.findall(r"(?m)^### `([\w-]+)`", PAGE) == [question.slug for question in QUESTIONS]
