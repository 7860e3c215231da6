"""The stand-in for PortaBilling as a process of the demo's: `duebell sandbox portabilling`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from duebell.errors import DuebellError
from duebell.sandbox.portabilling.nuisances import EVERY_NUISANCE

EVENT_PASSWORD = "the-stand-ins-own"  # noqa: S105 - of a stand-in that lives as long as the demo


class StandIn:
    """A PortaBilling to play the story with, for the length of the block. `get` and `post` are its control's: `/billing/customers`."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "duebell", "sandbox", "portabilling", "--port", "0", "--json"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = json.loads(self._said())
        self.url: str = self.address["url"]
        self._client = httpx2.Client(base_url=f"{self.url}/control", timeout=30, trust_env=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None  # noqa: S101 - piped
        self._process.stdout.close()

    def options(self, inlet: str) -> Mapping[str, str]:
        """What an operator types into the group PortaBilling; `inlet` is scheme, host and port of Duebell."""
        return {
            "API_URL": self.url,
            "API_Login": self.address["login"],
            "API_Password": self.address["password"],
            "Allowed_Hosts": "127.0.0.1",
            "Event_Password": EVENT_PASSWORD,
            "Commitment_Types": "Account/Commitment/Terminated",
            "Commitment_Words": "left by himself=cancelled_early, dunning=non_payment",
            "Time_Zones": "1=UTC, 2=America/New_York, 3=Europe/Madrid",
            "Inlet_Address": inlet,
            "Own_Templates_Off": "yes",
        }

    def send_to(self, url: str) -> None:
        """From now on post events there."""
        self._put("/sending", {"url": url, "password": EVENT_PASSWORD, "pause": 1})

    def disturb(self) -> None:
        """Have every nuisance that can be borne at once."""
        self._put("/nuisances", EVERY_NUISANCE.model_dump(mode="json"))

    def switch(self, **nuisances: Any) -> None:
        """Have these nuisances and no others."""
        self._put("/nuisances", nuisances)

    @property
    def is_idle(self) -> bool:
        """Whether each event was taken or lost."""
        return bool(self.get("/events")["idle"])

    @property
    def lost(self) -> list[Any]:
        """Events that were answered so that PortaBilling forgets them."""
        found: list[Any] = self.get("/events")["lost"]
        return found

    def get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._client.post(path, json=body).raise_for_status().json()

    def _put(self, path: str, body: Any) -> None:
        self._client.put(path, json=body).raise_for_status()

    def _said(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - piped
        said = ""
        for line in self._process.stdout:
            said += line
            if line.startswith("}"):
                return said
        raise DuebellError("The stand-in for PortaBilling did not start: what it says is above.")
