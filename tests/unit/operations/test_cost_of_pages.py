"""What the console's pages ask costs the same however long the log is: counted in steps of SQLite's machine, and by PostgreSQL's plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy import event as sql_event

from builders import NOON, a_customer, a_happening, a_standing, an_invoice
from duebell.events import InvoiceGenerated
from duebell.storage.circumstances import circumstances
from duebell.storage.customers import find_customers, show_customer
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import list_events, show_event
from duebell.storage.postgresql import PostgresStore
from duebell.storage.recorder import record
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from engines import Engine, Postgres, with_handlers

FEW, MANY = 600, 12_000
EVENTS_OF_A_CUSTOMER = 4
AT_ONCE = 500


def fill(store: Store, first: int, count: int) -> None:
    """So many events more, of customers most of whom are called Anna; all but the newest are in Odoo."""

    def bill(number: int):
        customer = number // EVENTS_OF_A_CUSTOMER
        who = a_customer(f"c-{customer}", name=f"Anna Number{customer}", phone=f"+1202{customer:07d}")
        invoice = an_invoice(f"INV-2026-{number:06d}")
        return a_happening(InvoiceGenerated(customer=who, standing=a_standing(), invoice=invoice))

    for start in range(first, first + count, AT_ONCE):
        happenings = [bill(number) for number in range(start, min(start + AT_ONCE, first + count))]
        store.write(lambda connection, them=happenings: record(connection, them, NOON)).result()
    settled = (
        "UPDATE provisioning SET state = 'provisioned', is_head = false WHERE id < (SELECT max(id) FROM provisioning) - 20"
    )
    store.write(lambda connection: connection.execute(text(settled))).result()


def looked_for(number: int) -> dict[str, Callable[[Connection], Any]]:
    """What pages ask, about that event and its customer where they are about one."""
    customer = number // EVENTS_OF_A_CUSTOMER
    listed = {
        "newest": EventFilter(),
        "typed number": EventFilter(search=f"inv-2026-{number:06d}"),
        "typed beginning of all numbers": EventFilter(search="INV-2026"),
        "typed name": EventFilter(search=f"anna number{customer}"),
        "typed name of all": EventFilter(search="ann"),
        "typed phone": EventFilter(search=f"+1202{customer:07d}"),
        "typed id only": EventFilter(reference=f"c-{customer}"),
        "one customer": EventFilter(customer_id=f"c-{customer}"),
        "what waits": EventFilter(state="waiting"),
        "what was refused": EventFilter(state="refused"),
        "what is in Odoo": EventFilter(state="provisioned", handler="OdooCRM"),
        "one type": EventFilter(type="invoice.generated"),
    }
    return {
        **{name: partial(list_events, wanted=wanted) for name, wanted in listed.items()},
        "an older page": partial(list_events, wanted=EventFilter(), before=number),
        "newest customers": partial(find_customers, typed=None, by_ids_only=False, limit=50),
        "newest customers of an environment": partial(
            find_customers, typed=None, environment="Global", by_ids_only=False, limit=50
        ),
        "customers of an environment by a name of all": partial(
            find_customers, typed="anna", environment="Global", by_ids_only=False, limit=50
        ),
        "customers by a name of all": partial(find_customers, typed="anna", by_ids_only=False, limit=50),
        "a customer by name": partial(find_customers, typed=f"number{customer}", by_ids_only=False, limit=50),
        "one customer's page": partial(show_customer, environment="Global", customer=f"c-{customer}"),
    }


LOOKS = list(looked_for(1))


def steps(store: Store, look: Callable[[Connection], Any]) -> int:
    """How many steps SQLite's machine takes."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    def counted(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        driver.set_progress_handler(step, 1)
        try:
            look(connection)
        finally:
            driver.set_progress_handler(None, 0)

    store.read(counted)
    return count


@pytest.fixture(scope="module")
def logs() -> Iterator[tuple[Store, Store]]:
    stores = []
    for count in (FEW, MANY):
        store = with_handlers(SqliteStore(None), ["OdooCRM"], NOON)
        fill(store, 0, count)
        stores.append(store)
    yield stores[0], stores[1]
    for store in stores:
        store.close()


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_over_twenty_times_as_many_events_costs_less_than_twice(logs: tuple[Store, Store], name: str) -> None:
    few, many = (steps(store, looked_for(count // 2)[name]) for store, count in zip(logs, (FEW, MANY), strict=True))
    assert few > 0
    assert many < 2 * few, f"{name}: {few} steps over {FEW} events, {many} over {MANY}"


def test_one_event_and_its_explanation_cost_the_same_however_long_the_log(logs: tuple[Store, Store]) -> None:
    for look in (show_event, circumstances):
        costs = []
        for store in logs:
            (event,) = store.read(partial(list_events, wanted=EventFilter(), limit=1)).events
            costs.append(steps(store, partial(look, event_id=event["id"])))
        assert costs[1] < 2 * costs[0]


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[PostgresStore]:
    engine: Engine = Postgres(postgres_url)
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    fill(store, 0, FEW)
    store.write(lambda connection: connection.execute(text("ANALYZE"))).result()
    yield store
    store.close()


def test_postgresql_can_answer_every_page_by_indexes(postgres: PostgresStore) -> None:
    """A small table is read whole whatever indexes there are: so that is made as dear as it is for a large one."""
    plans: dict[str, list[str]] = {}

    def explained(connection: Connection, name: str, look: Callable[[Connection], Any]) -> None:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        asked: list[tuple[str, Any]] = []
        listener = lambda *of: asked.append((of[2], of[3]))  # noqa: E731 - it is taken away again
        sql_event.listen(connection, "before_cursor_execute", listener)
        look(connection)
        sql_event.remove(connection, "before_cursor_execute", listener)
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
            plans.setdefault(name, []).extend(plan)

    for name, look in looked_for(FEW // 2).items():
        postgres.read(partial(explained, name=name, look=look))
    whole = {
        name: [line.strip() for line in plan if "Seq Scan on" in line and " handler" not in line]
        for name, plan in plans.items()
    }
    assert {name: lines for name, lines in whole.items() if lines} == {}
    assert plans.keys() == set(LOOKS)
