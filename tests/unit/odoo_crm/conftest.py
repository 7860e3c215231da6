"""An Odoo that a test can have any way it likes, and one that is fine unless a test says otherwise."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from unit.odoo_crm.stand_in import KEY, TRACEBACK


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, no log or output holds the key or Odoo's traceback."""
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    yield
    logged = caplog.text + "".join(capsys.readouterr())
    assert KEY not in logged
    assert TRACEBACK not in logged
