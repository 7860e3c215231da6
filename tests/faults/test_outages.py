"""What surrounds a service fails and comes back: it goes on by itself, and nothing is lost, doubled or out of order."""

from __future__ import annotations

import os

from proof import outages, postgres_outages
from proof.frozen import dispatchers
from proof.full_disk import full_disk
from proof.ground import Setting, SqliteGround
from proof.postgres import PostgresGround


def test_answers_of_the_target_that_are_cut_off_are_got_over(on_sqlite: Setting[SqliteGround]) -> None:
    verdict = outages.one(on_sqlite, "network to the target cut in mid-answer")
    assert verdict.holds, verdict


def test_postgresql_being_killed_and_started_is_got_over(on_postgresql: Setting[PostgresGround]) -> None:
    verdict = postgres_outages.one(on_postgresql, "PostgreSQL killed and started")
    assert verdict.holds, verdict


def test_a_full_disk_is_got_over_and_who_may_not_mount_one_is_told(on_postgresql: Setting[PostgresGround]) -> None:
    verdict = full_disk(on_postgresql)
    if os.geteuid() == 0:
        assert verdict.holds, verdict
    else:
        assert verdict.remark.startswith("NOT DONE. Mounting a small disk needs root")


def test_a_dispatcher_frozen_past_its_lease_is_replaced_and_changes_nothing_late(
    on_postgresql: Setting[PostgresGround],
) -> None:
    verdict = dispatchers(on_postgresql, 2)
    assert verdict.holds, verdict
