"""Both addons are installed, used and uninstalled in a real Odoo; what they leave is what the docs say, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from real_odoo import Cluster

_TRACES = {
    "tables": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    "columns": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name FROM ir_model_fields",
    "parameters": "SELECT key FROM ir_config_parameter",
    "crons": "SELECT cron_name FROM ir_cron",
    "groups": "SELECT name ->> 'en_US' FROM res_groups",
    "privileges": "SELECT name ->> 'en_US' FROM res_groups_privilege",
    "access": "SELECT name FROM ir_model_access",
    "rules": "SELECT name FROM ir_rule",
    "menus": "SELECT name ->> 'en_US' FROM ir_ui_menu",
    "views": "SELECT name, model FROM ir_ui_view",
    "actions": "SELECT type, name ->> 'en_US' FROM ir_actions",
    "templates": "SELECT name ->> 'en_US' FROM mail_template UNION SELECT name ->> 'en_US' FROM sms_template",
    "subtypes": "SELECT name ->> 'en_US' FROM mail_message_subtype",
    "kinds of activities": "SELECT name ->> 'en_US' FROM mail_activity_type",
    "activities": "SELECT id FROM mail_activity WHERE active",
    "keys": "SELECT name FROM res_users_apikeys",
    "users": "SELECT login FROM res_users",
    "queues": "SELECT id FROM sms_sms UNION SELECT id FROM mail_mail",
    "files": "SELECT name FROM ir_attachment WHERE url IS NULL AND res_field IS NULL",
    "contacts": "SELECT name FROM res_partner",
    "notes": """
        SELECT p.name, m.body LIKE '%is overdue%'
          FROM mail_message m
          JOIN res_partner p ON p.id = m.res_id
         WHERE m.model = 'res.partner' AND m.message_id LIKE '%duebell%'
    """,
    "external ids": "SELECT module, name FROM ir_model_data WHERE module LIKE 'duebell%'",
}
"""What an addon may leave, by what people call it: SQL of what tells one from another."""

_USE = """
from odoo.addons.duebell.tests.common import a_customer, a_standing, an_entry, usd
billing = env["duebell.event"].with_user(env.ref("duebell.user_integration"))
collections = {"collections": True, "collections_user_id": env.ref("base.user_admin").id}
env["duebell.settings"]._of(env.company).write({"from_hour": 0, "until_hour": 24, **collections})
env["duebell.link"].create({"console_url": "https://billing.example.com"})
owing = a_standing(status="suspended", total_overdue=usd("30.00"), amount_to_restore=usd("30.00"))
told = an_entry("invoice.overdue", standing=owing, customer=a_customer(phone=None))
billing.ingest(contract=1, events=[told])
env["duebell.message"]._release_some()
env["duebell.message"]._attend_some()
env["duebell.collection"]._follow_rules()
billing.pair(sender="0b5f6b1e-6f5c-4f0e-9a3c-2d8f4b1a7c55")
billing.hold(because="For now.")
keys = env["res.users.apikeys"].with_user(billing.env.user).sudo()
keys._generate(None, "Duebell", None)
"""
_UNINSTALL = "env['ir.module.module'].search([('name', '=', 'duebell')]).button_immediate_uninstall()"


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """An Odoo that never had the addons."""
    name = cluster.copy(cluster.template())
    yield name
    cluster.drop(name)


def test_both_addons_leave_nothing_but_what_the_docs_say(cluster: Cluster, database: str) -> None:
    # given an Odoo in which all that the addons make for a customer was made
    before = _traces(cluster, database)
    cluster.command.install(database, ("duebell", "duebell_crm"), lambda _share: None)
    cluster.shell(database, _USE)
    used = _more(before, _traces(cluster, database))
    assert _TRACES.keys() - used.keys() <= {"files", "functions", "subtypes"}
    assert {"duebell.paired_sender", "duebell.held_since", "duebell.console_url"} <= {key for (key,) in used["parameters"]}
    assert len(used["activities"]) == 2

    # when both are uninstalled
    cluster.shell(database, _UNINSTALL)

    # then there are the proof, the contact that was made, and billing's note on it
    left = _more(before, _traces(cluster, database))
    assert left == {
        "files": {("proof-of-notice-1.csv.gz",)},
        "contacts": {("John Doe",)},
        "notes": {("John Doe", "t")},
    }


def _traces(cluster: Cluster, database: str) -> dict[str, set[tuple[str, ...]]]:
    return {kind: {tuple(row) for row in cluster.query(database, statement)} for kind, statement in _TRACES.items()}


def _more(
    before: dict[str, set[tuple[str, ...]]], after: dict[str, set[tuple[str, ...]]]
) -> dict[str, set[tuple[str, ...]]]:
    """What there is more, of the kinds of which there is more."""
    return {kind: after[kind] - before[kind] for kind in after if after[kind] - before[kind]}
