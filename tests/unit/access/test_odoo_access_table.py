"""docs/odoo-access.md tells what the addon's tests hold Odoo to."""

from odoo_access_table import HEADING, PAGE, section


def test_the_page_has_the_table_of_the_addons_tests() -> None:
    _, heading, published = PAGE.read_text(encoding="utf-8").partition(HEADING)
    assert heading + published == section(), "Write it anew: python -m odoo_access_table."
