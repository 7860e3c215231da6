"""Taking a PortaBilling's customers over breaks off, and is done again: everybody is taken over, nobody told of what stands."""

from __future__ import annotations

from proof.ground import Setting, SqliteGround
from proof.portabilling.take_over import FEWEST, taken_over


def test_killed_while_taking_over_it_goes_on_with_those_left_and_tells_only_of_what_changes_later(
    on_sqlite: Setting[SqliteGround],
) -> None:
    verdict = taken_over(on_sqlite)
    assert verdict.faults == 2
    assert verdict.figures.events > FEWEST
    assert verdict.holds, verdict
