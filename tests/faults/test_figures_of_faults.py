"""What the proofs count, from what took effect; and the rows that nothing explains."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from proof.dialect import Effect
from proof.figures import Figures, unexplained
from proof.ground import SqliteGround
from proof.life import Life
from proof.place import Place
from proof.target import ALWAYS_KIND, Target
from sqlalchemy import text


def effects(*told: str) -> Sequence[Effect]:
    """`line sequence fact` each."""
    return [
        Effect(key=f"{place}", line=line, epoch=1, sequence=int(sequence), invoice=f"INV-{fact}")
        for place, (line, sequence, fact) in enumerate(entry.split() for entry in told)
    ]


def test_all_is_well_when_each_took_effect_once_and_in_its_lines_order() -> None:
    figures = Figures.of({0, 1, 2}, effects("john 1 0", "jane 1 1", "john 2 2"))
    assert figures == Figures(events=3, lost=0, doubled=0, out_of_order=0)


def test_what_was_acknowledged_and_never_took_effect_is_lost() -> None:
    assert Figures.of({0, 1}, effects("john 1 0")) == Figures(events=2, lost=1, doubled=0, out_of_order=0)


def test_what_took_effect_under_two_keys_is_doubled() -> None:
    assert Figures.of({0}, effects("john 1 0", "john 2 0")) == Figures(events=1, lost=0, doubled=1, out_of_order=0)


@pytest.mark.parametrize("told", [("john 2 1", "john 1 0"), ("john 1 0", "john 3 1")])
def test_an_earlier_one_after_a_later_one_and_a_gap_are_out_of_order(told: Sequence[str]) -> None:
    assert Figures.of({0, 1}, effects(*told)).out_of_order > 0


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The database of a Duebell that did its work undisturbed."""
    folder = tmp_path_factory.mktemp("finished")
    with Target(1, ALWAYS_KIND) as target:
        life = Life(SqliteGround().place(folder), target, folder, 1)
        life.length()
        life.end()
        return life.place


def test_the_rows_of_undisturbed_work_explain_themselves(finished: Place) -> None:
    with finished.look() as rows:
        assert unexplained(rows) == ()


@pytest.mark.parametrize(
    ("sentence", "harm"),
    [
        ("a stream's numbers have a gap", "DELETE FROM event WHERE sequence = 2"),
        ("a stream's last number is not its last event's", "UPDATE stream SET last_sequence = last_sequence + 1"),
        ("an event is owed to nobody", "DELETE FROM provisioning WHERE id = 1"),
        ("a line waits without a head", "UPDATE provisioning SET state = 'waiting'"),
        (
            "a head is not the first that waits",
            """UPDATE provisioning SET state = 'waiting', is_head = EXISTS
            (SELECT 1 FROM provisioning AS e WHERE e.stream_id = provisioning.stream_id AND e.id < provisioning.id)""",
        ),
        ("a head doesn't wait", "UPDATE provisioning SET is_head = TRUE"),
        ("one was provisioned before an earlier one of its line", "UPDATE provisioning SET state = 'waiting' WHERE id = 1"),
        ("one was provisioned without an attempt", "DELETE FROM attempt"),
        (
            "an internal error was alarmed",
            """INSERT INTO alarm (cause, sentence, since, last_at, count)
            VALUES ('internal delivery', 'It failed.', '2026-11-01 12:00:00', '2026-11-01 12:00:00', 1)""",
        ),
        ("one was given up or refused", "UPDATE provisioning SET state = 'refused' WHERE id = 1"),
    ],
)
def test_rows_that_cannot_be_are_found(finished: Place, sentence: str, harm: str) -> None:
    with finished.look() as rows:  # of a copy
        rows.execute(text(harm))
        assert any(found.startswith(sentence) for found in unexplained(rows))
