from __future__ import annotations

import pytest
from proof.ground import Extent, Setting, SqliteGround

from real_odoo.progress import silent


@pytest.fixture
def setting() -> Setting:
    """The short form: every named point once, and a few random moments."""
    return Setting(SqliteGround(), Extent(kills=20), silent)
