# SPDX-License-Identifier: LGPL-3.0-only
# pylint: disable=manifest-required-author
{
    "name": "Duebell",
    "summary": "Tells customers by SMS and e-mail what happens in their billing",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "Duebell contributors",
    "depends": ["base", "contacts", "mail", "sms"],
    "external_dependencies": {"python": ["babel"]},
    "data": [
        "security/groups.xml",
        "security/rules.xml",
        "security/ir.model.access.csv",
        "data/integration_user.xml",
        "data/cron.xml",
        "data/sms_templates.xml",
        "data/mail_templates.xml",
        "data/message_rules.xml",
        "views/duebell_event.xml",
        "views/duebell_message.xml",
        "views/duebell_customer.xml",
        "views/duebell_message_rule.xml",
        "views/res_partner.xml",
        "views/menu.xml",
    ],
    "application": True,
}
