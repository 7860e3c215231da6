# SPDX-License-Identifier: LGPL-3.0-only
"""What a text costs as SMS."""

from odoo.tests import BaseCase, tagged

from ..sms_parts import Parts, foreign_signs, parts_of


@tagged("post_install", "-at_install")
class TestSmsParts(BaseCase):
    def test_160_places_are_one_part_and_153_each_of_several(self):
        for length, count in ((0, 0), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3)):
            self.assertEqual(parts_of("a" * length), Parts("GSM-7", length, count))

    def test_a_sign_outside_gsm_7_leaves_70_places_and_67_each(self):
        for length, count in ((1, 1), (70, 1), (71, 2), (134, 2), (135, 3)):
            self.assertEqual(parts_of("ж" * length), Parts("UCS-2", length, count))

    def test_a_euro_takes_two_places_and_is_not_cut_in_two(self):
        self.assertEqual(parts_of("€" * 80), Parts("GSM-7", 160, 1))
        self.assertEqual(parts_of("€" * 81), Parts("GSM-7", 162, 2))
        self.assertEqual(parts_of("€" * 153), Parts("GSM-7", 306, 3), "76 in each part, where 153 places are")

    def test_a_sign_of_two_units_takes_two_places(self):
        self.assertEqual(parts_of("😀" * 35), Parts("UCS-2", 70, 1))
        self.assertEqual(parts_of("😀" * 67), Parts("UCS-2", 134, 3), "33 in each part")

    def test_the_signs_that_make_a_text_dearer_are_named_once(self):
        self.assertEqual(foreign_signs("“Añ€o” “ж”"), "“”ж")
        self.assertEqual(foreign_signs("Plain [text] ~ {here} €"), "")
