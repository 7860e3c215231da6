"""What the benchmarks of the ESPF do, with little to do: each measures what it says, or refuses to give a figure."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from benchmarks import crowd
from benchmarks.espf import accepting, program, promptness, work
from benchmarks.espf.bare_rows import bare_rows
from benchmarks.espf.databases import SqliteFiles
from benchmarks.espf.peers.log import Load, Log
from benchmarks.espf.turns import in_turn

from builders import NOON
from real_odoo.progress import silent

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measuring programs find our packages as `make` lets them."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT / 'tools'}")


def test_notices_go_round_the_customers_and_none_is_like_another() -> None:
    happenings = list(crowd.notices(NOON, customers=3, events=7))

    assert [happening.fact.customer.external_id for happening in happenings] == [
        f"customer-{n}" for n in (0, 1, 2, 0, 1, 2, 0)
    ]
    assert len({happening.id for happening in happenings}) == len({happening.fact.subject for happening in happenings}) == 7


async def test_what_was_recorded_is_dispatched_to_the_end(tmp_path: Path) -> None:
    with SqliteFiles(tmp_path).prepared(lambda url: work.fill(url, streams=10, events=50)) as prepared:
        for _ in range(2):
            with SqliteFiles(tmp_path).copy(prepared) as url:
                assert (await work.dispatch(url))["events"] == 50


def test_the_floor_of_recording_writes_the_very_rows(tmp_path: Path) -> None:
    databases = SqliteFiles(tmp_path)
    with databases.copy() as source, databases.copy() as url:
        work.fill(source, streams=10, events=50)

        assert bare_rows(url, source, batch=20)["events"] == 50
        assert _rows(url) == _rows(source)


async def test_how_soon_a_handler_is_called_is_told_with_and_without_the_commit(tmp_path: Path) -> None:
    with SqliteFiles(tmp_path).copy() as url:
        times = await promptness.ours(url, events=promptness.WARM_UP + 20)

    assert 0 < times["after_commit"] < times["milliseconds"]


async def test_the_floor_of_promptness_is_a_write_and_a_wake_up(tmp_path: Path) -> None:
    with SqliteFiles(tmp_path).copy() as url:
        assert (await promptness.bare(url, events=promptness.WARM_UP + 20))["milliseconds"] > 0

        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("SELECT count(*) FROM bare").fetchone() == (promptness.WARM_UP + 20,)


@pytest.mark.parametrize("keeps", [True, False])
def test_accepting_counts_what_was_posted_whether_the_application_keeps_it_or_not(tmp_path: Path, *, keeps: bool) -> None:
    assert accepting._accepted(SqliteFiles(tmp_path), 40, 10, keeps=keeps) > 0


def test_a_measuring_program_that_fails_says_why() -> None:
    failing = (sys.executable, "-c", "input(); raise RuntimeError('the reason')")

    with pytest.raises(RuntimeError, match="the reason"):
        program.ask(failing)


def test_sides_are_measured_in_turn() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return len(order)

    runs = in_turn("a step", {name: lambda name=name: side(name) for name in "ab"}, silent, runs=2)

    assert order == ["a", "b", "a", "b"]
    assert (runs["a"].values, runs["b"].values) == ([1, 3], [2, 4])


def test_a_peer_is_stopped_at_its_last_job_and_tells_how_many_ran(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[bool] = []
    log = Log(Load("", streams=2, events=3, seconds=60), keeps_order=True, enough=lambda: stopped.append(True))

    for number in (1, 0, 2, 3):
        log.ran(number)

    assert stopped == [True]
    assert _told(log, capsys)["events"] == 3


def test_a_peer_is_stopped_when_its_time_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[bool] = []
    log = Log(Load("", streams=2, events=100, seconds=0), keeps_order=True, enough=lambda: stopped.append(True))

    for number in range(10):
        log.ran(number)

    assert stopped == [True]
    assert _told(log, capsys)["events"] < 10


def test_a_peer_that_breaks_an_order_gets_no_figure() -> None:
    log = Log(Load("", streams=2, events=3, seconds=60), keeps_order=True, enough=lambda: None)

    for number in (2, 1, 0):
        log.ran(number)

    with pytest.raises(RuntimeError, match="Stream 0 is out of order: 0 came after 2"):
        log.tell()


def _told(log: Log, capsys: pytest.CaptureFixture[str]) -> Mapping[str, Any]:
    log.tell()
    told: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    return told


def _rows(url: str) -> Mapping[str, list[Any]]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("stream", "event", "provisioning")
        }
