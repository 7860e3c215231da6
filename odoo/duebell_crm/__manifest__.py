# SPDX-License-Identifier: LGPL-3.0-only
# pylint: disable=manifest-required-author
{
    "name": "Duebell CRM",
    "summary": "Activities for collections, and opportunities to win customers back",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "Duebell contributors",
    "depends": ["duebell", "crm"],
    "data": [
        "security/rules.xml",
        "security/ir.model.access.csv",
        "data/activity_type.xml",
        "data/cron.xml",
        "views/duebell_collection.xml",
        "views/duebell_winback.xml",
        "views/duebell_customer.xml",
        "views/duebell_settings.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
