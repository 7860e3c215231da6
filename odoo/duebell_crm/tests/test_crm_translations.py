# SPDX-License-Identifier: LGPL-3.0-only
"""Each term in each language, with the same placeholders."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.duebell.tests.catalogs import Catalogs


@tagged("post_install", "-at_install")
class TestCrmTranslations(Catalogs, TransactionCase):
    addon = "duebell_crm"
    folder = Path(__file__).parents[1] / "i18n"
