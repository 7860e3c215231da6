# SPDX-License-Identifier: LGPL-3.0-only
"""Who may do what with the addon's models and methods: the tests hold Odoo to it, docs/odoo-access.md tells it."""

ROLES = {
    "nobody": ("Internal user", "base.group_user"),
    "user": ("Billing: User", "duebell.group_user"),
    "manager": ("Billing: Administrator", "duebell.group_manager"),
    "integration": ("Integration", "duebell.group_integration"),
    "system": ("Odoo's administrator, without Billing", "base.group_system"),
}
"""By key: what people call them, and the group. Managers may do what users may."""

MODELS = {
    "duebell.access.key": {"system": "crwu"},
    "duebell.commitment": {"user": "r", "manager": "r"},
    "duebell.customer": {"user": "r", "manager": "rw"},
    "duebell.event": {"user": "r", "manager": "r"},
    "duebell.gateway": {"system": "crwu"},
    "duebell.gateway.claim": {"system": "r"},
    "duebell.gateway.trial": {"system": "crwu"},
    "duebell.invoice": {"user": "r", "manager": "r"},
    "duebell.link": {"manager": "crw"},
    "duebell.linking": {"user": "crwu", "manager": "crwu"},
    "duebell.linking.suggestion": {"user": "crwu", "manager": "crwu"},
    "duebell.message": {"user": "r", "manager": "r"},
    "duebell.message.report": {"user": "r", "manager": "r"},
    "duebell.message.rule": {"user": "r", "manager": "crwu"},
    "duebell.message.test": {"manager": "crwu"},
    "duebell.optout": {"user": "crwu", "manager": "crwu"},
    "duebell.proof": {"user": "crw", "manager": "crw"},
    "duebell.receipt": {"manager": "r"},
    "duebell.reminder.report": {"user": "r", "manager": "r"},
    "duebell.rest": {"user": "crw", "manager": "crw"},
    "duebell.settings": {"user": "r", "manager": "rw"},
    "duebell.stranger": {"user": "r", "manager": "r"},
    "duebell.tally": {"manager": "r"},
    "duebell.timeline.choice": {"manager": "rw"},
    "duebell.waiting.event": {"user": "r", "manager": "r"},
}
"""By model and role, in order: c(reate), r(ead), w(rite), u(nlink); a role that is left out may do nothing.
Records of other companies are nobody's."""

METHODS = {
    "base.module.uninstall": {
        "action_duebell_proof": "system",
    },
    "duebell.access.key": {
        "make_key": "system",
    },
    "duebell.customer": {
        "action_let_rest": "user",
        "action_open_console": "user",
        "action_optouts": "user",
        "action_other_contact": "user",
    },
    "duebell.event": {
        "forget": "integration",
        "hold": "integration",
        "ingest": "integration",
        "known": "integration",
        "match": "integration",
        "pair": "integration",
        "receipts": "integration",
        "rehearse": "integration",
        "release": "integration",
        "revoke_key": "integration",
        "rotate_key": "integration",
        "senders": "integration",
        "status": "integration",
        "test_sms": "integration",
        "told": "integration",
    },
    "duebell.gateway": {
        "action_new_token": "system",
    },
    "duebell.gateway.trial": {
        "action_send": "system",
    },
    "duebell.link": {
        "open_console": "manager",
        "open_page": "manager",
        "refresh": "manager",
    },
    "duebell.linking": {
        "action_create_contact": "user",
        "action_link": "user",
    },
    "duebell.linking.suggestion": {
        "action_link": "user",
    },
    "duebell.message": {
        "action_resend": "user",
    },
    "duebell.message.rule": {
        "action_send_test": "manager",
    },
    "duebell.message.test": {
        "action_send": "manager",
    },
    "duebell.proof": {
        "action_csv": "user",
        "action_print": "user",
    },
    "duebell.settings": {
        "action_end_stop": "manager",
        "action_go_on": "manager",
        "action_no_copy": "manager",
        "action_open": "manager",
        "action_open_guard": "manager",
        "action_shadow_csv": "manager",
        "action_stop": "manager",
        "standing": "nobody",
    },
    "duebell.stranger": {
        "action_consider": "user",
        "action_create_contacts": "user",
        "action_ignore": "user",
        "action_link_suggested": "user",
        "action_open_linking": "user",
    },
    "res.partner": {
        "action_duebell_customers": "user",
    },
}
"""By model, each method that can be called from outside, and the least role that may."""

IMPLIED = {"nobody": {"user", "manager", "integration", "system"}, "user": {"manager"}}
"""By role, those who may do what it may."""


def may_call(role: str, least: str) -> bool:
    return role == least or role in IMPLIED.get(least, ())
