"""Verify: a run over what was typed or is in force, and the duty that proves what is in force again, at start and daily."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from duebell.alarms.causes import EXPIRY, VERIFY
from duebell.configuration.check import Check, Result
from duebell.configuration.group import Group, InvalidOptions
from duebell.configuration.version import GroupPlace
from duebell.errors import InvalidValue, StorageError
from duebell.espf.queue import HandlerState
from duebell.groups import Declared
from duebell.handlers import TYPES
from duebell.storage import alarms
from duebell.storage.handlers import all_handlers
from duebell.storage.store import Store
from duebell.storage.verify_history import Run, keep_run, note_applied, runs

log = structlog.get_logger(__name__)

DAILY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""Until what failed is proven again, for its all-clear."""
IDLE = 10.0
"""Seconds until a process that doesn't lead looks whether it does."""


class Verification:
    """One run of Verify over `values`: those that are kept, and what was typed over them, which isn't; `beneath` are Global's.

    `passed` once the checks are through and none failed; the run is in the history then.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        place: GroupPlace,
        *,
        kept: Mapping[str, str],
        typed: Mapping[str, str],
        beneath: Mapping[str, str],
        checks: Callable[[Mapping[str, str]], AsyncIterator[Check]],
        history: Callable[[Sequence[Check]], Awaitable[int]],
    ) -> None:
        self.place = place
        self.kept = kept
        self.typed = typed
        self.values = overlaid(kept, typed, beneath)
        self.passed = True
        self.run: int | None = None
        """Its number in the history, once it is through; None: it couldn't be kept there."""
        self.found: list[Check] = []
        """The checks that finished."""
        self._checks = checks
        self._history = history

    async def checks(self) -> AsyncIterator[Check]:
        """Each check as it finishes."""
        async for check in self._checks(self.values):
            self.passed = self.passed and check.result is not Result.FAILED
            self.found.append(check)
            yield check
        try:
            self.run = await self._history(self.found)
        except StorageError as error:
            log.error("storage failed", because=str(error))  # noqa: TRY400 - the sentence says all; what was found is told all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What came of a run: whether it is in force now, whether what was typed was kept, and why not, if it should have been."""

    passed: bool
    applied: bool = False
    kept: bool = False
    detail: str | None = None


def overlaid(kept: Mapping[str, str], typed: Mapping[str, str], beneath: Mapping[str, str]) -> dict[str, str]:
    """The values with what was typed over them; an empty text unsets an option, and what is beneath it counts."""
    over = {key: text if text.strip() else beneath.get(key, "") for key, text in typed.items()}
    return {key: text for key, text in {**kept, **over}.items() if text.strip()}


def proposable(group: Group, typed: Mapping[str, str], fixed_by: Callable[[str], str | None]) -> None:
    """See that what was typed may be proven: `fixed_by` names the variable of the process that fixes an option.

    Raises:
        InvalidValue: something is no option of the group, or is fixed.
    """
    fixed = {key: variable for key in typed if group.option(key) and (variable := fixed_by(key))}
    if fixed:
        sentences = {
            key: f"it is fixed by the environment variable {variable}: change it there" for key, variable in fixed.items()
        }
        raise InvalidOptions(group.name, sentences)


def with_test_text(declared: Declared, phone: str | None) -> Callable[[Mapping[str, str]], AsyncIterator[Check]]:
    """Verify of the group, and after it, if all passed, a test text to the phone.

    Raises:
        InvalidValue: the group sends no texts.
    """
    if phone is None:
        return declared.verify
    send = next((type_.send_test_text for type_ in TYPES.values() if type_.group is declared.group), None)
    if send is None:
        raise InvalidValue(f"{declared.group.name} sends no texts: verify it without a phone.")

    async def checks(values: Mapping[str, str]) -> AsyncIterator[Check]:
        passed = True
        async for check in declared.verify(values):
            passed = passed and check.result is not Result.FAILED
            yield check
        if passed:
            async for check in send(values, phone):
                yield check

    return checks


