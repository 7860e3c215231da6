"""What the process is told by its environment; the business is told by the configuration tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_data() -> Path:
    return Path.home() / ".local" / "share" / "duebell"


class Settings(BaseSettings):
    """Each is an environment variable `DUEBELL_<NAME>`; the command line's options override them."""

    model_config = SettingsConfigDict(env_prefix="DUEBELL_", extra="ignore")

    data: Path = Field(default_factory=_default_data)
    """The folder of the control socket, the key of the secrets and the SQLite file."""
    storage: SecretStr | None = None
    """The address of a PostgreSQL database, postgresql://user:password@host:port/name; without it, an SQLite file in the data folder."""
    secret_key: SecretStr | None = None
    """The key that encrypts secrets at rest; without it, the service manager's credential `duebell.secret_key`, or a file
    `secret.key` in the data folder, made at first use. While keys are being replaced: the new one, a space, the old one.
    """
    company: str | None = None
    """The company that embedded billing's customers belong to, by its name in Odoo; none: the integration user's."""
    history: timedelta | None = Field(default=None, ge=timedelta(days=1))
    """How long events are kept after they are told and settled (ISO 8601 duration, P90D, or seconds); what is owed stays.

    It fixes the option `Retention.History`.
    """
    billing_run: timedelta = timedelta(minutes=1)
    """How often embedded billing is brought up to date (ISO 8601 duration or seconds)."""

    listen: str = "127.0.0.1:8469"
    """The network address of the console and the API, HOST:PORT; `off`: none. The commands need none, they have the control socket."""
    tls_cert: Path | None = None
    """The file of the certificate chain, PEM, that the network address uses."""
    tls_key: Path | None = None
    """The file of the certificate's key, PEM."""
    behind_proxy: str | None = None
    """The addresses or networks, comma-separated, of the proxy before us, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    hosts: str = ""
    """The names, comma-separated, by which browsers reach us, beside the address itself and localhost."""

    sandbox: str | None = None
    """The address on loopback of a sandbox that runs beside it, http://127.0.0.1:8471, which the console then shows; none: none runs."""

    @property
    def database(self) -> Path:
        return self.data / "duebell.db"

    @property
    def socket(self) -> Path:
        return self.data / "duebell.sock"


def variables() -> Mapping[str, str]:
    """All variables, for options of the configuration tree that some of them fix."""
    return os.environ  # noqa: TID251 - the one place


def credential(name: str) -> Path | None:
    """The file of a credential that the service manager (systemd) hands over; None: it doesn't."""
    folder = environment_variable("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path and path.exists() else None


def environment_variable(name: str) -> str | None:
    """A variable that somebody names, for example to hand a secret over; None: it isn't set."""
    return os.environ.get(name)  # noqa: TID251 - the one place
