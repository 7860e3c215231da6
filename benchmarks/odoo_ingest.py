"""How fast the addon's `ingest` is beside a bare bulk create of the very same rows and values, inside one Odoo.

A script for Odoo's shell, over a throwaway database whose rules tell by SMS only. `result`: events a second of each run, the
partners present. The bare create writes what the ingest before it wrote: events, messages, timeline notes through Odoo's ORM,
and the customers' new values.
"""

# ruff: noqa: F821 - `env` is the shell's
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

EVENTS = 1000
RUNS = 5
env: Any
"""The shell's: Odoo's superuser over the database."""
terms: dict[str, Any]
"""Those of the Duebell that the database is paired with."""
OF_THE_LOG = ("id", "create_uid", "create_date", "write_uid", "write_date")


def money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents / 100:.2f}", "currency": "USD"}


def entry(number: int, sequence: int) -> dict[str, Any]:
    event_id = str(uuid.uuid4())
    subject = f"benchmark-{number}"
    total, paid = 1000 + number, number % 7 * 100
    return {
        "key": f"{event_id}/0",
        "replay": 0,
        "notify_by": "2099-01-01T00:00:00Z",
        "epoch": 1,
        "superseded_by": None,
        "event": {
            "specversion": "1.0",
            "id": event_id,
            "type": "invoice.overdue",
            "source": "/environments/Benchmark/billing",
            "subject": subject,
            "time": "2026-11-01T09:00:00Z",
            "recordedtime": "2026-11-01T09:00:00.123456Z",
            "sequence": f"{sequence:020d}",
            "environment": "Benchmark",
            "datacontenttype": "application/json",
            "dataschema": "urn:duebell:invoice.overdue:1",
            "data": {
                "customer": {
                    "external_id": subject,
                    "name": f"Customer {number}",
                    "reference": f"B-{number:06d}",
                    "phone": f"+1202555{number % 10_000:04d}",
                    "email": f"customer{number}@example.com",
                    "language": "en-US" if number % 2 else "es-ES",
                    "time_zone": "America/New_York",
                },
                "standing": {
                    "status": "active",
                    "total_overdue": money(total - paid),
                    "amount_to_restore": money(0),
                    "next_step": "suspend",
                    "next_step_on": "2026-11-22",
                },
                "invoice": {
                    "number": f"INV-2026-{number:06d}",
                    "issued_on": "2026-11-01",
                    "due_on": "2026-11-15",
                    "total": money(total),
                    "paid": money(paid),
                    "outstanding": money(total - paid),
                },
            },
        },
    }


def timed(work: Callable[[], None]) -> float:
    """Seconds until the work is in the database."""
    env.invalidate_all()
    started = time.perf_counter()
    work()
    env.flush_all()
    return time.perf_counter() - started


def ingest(sequence: int) -> Callable[[], None]:
    return lambda: check(ingester.ingest(contract=1, events=batches[sequence], terms=terms))


def check(answer: dict[str, Any]) -> None:
    outcomes = [result["outcome"] for result in answer["results"].values()]
    assert outcomes == ["provisioned"] * EVENTS, answer


def stored(records: Any, *omitted: str) -> list[dict[str, Any]]:
    """What the database has of the records, as values to create them with."""
    kept = ((name, field) for name, field in records._fields.items() if name not in (*OF_THE_LOG, *omitted))
    names = [name for name, field in kept if field.store and field.column_type]
    return [dict(zip(names, row, strict=True)) for row in rows(records, names)]


def rows(records: Any, names: Sequence[str]) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{name}"' for name in names)
    wanted = "unnest(%s) WITH ORDINALITY wanted (id, place)"
    query = f"SELECT {columns} FROM {records._table} JOIN {wanted} USING (id) ORDER BY place"  # noqa: S608, SLF001 - Odoo's own names
    env.cr.execute(query, [records.ids])
    found: list[tuple[Any, ...]] = env.cr.fetchall()
    return found


def bare_create(
    events: list[dict[str, Any]],
    messages: list[tuple[dict[str, Any], int]],
    notes: list[dict[str, Any]],
    customers: list[tuple[Any, dict[str, Any]]],
) -> Callable[[], None]:
    def work() -> None:
        created = env["duebell.event"].sudo().create(events)
        env["duebell.message"].sudo().create([{**values, "event_id": created[of_event].id} for values, of_event in messages])
        env["mail.message"].sudo().create(notes)
        for customer, values in customers:
            customer.write(values)

    return work


def what_was_written(first_event: int, first_message: int, first_note: int) -> tuple[Any, Any, Any, Any]:
    events = env["duebell.event"].sudo().search([("id", ">", first_event)])
    messages = env["duebell.message"].sudo().search([("id", ">", first_message)])
    notes = env["mail.message"].sudo().search([("id", ">", first_note)])
    customers = events.customer_id
    places = {event.id: place for place, event in enumerate(events)}
    return (
        [{**values, "event_id": str(uuid.uuid4())} for values in stored(events)],
        [({**values, "uuid": uuid.uuid4().hex}, places[values["event_id"]]) for values in stored(messages)],
        stored(notes),
        list(zip(customers, stored(customers, "stage"), strict=True)),
    )


def last(model: str) -> int:
    newest: int = env[model].sudo().search([], order="id desc", limit=1).id
    return newest


def measure() -> dict[str, list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    for run in range(RUNS):
        before = [last(model) for model in ("duebell.event", "duebell.message", "mail.message")]
        ours.append(EVENTS / timed(ingest(run + 1)))
        written = what_was_written(*before)
        assert [len(rows_) for rows_ in written] == [EVENTS] * 4, [len(rows_) for rows_ in written]
        env.cr.rollback()
        bare.append(EVENTS / timed(bare_create(*written)))
        env.cr.rollback()
    return {"ours": ours, "other": bare}


ingester = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
batches = [[entry(number, sequence + 1) for number in range(EVENTS)] for sequence in range(RUNS + 1)]
ingest(0)()
env.cr.commit()
result = measure()
