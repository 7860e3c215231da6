"""A running Duebell lets history go by itself, and by nobody's command."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from builders import Clock, generated
from duebell.espf.provisioning import State
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.tables import event, provisioning


async def test_history_older_than_the_setting_goes_while_it_runs_and_what_waits_stays(tmp_path: Path) -> None:
    clock = Clock()
    instance = Instance(Settings(data=tmp_path, history=timedelta(days=30)), now=clock)
    try:
        told, waiting = await instance.record([generated("one"), generated("two")])
        number = select(event.c.number).where(event.c.id == told.id).scalar_subquery()
        settled = update(provisioning).where(provisioning.c.event_number == number)
        await instance.write(lambda c: c.execute(settled.values(state=State.PROVISIONED.value, is_head=False)))
        clock.advance(days=31)
        async with instance.dispatching():
            while told.id in (left := await instance.read(lambda c: c.execute(select(event.c.id)).scalars().all())):
                await asyncio.sleep(0.01)
            assert left == [waiting.id]
    finally:
        instance.close()


def test_a_history_of_less_than_a_day_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEBELL_HISTORY", "P30D")
    assert Settings(data=tmp_path).history == timedelta(days=30)
    monkeypatch.setenv("DUEBELL_HISTORY", "PT1H")
    with pytest.raises(ValidationError):
        Settings(data=tmp_path)
