"""The questions of a Verify: in order, each asked only when those that it builds on were answered well."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import structlog

from duebell.configuration.check import Check, Result
from duebell.configuration.group import MASK

log = structlog.get_logger(__name__)

Inquiry = TypeVar("Inquiry")
"""What is asked about, and what earlier questions found out for later ones."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The end of one check."""

    result: Result
    found: str
    hint: str | None = None
    ends_soon: bool = False


def passed(found: str) -> Finding:
    return Finding(Result.PASSED, found)


def warning(found: str, hint: str) -> Finding:
    return Finding(Result.WARNING, found, hint)


def ends_soon(found: str, hint: str) -> Finding:
    """A warning that sounds an alarm, for it is known on which day it becomes a failure."""
    return Finding(Result.WARNING, found, hint, ends_soon=True)


def failed(found: str, hint: str) -> Finding:
    return Finding(Result.FAILED, found, hint)


@dataclass(frozen=True, slots=True)
class Question(Generic[Inquiry]):
    """A check to be made. `slug` is its heading in the docs; `needs` are the slugs that it builds on."""

    slug: str
    title: str
    ask: Callable[[Inquiry], Awaitable[Finding]]
    needs: tuple[str, ...] = ()


async def answers(
    questions: Sequence[Question[Inquiry]],
    inquiry: Inquiry,
    *,
    explain: Callable[[Exception], Finding | None],
    secrets: Collection[str],
) -> AsyncIterator[Check]:
    """Yield a check for each question, as it ends; it never raises.

    `explain` says what an exception that a question raised means; None: it is a bug of ours. `secrets` are masked in the log.
    """
    unanswered: dict[str, str] = {}
    """The title of the failed check behind each slug that can't be built on."""
    for question in questions:
        because = next((unanswered[need] for need in question.needs if need in unanswered), None)
        finding = _skipped(because) if because else await _asked(question, inquiry, explain, secrets)
        if finding.result in {Result.FAILED, Result.SKIPPED}:
            unanswered[question.slug] = because or question.title
        yield Check(slug=question.slug, title=question.title, **_told(finding))


def _told(finding: Finding) -> dict[str, Any]:
    return {field.name: getattr(finding, field.name) for field in fields(Finding)}


def _skipped(because: str) -> Finding:
    return Finding(Result.SKIPPED, f"not asked, for this failed: “{because}”")


async def _asked(
    question: Question[Inquiry],
    inquiry: Inquiry,
    explain: Callable[[Exception], Finding | None],
    secrets: Collection[str],
) -> Finding:
    try:
        return await question.ask(inquiry)
    except Exception as error:  # noqa: BLE001 - a bug becomes a check that a person can read, never a broken Verify
        if finding := explain(error):
            return finding
        text = traceback.format_exc()
        for secret in filter(None, secrets):
            text = text.replace(secret, MASK)
        log.error("check failed unexpectedly", check=question.slug, traceback=text)  # noqa: TRY400 - secrets are masked in it
        return failed(f"Duebell itself failed in this check ({type(error).__name__}).", "Report it with the log of Duebell.")
