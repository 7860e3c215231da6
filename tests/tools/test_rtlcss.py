"""rtlcss from Debian's packages, as Odoo calls it."""

from __future__ import annotations

import subprocess

import rtlcss


def test_it_turns_a_page_from_right_to_left() -> None:
    turned = subprocess.run(
        [rtlcss.ensure() / "rtlcss", "-"], input=".a{margin-left:3px}", capture_output=True, text=True, check=True
    )

    assert turned.stdout.strip() == ".a{margin-right:3px}"
