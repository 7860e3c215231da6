from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from duebell.cli.commands import commands
from duebell.errors import InvalidValue
from unit.portabilling_stand_in.receiver import Receiver


async def test_as_a_command_it_says_where_it_is_serves_and_ends_on_a_signal(receiver: Receiver, tmp_path: Path) -> None:
    options = ["--json", "--port", "0", "--post-to", receiver.url, "--nuisance", "thin=yes", "--rate", "1000"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "duebell", "--data", str(tmp_path), "sandbox", "portabilling", *options),
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        says = json.loads(await process.stdout.readuntil(b"}\n"))
        async with httpx2.AsyncClient(base_url=says["url"], trust_env=False) as http:
            customer = {"external_id": "second", "name": "Second Customer", "currency": "EUR"}
            made = (await http.post("/control/billing/customers", json=customer)).json()
            login: Any = {"params": {"login": says["login"], "password": says["password"]}}
            assert (await http.post("/rest/Session/login", json=login)).status_code == 200
            while not receiver.bodies:
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()

    assert (process.returncode, output, errors) == (0, b"", b"")
    variables = receiver.bodies[0]["variables"]
    assert variables["i_customer"] == made["i_customer"]
    assert variables["i_event"] > "1700000000000", "numbers of an earlier run would come again"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--nuisance", "noise=yes"], "--nuisance noise=yes: write NAME=VALUE; there are down, latency"),
        (["--nuisance", "thin=maybe"], "thin: Input should be a valid boolean"),
        (["--post-to", "http://example.com/"], "posts to this machine only"),
        (["--rate", "0"], "rate: Input should be greater than 0"),
        (["--host", "192.0.2.7"], "The sandbox listens on loopback only"),
    ],
)
def test_what_was_typed_wrong_is_said_in_a_sentence(options: list[str], sentence: str) -> None:
    with pytest.raises(InvalidValue, match=sentence):
        commands(["sandbox", "portabilling", "--port", "0", *options], standalone_mode=False)
