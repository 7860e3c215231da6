"""No test of this folder brings a secret into a log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from secrecy import kept_secret
from unit.odoo_crm.stand_in import KEY, TRACEBACK


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, no log or output holds the key or Odoo's traceback."""
    with kept_secret(caplog, capsys, KEY, TRACEBACK):
        yield
