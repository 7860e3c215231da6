"""`duebell serve` as a process of the demo's, and embedded billing behind it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from duebell.console.client import Client
from duebell.console.control_socket import answers
from duebell.demo.patience import until
from duebell.demo.story import Person
from duebell.errors import DuebellError


class Service:
    """A running `duebell serve` over a data folder; it can be killed and started again. Its log is `log`.

    `listen` is where browsers reach its console, HOST:PORT; `sandbox` is what runs beside it, and shows there.
    """

    def __init__(self, data: Path, log: Path, *, sandbox: str, listen: str = "off") -> None:
        self.data = data
        self._where = ["--listen", listen, "--sandbox", sandbox]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._client = Client(data / "duebell.sock", patience=120)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._client.close()

    def start(self) -> None:
        """Start it, and return when it answers.

        Raises:
            DuebellError: it ended instead; with the end of its log.
        """
        command = [sys.executable, "-m", "duebell", "--data", str(self.data), "serve", *self._where]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers, "Duebell to answer")

    @property
    def first_administrator(self) -> str:
        """The address that makes the console's first administrator, as the service wrote it."""
        written: list[str] = re.findall(r'address="(http[^"]+)"', self._log.read_text(encoding="utf-8"))
        return written[-1]

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None  # noqa: S101 - started before
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(path, **params)

    def post(self, path: str, body: Any = None) -> Any:
        return self._client.post(path, body)

    def put(self, path: str, body: Mapping[str, str]) -> Any:
        return self._client.put(path, body)

    def lines(self, path: str) -> Iterator[dict[str, Any]]:
        """POST; the answer's JSON lines as they come."""
        return self._client.lines(path)

    def events_of(self, person: Person) -> list[dict[str, Any]]:
        """What was recorded of a customer, oldest first, each with its `provisionings`; by his name, whatever billing numbers him."""
        rows: list[dict[str, Any]] = self.get("/events", customer=person.name, limit=1000)["events"]
        return rows[::-1]

    def event(self, event_id: str) -> dict[str, Any]:
        """One event whole, with the `messages` of all its provisionings beside them."""
        event: dict[str, Any] = self.get(f"/events/{event_id}")
        return {**event, "messages": [message for owed in event["provisionings"] for message in owed["messages"]]}

    def _answers(self) -> bool:
        assert self._process is not None  # noqa: S101 - started before
        if self._process.poll() is not None:
            tail = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            raise DuebellError("\n".join(["Duebell did not start:", *tail]))
        return answers(self.data / "duebell.sock")


class Books(Protocol):
    """What embedded billing is used through: Duebell's own API, or the stand-in's control, which has the same paths."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: Any = None) -> Any: ...


class Billing:
    """`story.Billing` through the books; after each change it waits until that has `arrived`."""

    def __init__(self, books: Books, arrived: Callable[[], None] = lambda: None) -> None:
        self._books = books
        self._arrived = arrived

    def begin(self) -> None:
        """Set billing's clock to tomorrow evening in UTC, so that each customer's day has been billed when days are counted on."""
        now = self.now()
        evening = (now + timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)
        self._post("/billing/advance", {"hours": int((evening - now).total_seconds() // 3600)})

    def now(self) -> datetime:
        """Billing's clock, UTC."""
        return datetime.fromisoformat(self._books.get("/billing/clock")["now"])

    def add(self, person: Person) -> None:
        customer = {
            "external_id": person.id,
            "name": person.name,
            "currency": person.currency,
            "time_zone": person.time_zone,
            "customer_class": person.customer_class,
            "phone": person.phone,
            "email": person.email,
            "language": person.language,
        }
        self._post("/billing/customers", customer)
        self._post(f"/billing/customers/{person.id}/fees", {"service": "Internet", "amount": person.fee})

    def commit(self, person: Person, *, discount: str, months: int, penalty: str) -> None:
        today = self.now().date()
        ends_on = date(today.year + months // 12, today.month, min(today.day, 28))
        commitment = {"service": "Internet", "discount": discount, "ends_on": ends_on.isoformat(), "penalty": penalty}
        self._post(f"/billing/customers/{person.id}/commitments", commitment)

    def invoice(self, person: Person) -> None:
        self._post(f"/billing/customers/{person.id}/invoices")

    def pay(self, person: Person, amount: str) -> None:
        self._post(f"/billing/customers/{person.id}/payments", {"amount": amount})

    def cancel_commitment(self, person: Person) -> None:
        (commitment,) = self._books.get(f"/billing/customers/{person.id}")["commitments"]
        self._post(f"/billing/customers/{person.id}/commitments/{commitment['reference']}/cancel")

    def advance(self, days: int) -> None:
        self._post("/billing/advance", {"days": days})

    def _post(self, path: str, body: Any = None) -> None:
        self._books.post(path, body)
        self._arrived()
