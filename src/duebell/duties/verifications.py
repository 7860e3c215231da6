"""Verify: a run over what was typed, and what comes of it: in force, a draft, or nothing but its history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from duebell.alarms.causes import EXPIRY, VERIFY
from duebell.configuration.check import Check, Result
from duebell.configuration.environment import GLOBAL
from duebell.configuration.group import Group, InvalidOptions
from duebell.configuration.server import ConfigurationServer
from duebell.configuration.version import GroupPlace
from duebell.errors import DuebellError, InvalidValue, NotPossible, StorageError
from duebell.groups import Declared
from duebell.handlers import TYPES
from duebell.in_force import NOBODY
from duebell.storage import alarms
from duebell.storage.verify_history import Run, keep_run, note_applied

log = structlog.get_logger(__name__)
T = TypeVar("T")


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


class Place(Protocol):
    """What is needed of the instance: its store and its Configuration server."""

    now: Callable[[], datetime]

    async def write(self, unit: Callable[[Connection], T]) -> T: ...
    async def configured(self, query: Callable[[ConfigurationServer], T]) -> T: ...
    async def configuration(self, use: Callable[[ConfigurationServer], T], who: str = ...) -> T: ...
    async def put_in_force(self, change: Callable[[ConfigurationServer], set[GroupPlace]], who: str) -> None: ...


class Verifications:
    """Verify: proves values of the declared groups, and puts in force what passed."""

    def __init__(self, here: Place, groups: Mapping[str, Declared]) -> None:
        self._here = here
        self._groups = groups

    async def begin(  # noqa: PLR0913 - what is to be proven
        self,
        environment: str,
        group: str,
        typed: Mapping[str, str] | None = None,
        *,
        version: int | None = None,
        test_phone: str | None = None,
        who: str = NOBODY,
    ) -> Verification:
        """A run over what is kept for the group, in the draft or in a version, with what was typed over it.

        What is missing is a check that fails. Nothing is kept but the history. `test_phone` is sent a test text if all passes.

        Raises:
            Unknown: no such environment, group or version.
            InvalidValue: something typed is no option of the group, or fixed; or the group sends no texts.
        """

        def kept(server: ConfigurationServer) -> Mapping[str, str]:
            proposable(server.group(environment, group), typed or {}, partial(server.tree.fixed_by, group))
            return values(server, environment)

        def values(server: ConfigurationServer, place: str) -> Mapping[str, str]:
            return server.draft(place, group) if version is None else server.values(version, place, group)

        began_at = self._here.now()

        async def history(checks: Sequence[Check]) -> int:
            run = Run(environment=environment, group=group, began_at=began_at, who=who, applied=False, checks=checks)
            return await self._here.write(partial(keep_run, run=run))

        return Verification(
            (environment, group),
            kept=await self._here.configured(kept),
            typed=typed or {},
            beneath={} if environment == GLOBAL else await self._here.configured(partial(values, place=GLOBAL)),
            checks=with_test_text(self._groups[group].within(environment), test_phone),
            history=history,
        )

    async def conclude(
        self, verification: Verification, *, keep: bool, who: str = NOBODY, remark: str | None = None
    ) -> Conclusion:
        """Put what passed in force, with what was typed; what failed is kept as a draft if asked to, and is in force nowhere."""
        environment, group = verification.place
        if not verification.passed and not (keep and verification.typed):
            return Conclusion(passed=False)

        def change(server: ConfigurationServer) -> set[GroupPlace]:
            if server.draft(environment, group) != verification.kept:
                raise NotPossible(f"{environment}.{group} was changed while it was verified: verify it again.")
            if verification.typed:
                server.type(environment, group, verification.typed, remark=remark)
            if not verification.passed:
                return set()
            server.apply(environment, group, server.draft(environment, group))
            return {verification.place}

        try:
            if not verification.passed:
                await self._here.configuration(change, who)
                return Conclusion(passed=False, kept=True)
            await self._here.put_in_force(change, who)
        except DuebellError as error:
            return Conclusion(passed=verification.passed, detail=str(error))
        await self._here.write(partial(settle, verification=verification, now=self._here.now()))
        return Conclusion(passed=True, applied=True, kept=bool(verification.typed))


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
        alarms.stand(connection, cause, " ".join(map(sentence_of, ending)), now)
    elif all(check.result is not Result.FAILED for check in checks):
        alarms.clear(connection, cause, now)


def cause_of(place: GroupPlace) -> str:
    """The alarm's: `verify OdooCRM`, with the environment before the group where it isn't `Global`."""
    return VERIFY + _named(place)


def _named(place: GroupPlace) -> str:
    environment, group = place
    return group if environment == GLOBAL else f"{environment}.{group}"


def sentence_of(check: Check) -> str:
    return f"{check.title}: {check.found} {check.hint or ''}".strip()
