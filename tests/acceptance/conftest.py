"""The story of a module, played to its end before its first test: its stage has everything that `make demo` brings up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crm import Crm
from duebell.demo.play import Audience, Seen
from duebell.demo.stage import Stage
from duebell.demo.story import Step
from real_odoo import Cluster


@pytest.fixture(scope="module")
def crm(cluster: Cluster, stage: Stage) -> Crm:
    """What the CSP's people see in the stage's Odoo."""
    key = cluster.create_api_key(stage.odoo.database, login="admin", name="test", days=1)
    return Crm(stage.odoo.url, stage.odoo.database, key)


@pytest.fixture(scope="module")
def played(stage: Stage, steps: Sequence[Step]) -> list[tuple[Step, list[Seen]]]:
    """Each of the module's steps, and what its audience saw."""
    audience = Audience(stage.service, stage.sandbox, disturbed=True)
    played = []
    for step in steps:
        step.do(stage)
        played.append((step, [audience.see(told) for told in step.told]))
    return played
