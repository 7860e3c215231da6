# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import models
from odoo.api import Environment
from odoo.tools import SQL

PROOF = "proof-of-notice-{number}.csv.gz"
PARAMETERS = "duebell.%"


def uninstall_hook(env: Environment) -> None:
    """Leaves the proof that customers were told, which nobody can make anew, and takes along what Odoo would leave."""
    withdraw_messages(env)
    # The page that uninstalls offers it, too; but who uninstalls otherwise isn't asked.
    keep_proof(env)
    withdraw_activities(env, "duebell")
    # A later installation would come up held, and paired with a Duebell that may be gone.
    env["ir.config_parameter"].search([("key", "=like", PARAMETERS)]).unlink()


def withdraw_messages(env: Environment) -> None:
    """What wasn't sent yet never is: Odoo's queues would send it, with nobody left to ask whether it is still true."""
    messages = env["duebell.message"]
    unsent = messages._take_back_queued() + messages.search([("state", "=", "waiting")])
    unsent._advance("cancelled", env._("Not sent: the addon was uninstalled."))
    env.flush_all()
    queued = env.execute_query(SQL("SELECT q.id FROM sms_sms q JOIN duebell_message m ON m.uuid = q.uuid"))
    env["sms.sms"].browse(id_ for (id_,) in queued).unlink()
    env["mail.mail"].search([("duebell_message_id", "!=", False)]).unlink()


def keep_proof(env: Environment, **owner: str | int) -> models.BaseModel:
    """The proof of notice of all customers as attachments, of the owner if there is one; none without messages."""
    attachments = env["ir.attachment"]
    for number, packed in enumerate(env["duebell.message"]._archive(), 1):
        attachments += attachments.create({"name": PROOF.format(number=number), "raw": packed, **owner})
    return attachments


def withdraw_activities(env: Environment, addon: str) -> None:
    """Deletes what people were still asked to do by the addon's types of activities; what is done becomes a to-do.

    Odoo makes a to-do of each open one and forgets those that are done, which then keep their type from going.
    """
    types = env["ir.model.data"].search([("module", "=", addon), ("model", "=", "mail.activity.type")]).mapped("res_id")
    asked = env["mail.activity"].with_context(active_test=False).search([("activity_type_id", "in", types)])
    asked.filtered("active").unlink()
    asked.exists().activity_type_id = env.ref("mail.mail_activity_data_todo")