def settle(connection: Connection, verification: Verification, now: datetime) -> None:
    """What the run proved is in force: so says the history, and what was wrong before is over."""
    if verification.run is not None:
        note_applied(connection, verification.run)
    alarms.clear(connection, cause_of(verification.place), now)
    tell_of_ends(connection, verification.place, verification.found, now)


def tell_of_ends(connection: Connection, place: GroupPlace, checks: Sequence[Check], now: datetime) -> None:
    """What is in force and ends on a known day is an alarm until it doesn't any more; what a failure hid is left as it was."""
    cause = EXPIRY + _named(place)
    if ending := [check for check in checks if check.ends_soon]:
        alarms.stand(connection, cause, " ".join(map(_sentence, ending)), now)
    elif all(check.result is not Result.FAILED for check in checks):
        alarms.clear(connection, cause, now)


def cause_of(place: GroupPlace) -> str:
    """The alarm's: `verify OdooCRM`, with the environment before the group where it isn't `Global`."""
    return VERIFY + _named(place)


def _named(place: GroupPlace) -> str:
    environment, group = place
    return group if environment == "Global" else f"{environment}.{group}"


class Reverification:
    """Proves again what is in force, at start and daily; `run()` until cancelled. A failure is an alarm, and stops no delivery."""

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        store: Store,
        *,
        in_force: Callable[[], Awaitable[Mapping[GroupPlace, Mapping[str, str]]]],
        verify: Callable[[str, Mapping[str, str]], AsyncIterator[Check]],
        now: Callable[[], datetime],
        leads: Callable[[], bool],
        who: str,
        idle: float = IDLE,
    ) -> None:
        self._store = store
        self._in_force = in_force
        self._verify = verify
        self._now = now
        self._leads = leads
        self._who = who
        self._idle = idle

    async def run(self) -> None:
        """Look whenever it is time."""
        while True:
            if self._leads():
                failing = await self.look()
                await asyncio.sleep((AGAIN if failing else DAILY).total_seconds())
            else:
                await asyncio.sleep(self._idle)

    async def look(self) -> bool:
        """Prove everything once; return whether something failed."""
        failing = False
        for place, values in (await self._in_force()).items():
            began_at = self._now()
            checks = [check async for check in self._verify(place[1], values)]
            failing |= await self._told(place, began_at, checks)
        return failing

    async def _told(self, place: GroupPlace, began_at: datetime, checks: Sequence[Check]) -> bool:
        environment, group = place
        failed = [check for check in checks if check.result is Result.FAILED]
        run = Run(
            environment=environment,
            group=group,
            began_at=began_at,
            who=self._who,
            applied=False,
            checks=checks,
        )

        def unit(connection: Connection) -> None:
            if failed and not _is_told(connection, place):
                alarms.stand(connection, cause_of(place), _sentence(failed[0]), self._now())
            elif not failed:
                alarms.clear(connection, cause_of(place), self._now())
            tell_of_ends(connection, place, checks, self._now())
            if is_news(run, runs(connection, environment, group, limit=1)):
                keep_run(connection, run)

        await asyncio.wrap_future(self._store.write(unit))
        log.info("verified again", group=group, failed=[check.slug for check in failed])
        return bool(failed)


def _is_told(connection: Connection, place: GroupPlace) -> bool:
    """Whether a handler of the group takes no events: its own alarm says so, and one cause is one alarm."""
    of_group = [
        row for row in all_handlers(connection) if (row.environment, TYPES[row.type].group.name) == place and row.enabled
    ]
    return any(row.state is not HandlerState.UP for row in of_group)


def _sentence(check: Check) -> str:
    return f"{check.title}: {check.found} {check.hint or ''}".strip()


def is_news(run: Run, before: Sequence[Run]) -> bool:
    """Whether a run that nobody asked for belongs into the history: not what failed as it did the last time."""
    return run.passed or not before or [c.slug for c in run.failed] != [c.slug for c in before[0].failed]
