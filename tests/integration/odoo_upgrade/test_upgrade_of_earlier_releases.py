"""A database that an earlier release of the addon made and filled is upgraded by Odoo itself, as at a CSP.

The releases are the addons as they were, without `tests`, `i18n` and `readme`: `odoo`'s two folders in a `tar.xz` named by the
version. The next one joins them when a version after it changes tables.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browser.odoo_app import an_entry, an_invoice, owing, usd
from duebell.demo.story import JOHN
from real_odoo import Cluster

RELEASES = Path(__file__).with_name("releases")
STAGES_CHANGED = "19.0.1.1.0"
"""Since that release a customer with an open invoice is *due*, not *current*."""

CUSTOMER = {"external_id": JOHN.id, "name": JOHN.name, "reference": "C-1001", "phone": JOHN.phone, "email": JOHN.email}
TELL = """
def tell(entries):
    billing = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
    return [answer["outcome"] for answer in billing.ingest(contract=1, events=entries)["results"].values()]
"""
LIVE = f"""{TELL}
if "duebell.settings" in env:
    env["duebell.settings"]._of(env.company).write({{"from_hour": 0, "until_hour": 24}})
result = tell(reminded)
env["duebell.message"]._release_some()
result += tell(paid)
"""
TELL_AGAIN = f"{TELL}result = tell(entries)"

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'duebell%' ORDER BY 1"
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'duebell%' ORDER BY 1, 2
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'duebell%' ORDER BY 1"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid::regclass::text LIKE 'duebell%' ORDER BY 1, 2
"""
# Odoo notes of its own classes, too, what they inherit, under whichever addon it loads first.
RECORDS = """
    SELECT module || '.' || name, model FROM ir_model_data
     WHERE module LIKE 'duebell%' AND model <> 'ir.model.inherit' ORDER BY 1
"""
# Buttons name actions by ids, which each database counts for itself.
VIEWS = """
    SELECT known.module || '.' || known.name, view.model, view.priority, view.mode, view.active,
           md5(regexp_replace(view.arch_db ->> 'en_US', 'name="[0-9]+"', '', 'g'))
      FROM ir_ui_view view
      JOIN ir_model_data known ON known.model = 'ir.ui.view' AND known.res_id = view.id
     WHERE known.module LIKE 'duebell%' ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A database that lived with an earlier release, and its rows by table before and after the upgrade."""

    release: str
    database: str
    entries: list[dict[str, Any]]
    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module", params=["19.0.1.0.0", "19.0.1.2.0"])
def upgraded(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    release: str = request.param
    addons = tmp_path_factory.mktemp("release")
    with tarfile.open(RELEASES / f"{release}.tar.xz") as archive:
        archive.extractall(addons, filter="data")
    database = cluster.copy(cluster.template())
    with Cluster(cluster.installation, cluster.folder, addons_path=(addons,)) as earlier:
        earlier.command.install(database, ("duebell",), untold)
        reminded, paid = a_reminder_and_its_payment()
        outcomes = earlier.shell(database, LIVE, reminded=reminded, paid=paid)
    assert set(outcomes) == {"provisioned"}
    before = rows_of(cluster, database)
    cluster.upgrade(database, ("duebell",))
    if not (addons / "duebell_crm").exists():  # which comes by itself only when the addon is installed
        cluster.command.install(database, ("duebell_crm",), untold)
    yield Upgraded(release, database, reminded + paid, before, rows_of(cluster, database))
    cluster.drop(database)


def untold(_share: float) -> None:
    """How far Odoo is tells nobody here."""


def a_reminder_and_its_payment() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What John Doe lives through: a commitment, two invoices, a reminder of one, and an hour later its payment."""
    later = datetime.now(UTC) + timedelta(hours=1)
    due, open_ = an_invoice("INV-1", "2026-11-15"), an_invoice("INV-2", "2026-12-15")
    settled = {**due, "paid": usd("30.00"), "outstanding": usd("0.00")}
    commitment = {"reference": "K-1", "service": "Internet", "started_on": "2026-01-01", "ends_on": "2027-12-31"}
    reminded = [
        an_entry("commitment.started", CUSTOMER, owing("0.00"), commitment=commitment),
        an_entry("invoice.generated", CUSTOMER, owing("0.00"), invoice=open_),
        an_entry("invoice.overdue", CUSTOMER, owing("30.00"), invoice=due),
    ]
    return reminded, [an_entry("invoice.paid", CUSTOMER, owing("0.00"), moment=later, invoice=settled)]


def rows_of(cluster: Cluster, database: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of the addon's tables, without when and by whom they were written last."""
    tables = [table for (table,) in cluster.query(database, TABLES)]
    rows = {table: cluster.query(database, f'SELECT to_jsonb(t) FROM "{table}" t ORDER BY 1') for table in tables}
    return {table: [unsigned(json.loads(row)) for (row,) in found] for table, found in rows.items()}


def unsigned(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"write_uid", "write_date"}}


def test_each_row_says_what_it_said(upgraded: Upgraded) -> None:
    for table, rows in upgraded.before.items():
        now = upgraded.after[table]
        kept = {name for row in now for name in row}
        named = [{name: value for name, value in row.items() if name in kept} for row in rows]
        if table == "duebell_customer" and upgraded.release < STAGES_CHANGED:
            named = [{**row, "stage": "due"} for row in named]
        assert all(any(row.items() <= one.items() for one in now) for row in named), table


@pytest.mark.parametrize(
    "asked", [COLUMNS, INDEXES, CONSTRAINTS, RECORDS, VIEWS], ids=["columns", "indexes", "constraints", "records", "views"]
)
def test_it_is_built_as_a_new_one(upgraded: Upgraded, cluster: Cluster, odoo_database: str, asked: str) -> None:
    as_new = cluster.query(odoo_database, asked)
    assert as_new
    assert cluster.query(upgraded.database, asked) == as_new


def test_what_it_told_is_known_and_what_comes_is_told(upgraded: Upgraded, cluster: Cluster) -> None:
    messages = len(upgraded.after["duebell_message"])
    again = cluster.shell(upgraded.database, TELL_AGAIN, entries=upgraded.entries)
    assert set(again) == {"provisioned"}
    assert len(rows_of(cluster, upgraded.database)["duebell_message"]) == messages

    new = [an_entry("invoice.overdue", CUSTOMER, owing("30.00"), invoice=an_invoice("INV-2", "2026-12-15"))]
    assert cluster.shell(upgraded.database, TELL_AGAIN, entries=new) == ["provisioned"]
    assert len(rows_of(cluster, upgraded.database)["duebell_message"]) > messages


def test_what_newer_pages_ask_for_is_known_of_older_messages(upgraded: Upgraded) -> None:
    events = {row["id"]: row for row in upgraded.after["duebell_event"]}
    for message in upgraded.after["duebell_message"]:
        assert message["event_type"] == events[message["event_id"]]["type"]
        assert (message["paid_at"] is not None) == (message["event_type"] == "invoice.overdue")
    (customer,) = upgraded.after["duebell_customer"]
    assert customer["due_on"] == "2026-12-15"
    assert customer["stage"] == "due"
    assert {row["number"]: row["state"] for row in upgraded.after["duebell_invoice"]} == {"INV-1": "paid", "INV-2": "open"}
    assert [row["service"] for row in upgraded.after["duebell_commitment"]] == ["Internet"]
