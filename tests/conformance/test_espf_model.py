"""The ESPF against its model: whatever is recorded, answered, operated or killed, in whatever order and at whatever time of the clock.

Without more words this is a short look, the same every time; `--hypothesis-profile=long --timeout=0` makes it a long one that goes where
none went before, and shortens the example that it fails on. It takes a quarter of an hour and more on each engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from espf_model import Conflict, Model, Provisioning, Try, Wanted
from espf_world import CALLS_IN_FLIGHT, MOST_A_CALL, Death, ParkedCall, ParkedTarget, Process
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from model_facts import AMOUNTS, CLASS_OF, TYPES, Draft, drafts
from sqlalchemy import Connection
from stored import Stored, stored

from builders import Clock
from duebell.errors import ConflictingEvent, NotPossible
from duebell.espf.delivery import LONE_TRIES
from duebell.espf.envelope import Happening
from duebell.espf.handler import (
    BatchRefused,
    ConfigurationRefused,
    NotAttempted,
    Outcome,
    Owed,
    Provisioned,
    RefusalKind,
    Refused,
    TargetDown,
    TargetGone,
    TryAgain,
)
from duebell.money import Money
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import find_event
from duebell.storage.recorder import record
from duebell.storage.replay import Terms, latest, replay
from duebell.storage.retry import retry_event
from duebell.storage.skip import skip_event
from duebell.storage.subscriptions import Change, change_subscriptions
from duebell.storage.switches import disable, enable, pause, resume
from engines import Engine, Postgres, SqliteFile, SqliteMemory, with_handlers

HANDLERS = {"OdooCRM": 1, "Webhook": 2}
VERDICTS: tuple[Outcome, ...] = (
    Provisioned("r"),
    Provisioned("r", remark="Nobody was told: the customer has no phone."),
    TryAgain("The row is locked."),
    Refused("invoice.total: not an amount", RefusalKind.EVENT),
    NotAttempted("This type is not known yet."),
)


class AnswerLost(TargetDown):
    """It had committed before it went down."""


FAILURES = (
    TargetDown("It does not answer."),
    AnswerLost("The connection broke."),
    ConfigurationRefused("It refuses the key: make a new one and verify."),
    TargetGone("It is gone for good."),
)
REFUSALS = (BatchRefused("500 builtins.KeyError"), ZeroDivisionError())
BUG = "An internal error (ZeroDivisionError); the log tells more."
OUTAGES = (None, None, None, TargetDown("It does not answer."), ConfigurationRefused("It refuses the key."))
ALL_WELL = (Provisioned("r"),) * MOST_A_CALL
SLOWEST_PROBE = timedelta(minutes=1)
LOOKS = {SqliteMemory: 30, SqliteFile: 10, Postgres: 5}
"""How many examples a short look has: most where they are cheapest."""

handlers = st.sampled_from(tuple(HANDLERS))
classes = st.sampled_from([None, *sorted(set(CLASS_OF.values()))])
least = st.sampled_from([None, *AMOUNTS])
some = st.integers(0, 7)
verdicts = st.lists(st.sampled_from(VERDICTS), min_size=MOST_A_CALL, max_size=MOST_A_CALL)
reactions = st.just(ALL_WELL) | verdicts | st.sampled_from(FAILURES) | st.sampled_from(REFUSALS)
Reaction = Sequence[Outcome] | Exception
turns = st.lists(st.tuples(some, reactions), max_size=4)


class Espf(RuleBasedStateMachine):
    """A store, a process over it that dispatches to two handlers, and the model that says what must come of it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.clock = Clock()
        self.latest = self.clock()
        self.model = Model(tuple(HANDLERS))
        self.targets = {name: ParkedTarget(self.clock) for name in HANDLERS}
        self.facts = 0
        self.retold: list[str] = []
        self.suspects: list[tuple[str, ParkedCall, str]] = []
        self.broken: AssertionError | None = None
        self.sound = True
        self.store = with_handlers(engine.new(), tuple(HANDLERS), self.clock())
        for name, target in self.targets.items():
            target.called = lambda call, name=name: self._called(name, call)
            target.probed = lambda error, name=name: self._probed(name, error)
        self.process: Process | None = None

    def teardown(self) -> None:
        """In the end everything gets through: nothing is lost."""
        try:
            if self.sound:
                self._let_everything_through()
        finally:
            if self.process:
                self.process.end()
            self.store.close()

    # --- billing --------------------------------------------------------------------------------------------------------

    @initialize(given=st.lists(drafts, min_size=2, max_size=6))
    def begin(self, given: Sequence[Draft]) -> None:
        self.start()
        self.record(given)

    @rule(given=st.lists(drafts, min_size=1, max_size=4), then=turns)
    def record(self, given: Sequence[Draft], then: Sequence[tuple[int, Reaction]] = ()) -> None:
        happenings = []
        for draft in given:
            self.facts += 1
            happenings.append(draft.happening(f"fact {self.facts}", self.clock()))
        self._record([*happenings, happenings[0]])
        self.answer(then)

    @precondition(lambda self: self.model.events)
    @rule(which=some, given=drafts)
    def record_what_is_known_beside_what_is_new(self, which: int, given: Draft) -> None:
        self.facts += 1
        self._record([self._event(which).happening, given.happening(f"fact {self.facts}", self.clock())])

    @precondition(lambda self: self.model.events)
    @rule(which=some, given=drafts)
    def record_other_content_under_a_known_id(self, which: int, given: Draft) -> None:
        known = self._event(which).happening
        other = replace(known, fact=replace(known.fact, customer=replace(known.fact.customer, name="Another Name")))
        self.facts += 1
        happenings = [given.happening(f"fact {self.facts}", self.clock()), other]
        with pytest.raises(Conflict):
            self.model.record(happenings, self.clock())
        with pytest.raises(ConflictingEvent):
            self._unit(lambda connection: record(connection, happenings, self.clock()))

    def _record(self, happenings: Sequence[Happening]) -> None:
        recorded = self._unit(lambda connection: record(connection, happenings, self.clock()))
        new = self.model.record(happenings, self.clock())
        assert [(one.id, one.new) for one in recorded] == [(str(one.id), str(one.id) in new) for one in happenings]
        self._step()

    # --- the targets ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self._out())
    @rule(turns=turns)
    def answer(self, turns: Sequence[tuple[int, Reaction]]) -> None:
        """The targets answer some of the calls that are out."""
        for which, reaction in turns:
            if self._out():
                name, call = self._call(which)
                self.targets[name].out.remove(call)
                if isinstance(reaction, Exception):
                    self._fail(name, call, reaction)
                else:
                    self._answer(name, call, reaction)
                self._step()
                self.all_is_well()

    def _answer(self, name: str, call: ParkedCall, verdicts: Sequence[Outcome]) -> None:
        outcomes = self.targets[name].take(call.owed, verdicts)
        assert self.process
        if self.process.store.death is not Death.BEFORE_COMMIT:
            call.batch.accepted = True
            customers: set[int] = set()
            for owed in call.owed:
                made = Try(name, owed, call.began_at, self.clock(), is_first=owed.stream not in customers)
                self.model.settle(made, outcomes[owed.provisioning])
                customers.add(owed.stream)
        call.answer.set_result(outcomes)

    def _fail(self, name: str, call: ParkedCall, error: Exception) -> None:
        if isinstance(error, AnswerLost):
            self.targets[name].take(call.owed, ALL_WELL)
        if isinstance(error, TargetDown | ConfigurationRefused):
            self.model.handlers[name].meets(error)
        elif len(call.owed) == 1:
            self.targets[name].deny(call.owed[0])
            self.suspects.append((name, call, error.because if isinstance(error, BatchRefused) else BUG))
        call.answer.set_exception(error.with_traceback(None))

    @rule(name=handlers, outage=st.sampled_from(OUTAGES))
    def probes_meet(self, name: str, outage: Exception | None) -> None:
        self.targets[name].outage = outage

    # --- processes ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.process is None)
    @rule()
    def start(self) -> None:
        self.process = Process(self.store, {HANDLERS[name]: target for name, target in self.targets.items()}, self.clock)
        for number in HANDLERS.values():
            self.process.start(number)
        self._step()

    @precondition(lambda self: self.process)
    @rule(
        death=st.none() | st.sampled_from(Death),
        which=some,
        verdicts=verdicts,
        commits=st.booleans(),
        stays_away=st.sampled_from([False, False, True]),
    )
    def die(self, death: Death | None, which: int, verdicts: Sequence[Outcome], *, commits: bool, stays_away: bool) -> None:
        """When an answer has come, before it is settled or right after; or in mid-call: the targets may have committed by then."""
        assert self.process
        self.process.store.death = death
        if death and self._out():
            name, call = self._call(which)
            self.targets[name].out.remove(call)
            self._answer(name, call, verdicts)
            self._step()
        elif commits:
            for name, call in self._out():
                self.targets[name].take(call.owed, ALL_WELL)
        self.process.end()
        self.process = None
        self.suspects.clear()
        self.store = self.engine.again(self.store)
        if not stays_away:
            self.start()

    @precondition(lambda self: self._out())
    @rule(name=handlers)
    def begin_anew(self, name: str) -> None:
        """As when a new configuration is put in force: calls that are out are left to themselves."""
        assert self.process
        self.suspects = [suspect for suspect in self.suspects if suspect[0] != name]
        self.process.stop(HANDLERS[name])
        self.process.start(HANDLERS[name])
        self._step()

    # --- time -----------------------------------------------------------------------------------------------------------

    @rule(
        by=st.sampled_from([timedelta(minutes=1), timedelta(seconds=3), timedelta(minutes=31), timedelta(hours=10)]),
        then=turns,
    )
    def time_passes(self, by: timedelta, then: Sequence[tuple[int, Reaction]] = ()) -> None:
        probed = [name for name, target in self.targets.items() if self._is_probed(name) and target.outage is None]
        self.clock.at += by
        self._step()
        if by >= SLOWEST_PROBE:
            assert all(self.model.handlers[name].state == "up" for name in probed), "a target that is up, and nobody asks it"
        self.answer(then)

    def _is_probed(self, name: str) -> bool:
        row = self.model.handlers[name]
        return bool(self.process and row.enabled and not row.paused and not self.targets[name].out)

    @rule(by=st.sampled_from([timedelta(seconds=3), timedelta(hours=1)]))
    def the_clock_is_set_back(self, by: timedelta) -> None:
        self.clock.at -= by
        self._step()

    # --- operators ------------------------------------------------------------------------------------------------------

    @rule(name=handlers, event_type=st.sampled_from(TYPES), wanted=st.none() | st.builds(Wanted, classes, least))
    def subscribe(self, name: str, event_type: str, wanted: Wanted | None) -> None:
        """To all of a type, to some, or not at all."""
        if wanted is None:
            self.model.handlers[name].wants.pop(event_type, None)
            change = Change(enabled=False)
        else:
            self.model.handlers[name].wants[event_type] = wanted
            change = _change(wanted)
        self._unit(lambda connection: change_subscriptions(connection, name, event_type, change))

    @rule(name=handlers, how=st.sampled_from(["works", "works", "paused", "disabled"]))
    def switch(self, name: str, how: str) -> None:
        """Mostly on: what is off gets nowhere."""
        row = self.model.handlers[name]
        was_paused, row.paused, row.enabled = row.paused, how == "paused", how != "disabled"
        if not row.enabled:
            row.meets(None)  # what is wrong with the target matters to nobody

        def unit(connection: Connection) -> None:
            if row.enabled:
                enable(connection, name)
            else:
                disable(connection, name, self.clock())
            if row.paused:
                pause(connection, name, "The target is being moved.", self.clock())
            elif was_paused:
                resume(connection, name)

        self._unit(unit)
        self._step()

    @precondition(lambda self: self.model.events)
    @rule(which=some)
    def retry(self, which: int) -> None:
        event = self._event(which)
        with self._refused_unless(self.model.retry(event.id, self.clock())):
            self._unit(lambda connection: retry_event(connection, event.id, self.clock()))
        self._step()

    @precondition(lambda self: self.model.events)
    @rule(which=some)
    def skip(self, which: int) -> None:
        event = self._event(which)
        with self._refused_unless(self.model.skip(event.id, "A person did it.", self.clock())):
            self._unit(lambda connection: skip_event(connection, event.id, "A person did it.", self.clock()))
        self._step()

    @precondition(lambda self: self.model.events)
    @rule(which=some, tell=st.booleans(), again=st.booleans())
    def replay(self, which: int, *, tell: bool, again: bool) -> None:
        event = self._event(which)
        self.model.replay(event.id, self.clock(), tell=tell, again=again)
        self.retold += [event.id] * tell

        def unit(connection: Connection) -> None:
            terms = Terms(tell=tell, again=again, as_of=latest(connection))
            replay(connection, [find_event(connection, event.id)["number"]], EventFilter(), terms, self.clock())

        self._unit(unit)
        self._step()

    def _refused_unless(self, possible: bool) -> AbstractContextManager[Any]:
        return nullcontext() if possible else pytest.raises(NotPossible)

    # --- what must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        self.sound = False
        self._the_store_is_what_the_model_says()
        self._whatever_may_leave_is_out()
        self._the_targets_took_each_line_in_order_and_told_nothing_twice()
        self._what_is_provisioned_is_in_the_target_and_nothing_else_that_has_ended()
        self._nothing_waits_for_longer_than_the_longest_backoff_and_the_clocks_jumps()
        self.sound = True

    def _the_store_is_what_the_model_says(self) -> None:
        found = self._stored()
        assert found.streams == {
            customer: [(event.id, event.sequence) for event in events] for customer, events in self.model.streams.items()
        }
        assert set(found.lines) == set(self.model.lines)
        for line, rows in self.model.lines.items():
            assert [_shown(row) for row in found.lines[line]] == [_expected(row) for row in rows], line
            assert found.heads(line) == [row.key for row in self.model.waiting(*line)[:1]], line
        assert found.handlers == {
            name: (row.enabled, row.paused, row.state, row.because) for name, row in self.model.handlers.items()
        }

    def _whatever_may_leave_is_out(self) -> None:
        for name, target in self.targets.items():
            batches = {id(call.batch) for call in target.out}
            if self.process and self.model.handlers[name].is_taking and len(batches) < CALLS_IN_FLIGHT:
                assert not self.model.due(name, self.clock(), self._in_flight(name)), f"{name} could be told, and isn't"

    def _the_targets_took_each_line_in_order_and_told_nothing_twice(self) -> None:
        for name, target in self.targets.items():
            for (handler_name, customer), line in self.model.lines.items():
                if handler_name == name:
                    keys = [row.key for row in line]
                    taken = [keys.index(effect.key) for effect in target.effects.values() if effect.customer == customer]
                    assert taken == sorted(taken), (name, customer)
            told = [effect.event_id for effect in target.effects.values() if effect.told]
            assert all(told.count(event_id) <= 1 + self.retold.count(event_id) for event_id in told), name

    def _what_is_provisioned_is_in_the_target_and_nothing_else_that_has_ended(self) -> None:
        for row in self.model.rows():
            target = self.targets[row.handler]
            there = row.key in target.effects
            assert there or row.state != "provisioned", f"{row.key} is lost"
            assert not there or row.key in target.denied or row.state in {"provisioned", "waiting", "skipped"}, (
                f"{row.key} is {row.state}, yet it took effect"
            )

    def _nothing_waits_for_longer_than_the_longest_backoff_and_the_clocks_jumps(self) -> None:
        self.latest = max(self.latest, self.clock())
        assert all(row.next_at <= self.latest + timedelta(minutes=30) for row in self.model.rows())

    def _called(self, name: str, call: ParkedCall) -> None:
        """A call comes: everything in it may leave now."""
        try:
            if self.process and self.process.store.death is None:
                self._judge_suspects()
                self._check_call(name, call)
        except AssertionError as error:
            self.broken = self.broken or error
            raise

    def _check_call(self, name: str, call: ParkedCall) -> None:
        rows = [self.model.row(name, owed) for owed in call.owed]
        assert 0 < len(rows) <= MOST_A_CALL
        others = self._in_flight(name, but=call)
        customers = {row.event.customer for row in rows}
        assert not customers & others, "two calls at once for one customer"
        for customer in customers:
            mine = [row for row in rows if row.event.customer == customer]
            waiting = self.model.waiting(name, customer)
            assert call.is_part or mine == waiting[: len(mine)], "not the first of the line, in its order"
            assert [row for row in mine if row.state == "waiting"] == waiting[: sum(row.state == "waiting" for row in mine)]
        if not call.is_part:
            self._check_batch(name, customers, others)
            for row, owed in zip(rows, call.owed, strict=True):
                self._check_owed(row, owed)

    def _check_batch(self, name: str, customers: set[str], others: set[str]) -> None:
        """Nothing that is urgent stays behind what is less so."""
        assert self.model.handlers[name].is_taking, f"{name} takes nothing now"
        due = self.model.due(name, self.clock(), others)
        assert customers <= {row.event.customer for row in due}, "a head that isn't due"
        assert [row.urgency for row in due if row.event.customer in customers] == [row.urgency for row in due][
            : len(customers)
        ]

    def _check_owed(self, row: Provisioning, owed: Owed) -> None:
        assert owed.type == row.event.type
        assert int(json.loads(owed.cloud_event)["sequence"]) == row.event.sequence
        assert owed.notify_by == row.notify_by
        assert (owed.superseded_by.event_id if owed.superseded_by else None) == self.model.superseding(row.event)
        assert (owed.attempts, owed.first_attempt_at) == (row.attempts, row.first_attempt_at)

    def _probed(self, name: str, error: TargetDown | ConfigurationRefused | None) -> None:
        assert self.process
        if self.process.store.death is None:
            self.model.handlers[name].meets(error)

    def _judge_suspects(self) -> None:
        """An event that was refused alone is tried again, or blamed once others passed beside it or at its third try."""
        found = self._stored() if self.suspects else None
        for suspect in self.suspects[:]:
            name, call, because = suspect
            owed = call.owed[0]
            assert found
            if found.row(owed.provisioning)["tries"] == self.model.row(name, owed).tries:
                continue
            guilty = call.batch.accepted or owed.attempts + 1 >= LONE_TRIES
            outcome = Refused(because, RefusalKind.INTERNAL) if guilty else TryAgain(because)
            self.model.settle(Try(name, owed, call.began_at, self.clock(), is_first=True), outcome)
            self.suspects.remove(suspect)

    # --- how ------------------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        self.sound = False  # until all of it was looked at
        if not self.process:
            return
        self.process.step()
        if self.broken:
            raise self.broken
        if self.process.store.death is None:  # who dies hears no verdict
            self._judge_suspects()
            self._spare_suspects()

    def _spare_suspects(self) -> None:
        """Whose batch has ended without a verdict: its target went down, perhaps since it refuses whatever it is given."""
        for suspect in reversed(self.suspects[:]):
            name, call, because = suspect
            if call.batch not in [other.batch for other in self.targets[name].out]:
                if self.model.handlers[name].state == "up":
                    self.model.handlers[name].meets(TargetDown(f"It refuses every call. {because}"))
                self.suspects.remove(suspect)

    def _unit(self, unit: Callable[[Any], Any]) -> Any:
        return self.store.write(unit).result()

    def _stored(self) -> Stored:
        return self.store.read(stored)

    def _event(self, which: int) -> Any:
        return list(self.model.events.values())[which % len(self.model.events)]

    def _out(self) -> list[tuple[str, ParkedCall]]:
        return [(name, call) for name, target in self.targets.items() for call in target.out]

    def _call(self, which: int) -> tuple[str, ParkedCall]:
        calls = self._out()
        return calls[which % len(calls)]

    def _in_flight(self, name: str, but: ParkedCall | None = None) -> set[str]:
        """The customers of whom something is out, in another batch than `but`'s."""
        batches = [call.batch for call in self.targets[name].out if but is None or call.batch is not but.batch]
        return {self.model.row(name, owed).event.customer for batch in batches for owed in batch.owed}

    def _let_everything_through(self) -> None:
        for name, target in self.targets.items():
            target.outage = None
            self.switch(name, "works")
        if self.process is None:
            self.start()
        self.clock.at = self.latest
        while any(row.state == "waiting" for row in self.model.rows()):
            self.time_passes(timedelta(minutes=31))
            assert self._out(), "something waits, and nothing is told"
            while self._out():
                self.answer([(0, ALL_WELL)])
        self.all_is_well()


def _change(wanted: Wanted) -> Change:
    return Change(
        enabled=True,
        clear=True,
        customer_classes=frozenset({wanted.customer_class}) if wanted.customer_class else None,
        minimum_amount=Money.parse(str(wanted.at_least), "USD") if wanted.at_least else None,
    )


_SHOWN = ("state", "because", "attempts", "first_attempt_at", "next_at", "notify_by", "superseded_by", "tries")


def _expected(row: Provisioning) -> dict[str, Any]:
    return {"key": row.key, **{name: getattr(row, name) for name in _SHOWN}}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {"key": f"{row['event_id']}/{row['replay']}", **{name: row[name] for name in _SHOWN}}


def test_the_espf_does_what_its_model_says(engine: Engine) -> None:
    is_long = settings.get_current_profile_name() == "long"
    looks = settings(
        max_examples=settings().max_examples if is_long else LOOKS[type(engine)],
        derandomize=not is_long,
        phases=[Phase.generate, Phase.shrink] if is_long else [Phase.generate],
        stateful_step_count=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(lambda: Espf(engine), settings=looks)
