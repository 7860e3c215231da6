"""Everything that the story needs, started and ended together: the sandbox, a real Odoo with our addon, and the service."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from duebell.demo.odoo import Odoo
from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.service import Billing, Service
from duebell.demo.story import PEOPLE


class Stage:
    """`story.World`, for the length of the block. `folder` is emptied first; `odoo` is open and stays its owner's.

    `listen` is where browsers reach the service's console, HOST:PORT.
    """

    def __init__(
        self, folder: Path, odoo: Odoo, sandbox: Sandbox, doing: Callable[[str], None], *, listen: str = "off"
    ) -> None:
        self._folder = folder
        self._listen = listen
        self.odoo = odoo
        self.sandbox = sandbox
        self._doing = doing

    def __enter__(self) -> Self:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with ExitStack() as stack:
            for person in PEOPLE:
                self.sandbox.label(person.phone, person.name)
            self._doing("Starting Duebell on its embedded SQLite")
            self.service = stack.enter_context(
                Service(self._folder / "data", self._folder / "duebell.log", listen=self._listen)
            )
            self.billing = Billing(self.service)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def configure(self) -> None:
        """Type `Global.OdooCRM` as an operator does."""
        options = {"API_URL": self.odoo.url, "Database": self.odoo.database, "API_Access_Key": self.odoo.key}
        self.service.put("/configuration/Global/OdooCRM", options)

    @contextmanager
    def odoo_stopped(self) -> Iterator[None]:
        if not self.odoo.is_ours:
            yield
            return
        self._doing("Stopping Odoo")
        self.odoo.stop()
        yield
        self._doing("Starting Odoo again")
        self.odoo.start()

    def kill_service_in_mid_call(self, meanwhile: Callable[[], None]) -> None:
        if not self.odoo.is_ours:
            meanwhile()
            return
        with self.odoo.frozen():
            meanwhile()
            until(self._call_is_out, "the call to Odoo")
            self._doing("kill -9 while the call to Odoo is out")
            self.service.kill()
        self._doing("Starting Duebell again")
        self.service.start()

    def texts_leave_elsewhere(self) -> bool:
        """Whether Odoo's SMS sender leads anywhere but to the sandbox."""
        headers = {"Authorization": f"bearer {self.odoo.key}", "X-Odoo-Database": self.odoo.database}
        answer = httpx2.post(f"{self.odoo.url}/json/2/duebell.event/status", json={}, headers=headers, timeout=30)
        return bool(answer.json().get("sms_endpoint") != self.sandbox.phone_url)

    def _call_is_out(self) -> bool:
        return any(handler["customers_in_flight"] for handler in self.service.get("/status")["handlers"])
