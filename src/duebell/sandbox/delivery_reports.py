"""Delivery reports to the sender, as Odoo's SMS gateway tells them: in the background, many in one call.

Odoo takes them at `/sms/status`, without signature: `{"message_statuses": [{"sms_status": …, "uuids": […]}, …]}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

import httpx2

from duebell.sandbox.loopback import is_loopback_url
from duebell.sandbox.phone import Message, Phone
from duebell.tasks import set_within

log = logging.getLogger(__name__)

REPORTS_IN_A_CALL = 1000


class ReportsRefusedError(Exception):
    """The sender answered, but did not take the delivery reports."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How reports are tried again, in seconds: the first pause, doubled up to the longest, and when to give up."""

    first: float = 0.5
    longest: float = 5.0
    patience: float = 600.0


@dataclass(order=True, slots=True)
class Report:
    """One delivery report: `status` of `message`, told at or after `due` in the loop's time, in the order of `turn`."""

    due: float
    turn: int
    message: Message = field(compare=False)
    status: str = field(compare=False)


class DeliveryReports:
    """What senders are still to be told, a line per webhook address."""

    def __init__(self, phone: Phone, http: httpx2.AsyncClient, pace: Pace) -> None:
        """Tell over `http`, and note on `phone` what was told."""
        self._phone = phone
        self._http = http
        self._pace = pace
        self._turn = count()
        self._lines: dict[str, Line] = {}
        self._telling: list[asyncio.Task[None]] = []

    def owe(self, webhook_url: str, message: Message) -> None:
        """Tell `webhook_url` later what the behaviour of the message's number says; nothing leaves this machine."""
        if not is_loopback_url(webhook_url):
            self._phone.not_told(message, "its webhook_url is not on loopback, and the sandbox calls nobody else")
            return
        behaviour = self._phone.behaviour(message.number)
        due = asyncio.get_running_loop().time() + behaviour.report_after
        for status in behaviour.reports_owed:
            self._line(webhook_url).add(Report(due, next(self._turn), message, status))

    async def close(self) -> None:
        """End all lines; what is still owed is told to nobody. Raises what a line failed of, if one did."""
        for telling in self._telling:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    def _line(self, webhook_url: str) -> Line:
        if webhook_url not in self._lines:
            line = self._lines[webhook_url] = Line(webhook_url, self._phone, self._http, self._pace)
            telling = asyncio.create_task(line.tell())
            telling.add_done_callback(_log_failure)
            self._telling.append(telling)
        return self._lines[webhook_url]


class Line:
    """The reports owed to one webhook address, told by one call at a time, so that their order is kept."""

    def __init__(self, webhook_url: str, phone: Phone, http: httpx2.AsyncClient, pace: Pace) -> None:
        """Begin empty."""
        self._webhook_url = webhook_url
        self._phone = phone
        self._http = http
        self._pace = pace
        self._owed: list[Report] = []
        self._more = asyncio.Event()

    def add(self, report: Report) -> None:
        """Owe one more report."""
        heappush(self._owed, report)
        self._more.set()

    async def tell(self) -> None:
        """Tell what is due, for ever; while the sender takes nothing, try again ever more rarely."""
        pause = self._pace.first
        while True:
            reports = await self._due()
            try:
                await self._post(reports)
            except (httpx2.HTTPError, ReportsRefusedError) as error:
                because = str(error) or type(error).__name__  # a time-out has no words of its own
                if pause == self._pace.first:
                    log.warning("%s takes no delivery reports (%s); trying again", self._webhook_url, because)
                self._owe_again(reports, because)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._pace.longest)
            else:
                pause = self._pace.first
                for report in reports:
                    self._phone.told(report.message, report.status)

    async def _due(self) -> list[Report]:
        """Wait until a report is due, and take as many as one call may hold."""
        while not (reports := self._take_due()):
            self._more.clear()
            wait = self._owed[0].due - _loop_time() if self._owed else None
            await set_within(self._more, wait)
        return reports

    def _take_due(self) -> list[Report]:
        """Take due reports, of each uuid one: a call is grouped by status, where two of one would lose their order."""
        taken: dict[str, Report] = {}
        later: list[Report] = []
        now = _loop_time()
        while self._owed and self._owed[0].due <= now and len(taken) < REPORTS_IN_A_CALL:
            report = heappop(self._owed)
            if taken.setdefault(report.message.uuid, report) is not report:
                later.append(report)
        for report in later:
            heappush(self._owed, report)
        return list(taken.values())

    async def _post(self, reports: Sequence[Report]) -> None:
        uuids_by_status: dict[str, list[str]] = {}
        for report in reports:
            uuids_by_status.setdefault(report.status, []).append(report.message.uuid)
        statuses = [{"sms_status": status, "uuids": uuids} for status, uuids in uuids_by_status.items()]
        call = {"jsonrpc": "2.0", "method": "call", "id": reports[0].turn, "params": {"message_statuses": statuses}}
        _check(await self._http.post(self._webhook_url, json=call))

    def _owe_again(self, reports: Sequence[Report], because: str) -> None:
        given_up = _loop_time() - self._pace.patience
        for report in reports:
            self._phone.not_told(report.message, because)
            if report.due > given_up:
                heappush(self._owed, report)


def _check(answer: httpx2.Response) -> None:
    """Raise ReportsRefusedError unless Odoo took the call; its own words may hold data and are not repeated."""
    if answer.status_code != httpx2.codes.OK:
        message = f"the sender answered {answer.status_code}"
        raise ReportsRefusedError(message)
    try:
        body = answer.json()
    except ValueError as error:
        message = "the sender answered something else than JSON"
        raise ReportsRefusedError(message) from error
    if not isinstance(body, dict) or "result" not in body:
        message = "the sender answered with an error"
        raise ReportsRefusedError(message)


def _log_failure(telling: asyncio.Task[None]) -> None:
    if not telling.cancelled():
        log.error("A line of delivery reports failed, and tells no more", exc_info=telling.exception())


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
