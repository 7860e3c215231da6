"""Everything that the story needs, started and ended together: the sandbox, a real Odoo with our addon, and the service."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from duebell.demo.odoo import Odoo
from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.service import Billing, Service
from duebell.demo.stand_in import StandIn
from duebell.demo.story import PEOPLE, STORY, Step


class Stage:
    """`story.World`, for the length of the block. `folder` is emptied first; `odoo` is open and stays its owner's.

    `listen` is where browsers reach the service's console, HOST:PORT. With a `stand_in` billing is that PortaBilling's, which posts
    its events there.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        folder: Path,
        odoo: Odoo,
        sandbox: Sandbox,
        doing: Callable[[str], None],
        *,
        listen: str = "off",
        stand_in: StandIn | None = None,
    ) -> None:
        self._folder = folder
        self._listen = listen
        self.odoo = odoo
        self.sandbox = sandbox
        self._doing = doing
        self._stand_in = stand_in

    def __enter__(self) -> Self:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with ExitStack() as stack:
            for person in PEOPLE:
                self.sandbox.label(person.phone, person.name)
            self._doing("Starting Duebell on its embedded SQLite")
            data, log = self._folder / "data", self._folder / "duebell.log"
            self.service = stack.enter_context(Service(data, log, sandbox=self.sandbox.phone_url, listen=self._listen))
            self.billing = Billing(self._stand_in, self._all_read) if self._stand_in else Billing(self.service)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    @property
    def groups(self) -> Sequence[str]:
        """What `configure` types, to be verified in this order."""
        return ["OdooCRM", "Retry", "PortaBilling"] if self._stand_in else ["OdooCRM"]

    @property
    def story(self) -> Sequence[Step]:
        """As whoever bills tells it."""
        return [step.from_portabilling() for step in STORY] if self._stand_in else STORY

    def configure(self) -> None:
        """Type `Global.OdooCRM` as an operator does, and `Global.PortaBilling` if there is one."""
        options = {"API_URL": self.odoo.url, "Database": self.odoo.database, "API_Access_Key": self.odoo.key}
        self.service.put("/configuration/Global/OdooCRM", options)
        if self._stand_in:
            self._connect(self._stand_in)

    def begin(self) -> None:
        """Set billing's clock; from now on PortaBilling is as hard to live with as can be borne."""
        self.billing.begin()
        if self._stand_in:
            self._stand_in.disturb()

    def by_hand(self, command: str) -> Sequence[str]:
        """What somebody may type to go on after the story; `command` is Duebell's."""
        books = [f"{command} billing advance 14d", f"{command} billing pay john-doe 30"]
        if self._stand_in:
            json = "-H 'Content-Type: application/json' -d"
            control = f"{self._stand_in.url}/control/billing"
            books = [
                f"""curl {control}/advance {json} '{{"days": 14}}'""",
                f"""curl {control}/customers/john-doe/payments {json} '{{"amount": "30"}}'""",
            ]
        return [*books, f"{command} events list", f"{command} status"]

    def _connect(self, stand_in: StandIn) -> None:
        """Type what leads to the stand-in, which posts its events here from now on."""
        self.service.put("/configuration/Global/PortaBilling", stand_in.options(f"http://{self._listen}"))
        self.service.put(
            "/configuration/Global/Retry", {"First_Wait": "1"}
        )  # nobody wants to wait for a fault of the stand-in's
        stand_in.send_to(f"http://{self._listen}/portabilling/Global/events")

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

    def _all_read(self) -> None:
        stand_in = self._stand_in
        assert stand_in is not None  # noqa: S101 - there is one
        until(lambda: stand_in.is_idle and not self._waiting_to_be_read(), "what PortaBilling sent to be read")

    def _waiting_to_be_read(self) -> int:
        return sum(source["waiting"] for source in self.service.get("/portabilling/sources"))

    def _call_is_out(self) -> bool:
        return any(handler["customers_in_flight"] for handler in self.service.get("/status")["handlers"])
