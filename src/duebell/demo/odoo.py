"""The Odoo of the demo: a real one of our own, or one that was given."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import real_odoo
from duebell.demo.sandbox import Sandbox
from duebell.demo.story import COMPANY
from duebell.errors import NotPossible

DATABASE = "duebell_demo"
LANGUAGES = ("en_US", "es_ES")
LOGIN, PASSWORD = "admin", "admin"

_PREPARE = """
env.ref("base.main_company").write({"name": company, "email": "billing@example.com"})
env.ref("base.main_company").partner_id.tz = "America/New_York"
parameters = env["ir.config_parameter"]
parameters.set_param("sms.endpoint", sms_endpoint)
parameters.set_param("web.base.url", url)
parameters.set_param("web.base.url.freeze", "True")
env["duebell.settings"]._of(env.company).write({"from_hour": 0, "until_hour": 24})
server = {"name": "Sandbox", "smtp_host": smtp_host, "smtp_port": smtp_port, "smtp_encryption": "none"}
env["ir.mail_server"].create(server)
from datetime import datetime, timedelta
user = env["res.users"].search([("login", "=", "duebell")])
expires = datetime.now() + timedelta(days=90)
result = env["res.users.apikeys"].with_user(user).sudo()._generate(None, "Duebell", expires)
"""


class Odoo(Protocol):
    """An Odoo with the addon `duebell`, and an API key of its integration user."""

    @property
    def url(self) -> str: ...
    @property
    def database(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def is_ours(self) -> bool:
        """Whether it may be stopped."""

    def stop(self) -> None: ...
    def start(self) -> None: ...
    def frozen(self) -> AbstractContextManager[None]: ...


class OwnOdoo:
    """A real Odoo 19 with our addon over a fresh database, its texts and mail led to the sandbox, for the length of the block."""

    is_ours = True

    def __init__(
        self,
        run: Path,
        sandbox: Sandbox,
        *,
        database: str = DATABASE,
        port: int | None = None,
        progress: real_odoo.Progress = real_odoo.progress.silent,
    ) -> None:
        self.database = database
        self._run = run
        self._sandbox = sandbox
        self._port = port or real_odoo.free_port()
        self._progress = progress

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            installation = real_odoo.Installation.ensure(run=self._run, progress=self._progress)
            cluster = stack.enter_context(real_odoo.Cluster(installation, progress=self._progress))
            template = cluster.template(addons=("duebell",), languages=LANGUAGES)
            cluster.drop(self.database)
            cluster.copy(template, self.database)
            self.key = cluster.shell(self.database, _PREPARE, **self._addresses())
            server = real_odoo.Odoo(cluster, (self.database,), crons=2, port=self._port, progress=self._progress)
            self._server = stack.enter_context(server)
            self.url = server.url
            self.log = server.log
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.start()

    def frozen(self) -> AbstractContextManager[None]:
        """Odoo holds its breath for the length of the block: calls come in and are not answered."""
        return self._server.frozen()

    def _addresses(self) -> dict[str, str | int]:
        return {
            "company": COMPANY,
            "url": f"http://127.0.0.1:{self._port}",
            "sms_endpoint": self._sandbox.phone_url,
            "smtp_host": self._sandbox.smtp_host,
            "smtp_port": self._sandbox.smtp_port,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOdoo:
    """Somebody's own Odoo, with the addon installed and its texts and mail led to the sandbox by hand; it is left as it is."""

    url: str
    database: str
    key: str = field(repr=False)
    is_ours: bool = False

    def stop(self) -> None:
        raise NotPossible("This Odoo isn't ours to stop.")

    def start(self) -> None:
        raise NotPossible("This Odoo isn't ours to start.")

    def frozen(self) -> AbstractContextManager[None]:
        raise NotPossible("This Odoo isn't ours to hold.")
