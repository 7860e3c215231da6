from __future__ import annotations

from collections.abc import Iterator

import pytest

from engines import Engine
from unit.configuration.desk import Desk


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    """The same on each engine."""
    store = engine.new()
    yield Desk(store)
    store.close()
