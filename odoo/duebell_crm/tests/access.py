# SPDX-License-Identifier: LGPL-3.0-only
"""Who may do what with the models of duebell_crm, as in `access.py` of the addon duebell, which has the roles."""

MODELS = {
    "duebell.collection": {"user": "r", "manager": "r"},
    "duebell.winback": {"user": "r", "manager": "r"},
}
