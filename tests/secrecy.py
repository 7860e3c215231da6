"""What no log and no output may hold."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog


@contextmanager
def kept_secret(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], *secrets: str) -> Iterator[None]:
    """Whatever the block provokes, it writes none of these."""
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    yield
    logged = caplog.text + "".join(capsys.readouterr())
    assert [secret for secret in secrets if secret in logged] == []
