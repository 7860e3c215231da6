"""What the API's description says of parameters, bodies and groups of operations that are called the same wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TAGS: Mapping[str, str] = {
    "alarms": "What has to be mended by a person.",
    "audit": "Who changed what, and when: a trail that is only added to.",
    "billing": "Embedded billing: customers, fees, invoices, payments, commitments, and its clock.",
    "configuration": "The Configuration server: environments, groups, options, and versions of them.",
    "customers": "What is known of one customer.",
    "environments": "Billings with customer ids of their own.",
    "events": "Events: record, find, explain; retry, skip and replay what is owed of them.",
    "flow": "How much was recorded and told, and how fast.",
    "handlers": "Event handlers: enable, pause, drain.",
    "pairing": "Which Odoo this Duebell belongs to.",
    "portabilling": "What PortaBilling sent: raw events, and what could not be read.",
    "reconcile": "After a target was restored from a backup: what it lacks.",
    "secret": "The key that encrypts secrets at rest.",
    "status": "What runs, what waits, what is wrong.",
    "storage": "Backups of the storage; only on this machine.",
    "subscriptions": "Which event types go to which handler.",
    "telling": "Stop telling customers, and start again.",
    "tokens": "API tokens.",
    "users": "The console's users.",
    "verify": "Prove a configuration, and put it in force.",
}

PARAMETERS: Mapping[str, tuple[str, Any]] = {
    "after": ("The last one of the page before; `next` has it.", "john-doe"),
    "again": ("Tell those again who were told already.", False),
    "anyway": ("Forget though he still owes, or is owed, something.", False),
    "as_of": ("Leave out what was owed anew after the plan that gave this number.", 4711),
    "because": ("Why: it is kept and shown.", "the server moves"),
    "before": ("The `before` of the page before; `next` has it.", 4711),
    "cause": ("The alarm's cause; without it, all that a person ends.", "events refused"),
    "check_only": ("Prove it, and put nothing in force.", True),
    "customer": ("The customer's id in billing, or a name that he has or had.", "john-doe"),
    "environment": ("The environment.", "Global"),
    "event_id": ("The event's id; its first characters do, as long as one event only begins so.", "250faada"),
    "event_types": ("An event type, or several: `invoice.*`, `*`.", "invoice.*"),
    "external_id": ("The customer's id in billing.", "john-doe"),
    "file": ("A new file's whole path, on the machine that serves.", "/var/backups/duebell.db"),
    "group": ("The group of options.", "OdooCRM"),
    "handler": ("The handler's name.", "OdooCRM"),
    "label": ("The token's label.", "monitoring"),
    "left": ("The one version's number.", 3),
    "limit": ("How many a page has at most.", 50),
    "name": ("The name.", "OdooCRM"),
    "number": ("The number.", "INV-2026-000042"),
    "reference": ("The commitment's reference.", "C-1"),
    "right": ("The other version's number.", 4),
    "search": (
        "The beginning of an id, of a name, of a number or of a phone number, as somebody types it.",
        "INV-2026-0000",
    ),
    "since": (
        "From when on, by when it was recorded: a date or time (UTC unless it has a zone), or a span ago (30m, 2h, 3d).",
        "2h",
    ),
    "state": ("The state of what is owed of it: waiting, provisioned, refused, exhausted or skipped.", "refused"),
    "tell": ("Tell the customers, where that is still true; without it everything only reaches the timeline.", False),
    "text": ("A text anywhere in the event, in small letters or capitals.", "INV-2026-000042"),
    "type": ("The event type.", "invoice.overdue"),
    "until": ("Up to when, itself left out; as `since`.", "2026-11-08"),
    "yes": ("Do it; without it only a plan is made.", False),
    "i_customer": ("PortaBilling's own number of the customer.", "4711"),
    "record": ("Record what was found; without it, it is only told.", False),
}
"""By its name: what it means, and an example."""

_EVENT = {
    "specversion": "1.0",
    "id": "4711 issued",
    "source": "our-billing",
    "type": "invoice.generated",
    "time": "2026-11-01T09:00:00Z",
    "data": {
        "customer": {
            "external_id": "john-doe",
            "name": "John Doe",
            "phone": "+12025550123",
            "email": "john@example.com",
            "language": "en-US",
        },
        "standing": {
            "status": "active",
            "total_overdue": {"amount": "0.00", "currency": "USD"},
            "amount_to_restore": {"amount": "0.00", "currency": "USD"},
        },
        "invoice": {
            "number": "4711",
            "issued_on": "2026-11-01",
            "due_on": "2026-11-15",
            "total": {"amount": "30.00", "currency": "USD"},
            "paid": {"amount": "0.00", "currency": "USD"},
            "outstanding": {"amount": "30.00", "currency": "USD"},
        },
    },
}

BODIES: Mapping[str, Any] = {
    "billing_add_customer": {
        "external_id": "john-doe",
        "name": "John Doe",
        "currency": "USD",
        "phone": "+12025550123",
        "email": "john@example.com",
        "language": "en-US",
        "time_zone": "America/New_York",
    },
    "billing_add_fee": {"service": "Internet", "amount": "30.00"},
    "billing_advance": {"days": 1},
    "billing_charge": {"text": "Router", "amount": "49.90", "invoice_now": True},
    "billing_pay": {"amount": "30.00", "reference": "P-1", "method": "bank transfer"},
    "billing_start_commitment": {"service": "Internet", "discount": "5.00", "ends_on": "2027-10-31", "penalty": "60.00"},
    "configuration_change": {"API_URL": "https://odoo.example.com", "Database": "production"},
    "configuration_versions_describe_version": {"remark": "A second Odoo, for the new region."},
    "configuration_versions_edit_version": {"API_URL": "https://odoo.example.com", "Database": "production"},
    "configuration_versions_make_version": {"clone": 3, "remark": "A second Odoo, for the new region."},
    "events_skip": {"because": "The customer was told by phone.", "handler": "OdooCRM"},
    "handlers_change": {
        "enabled": True,
        "customer_classes": ["business"],
        "minimum_amount": "20.00",
        "minimum_currency": "USD",
    },
    "handlers_pause": {"because": "Odoo is being upgraded."},
    "recording_record": _EVENT,
    "stops_stop": {"because": "Wrong amounts in the texts"},
    "tokens_add_token": {"label": "monitoring", "scopes": ["measure"], "days": 365},
    "users_add_user": {"name": "night-shift", "role": "operator", "password": "a long sentence of one's own"},
    "users_set_password": {"password": "another long sentence of one's own"},
    "users_set_role": {"role": "viewer"},
    "verify_verify": {"typed": {"API_URL": "https://odoo.example.com"}},
}
"""By operation: an example of what is sent."""
