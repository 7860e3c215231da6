"""How fast the addon's `ingest` is beside a bare bulk create of the very same rows and values, inside one Odoo.

Run it in the shell of a throwaway database that has the addon, crons stopped:

    odoo shell -d <database> --no-http < benchmarks/odoo_ingest.py

Prints one JSON line: events a second, best of several runs, with the partners present; by SMS only and by both channels. The bare
create writes what the ingest before it wrote: events, messages, timeline notes through Odoo's ORM, and the customers' new values.
"""

# ruff: noqa: F821, INP001, T201, D103, ANN, SLF001
import json
import time
import uuid

EVENTS = 1000
RUNS = 5


def money(cents):
    return {"amount": f"{cents / 100:.2f}", "currency": "USD"}


def entry(number, sequence):
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


def timed(work):
    env.invalidate_all()
    started = time.perf_counter()
    work()
    env.flush_all()
    return time.perf_counter() - started


def ingest(sequence):
    return lambda: check(ingester.ingest(contract=1, events=batches[sequence]))


def check(answer):
    outcomes = [result["outcome"] for result in answer["results"].values()]
    assert outcomes == ["provisioned"] * EVENTS, answer


def stored(records, omitted=("id", "create_uid", "create_date", "write_uid", "write_date")):
    names = [name for name, field in records._fields.items() if field.store and field.column_type and name not in omitted]
    return [dict(zip(names, row, strict=True)) for row in rows(records, names)]


def rows(records, names):
    columns = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(f"SELECT {columns} FROM {records._table} JOIN unnest(%s) WITH ORDINALITY wanted (id, place) USING (id) ORDER BY place", [records.ids])
    return env.cr.fetchall()


def bare_create(events, messages, notes, customers):
    def work():
        created = env["duebell.event"].sudo().create(events)
        env["duebell.message"].sudo().create([{**values, "event_id": created[of_event].id} for values, of_event in messages])
        env["mail.message"].sudo().create(notes)
        for customer, values in customers:
            customer.write(values)

    return work


def what_was_written(first_event, first_message, first_note):
    events = env["duebell.event"].sudo().search([("id", ">", first_event)])
    messages = env["duebell.message"].sudo().search([("id", ">", first_message)])
    notes = env["mail.message"].sudo().search([("id", ">", first_note)])
    customers = events.customer_id
    places = {event.id: place for place, event in enumerate(events)}
    return (
        [{**values, "event_id": str(uuid.uuid4())} for values in stored(events)],
        [({**values, "uuid": uuid.uuid4().hex}, places[values["event_id"]]) for values in stored(messages)],
        stored(notes),
        list(zip(customers, stored(customers, ("id", "create_uid", "create_date", "write_uid", "write_date", "stage")), strict=True)),
    )


def last(model):
    return env[model].sudo().search([], order="id desc", limit=1).id


def measure():
    ours, bare = [], []
    for run in range(RUNS):
        before = [last(model) for model in ("duebell.event", "duebell.message", "mail.message")]
        ours.append(timed(ingest(run + 1)))
        written = what_was_written(*before)
        assert [len(rows_) for rows_ in written] == [EVENTS, EVENTS * channels, EVENTS, EVENTS], [len(r) for r in written]
        env.cr.rollback()
        bare.append(timed(bare_create(*written)))
        env.cr.rollback()
    return {"ours": round(EVENTS / min(ours)), "other": round(EVENTS / min(bare)), "ratio": round(min(bare) / min(ours), 2)}


ingester = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
batches = [[entry(number, sequence + 1) for number in range(EVENTS)] for sequence in range(RUNS + 1)]
ingest(0)()
env.cr.commit()
measured = {}
for channels, name in ((1, "sms"), (2, "both")):
    env["duebell.message.rule"].search([]).write({"email": channels == 2})
    env.cr.commit()
    measured[name] = measure()
env["duebell.message.rule"].search([]).write({"email": True})
env.cr.commit()
print(json.dumps(measured))
