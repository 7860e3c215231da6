"""Verify of a group that reaches nothing outside: its values, each checked when it was typed, fit each other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

from duebell.configuration.check import Check
from duebell.configuration.question import Finding, Question, answers, failed, passed
from duebell.errors import InvalidValue

Values = Mapping[str, str]


def verify_bounds(read: Callable[[Values], object]) -> Callable[[Values], AsyncIterator[Check]]:
    """A Verify of one check; `read` makes of the values what they govern, or raises InvalidValue."""

    async def ask(values: Values) -> Finding:
        try:
            read(values)
        except InvalidValue as error:
            return failed(str(error), "Correct the options that it names.")
        return passed("They are.")

    question = Question("bounds", "The options are in their bounds and fit each other", ask)

    async def verify(values: Values) -> AsyncIterator[Check]:
        async for check in answers((question,), values, explain=lambda _: None, secrets=()):
            yield check

    return verify
