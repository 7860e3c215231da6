"""A server lives as long as it is wanted, and nothing of it lives longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from real_odoo import environment, keeper
from real_odoo.errors import RealOdooError
from real_odoo.locks import Lock, is_held

DEAF_WITH_A_DEAF_CHILD = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    open(sys.argv[1], "w").write(f"{os.getpid()} {child}")
signal.pause()
"""
HEARING = """
import signal, sys
def stop(*_):
    open(sys.argv[1], "w").write("it was asked to stop")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
open(sys.argv[2], "w").write("it runs")
while True: signal.pause()
"""
LEAVES_A_CHILD = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
child = os.fork()
if child:
    open(sys.argv[1], "w").write(f"{os.getpid()} {child}")
    signal.sigwait([signal.SIGTERM])
else:
    signal.pause()
"""
STARTER = """
import json, signal, sys
from pathlib import Path
from real_odoo import keeper
from real_odoo.locks import Lock
order = keeper.Order(**json.load(sys.stdin))
Lock(Path(order.wanted)).take(shared=True)
keeper.start(order)
print("started", flush=True)
signal.pause()
"""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state"
    yield path
    keeper.kill(path)


def an_order(tmp_path: Path, *command: str, grace: float = 20.0, wanted: Path | None = None) -> keeper.Order:
    return keeper.Order(
        command=(sys.executable, "-c", *command),
        env=environment.for_programs(),
        folder=str(tmp_path),
        log=str(tmp_path / "log"),
        state=str(tmp_path / "state"),
        stop_signal=signal.SIGTERM,
        grace=grace,
        switch={},
        wanted=str(wanted) if wanted else None,
    )


def content(file: Path) -> str:
    """What the file says, once it says something."""
    while not file.exists() or not file.read_text():
        threading.Event().wait(0.01)
    return file.read_text()


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"


def test_a_server_that_is_stopped_is_asked_first(tmp_path: Path, state: Path) -> None:
    asked, runs = tmp_path / "asked", tmp_path / "runs"
    keeper.start(an_order(tmp_path, HEARING, str(asked), str(runs)))
    content(runs)

    keeper.stop(state)

    assert content(asked) == "it was asked to stop"
    assert keeper.running(state) is None


def test_what_does_not_hear_is_killed_after_its_grace_with_all_that_it_started(tmp_path: Path, state: Path) -> None:
    processes = tmp_path / "processes"
    keeper.start(an_order(tmp_path, DEAF_WITH_A_DEAF_CHILD, str(processes), grace=0.2))
    started = [int(process) for process in content(processes).split()]
    assert all(map(is_alive, started))

    keeper.stop(state)

    assert not any(map(is_alive, started))


def test_what_a_server_leaves_behind_ends_with_it(tmp_path: Path, state: Path) -> None:
    processes = tmp_path / "processes"
    keeper.start(an_order(tmp_path, LEAVES_A_CHILD, str(processes), grace=3600))
    started = [int(process) for process in content(processes).split()]

    keeper.stop(state)

    assert not any(map(is_alive, started))


def test_killing_waits_for_nobody(tmp_path: Path, state: Path) -> None:
    processes = tmp_path / "processes"
    keeper.start(an_order(tmp_path, DEAF_WITH_A_DEAF_CHILD, str(processes), grace=3600))
    started = [int(process) for process in content(processes).split()]

    keeper.kill(state)

    assert not any(map(is_alive, started))


def test_a_server_ends_when_its_starter_is_killed(tmp_path: Path, state: Path) -> None:
    asked, runs, wanted = tmp_path / "asked", tmp_path / "runs", tmp_path / "wanted"
    order = an_order(tmp_path, HEARING, str(asked), str(runs), wanted=wanted)
    env = environment.for_programs(PYTHONPATH=str(environment.CHECKOUT / "tools"))
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as starter:
        assert starter.stdin
        assert starter.stdout
        starter.stdin.write(keeper.as_json(order))
        starter.stdin.close()
        assert starter.stdout.readline() == "started\n"
        content(runs)

        starter.kill()

    keeper.wait_for_the_end(state)
    assert content(asked) == "it was asked to stop"


def test_a_server_lives_until_the_last_who_wants_it_has_gone(tmp_path: Path, state: Path) -> None:
    asked, runs = tmp_path / "asked", tmp_path / "runs"
    first, second = Lock(tmp_path / "wanted"), Lock(tmp_path / "wanted")
    first.take(shared=True)
    second.take(shared=True)
    keeper.start(an_order(tmp_path, HEARING, str(asked), str(runs), wanted=first.path))
    content(runs)

    first.release()
    assert keeper.running(state)
    second.release()

    keeper.wait_for_the_end(state)
    assert content(asked) == "it was asked to stop"


def test_what_a_server_needs_is_wanted_while_it_runs(tmp_path: Path, state: Path) -> None:
    needed = Lock(tmp_path / "needed")
    order = an_order(tmp_path, HEARING, str(tmp_path / "asked"), str(tmp_path / "runs"))
    keeper.start(replace(order, needs=str(needed.path)))
    content(tmp_path / "runs")
    assert not needed.try_take()

    keeper.stop(state)

    needed.take()
    needed.release()


def test_a_server_ends_with_its_keeper(tmp_path: Path, state: Path) -> None:
    asked, runs = tmp_path / "asked", tmp_path / "runs"
    keeper.start(an_order(tmp_path, HEARING, str(asked), str(runs)))
    content(runs)
    running = keeper.running(state)
    assert running

    os.kill(running.keeper, signal.SIGKILL)

    assert content(asked) == "it was asked to stop"


def test_a_frozen_server_can_still_be_stopped(tmp_path: Path, state: Path) -> None:
    asked, runs = tmp_path / "asked", tmp_path / "runs"
    keeper.start(an_order(tmp_path, HEARING, str(asked), str(runs), grace=3600))
    content(runs)

    with keeper.frozen(state):
        keeper.stop(state)

    assert content(asked) == "it was asked to stop"


def test_what_cannot_be_started_is_named(tmp_path: Path) -> None:
    order = an_order(tmp_path)
    nothing = replace(order, command=(str(tmp_path / "no-such-program"),))

    with pytest.raises(RealOdooError, match=r"no-such-program could not be started: .*No such file"):
        keeper.start(nothing)
    assert not is_held(tmp_path / "state")


def test_one_state_has_one_server(tmp_path: Path, state: Path) -> None:
    order = an_order(tmp_path, HEARING, str(tmp_path / "asked"), str(tmp_path / "runs"))
    keeper.start(order)

    with pytest.raises(RealOdooError, match="it runs already"):
        keeper.start(order)
