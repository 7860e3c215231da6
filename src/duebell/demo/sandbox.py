"""The sandbox as a process of the demo's: the phones and the mailbox."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

import httpx2

from duebell.errors import DuebellError


class Sandbox:
    """Phones and a mailbox on loopback, for the length of the block."""

    def __init__(self, *, sender: str, port: int = 0, smtp_port: int = 0) -> None:
        self._options = ["--sender", sender, "--port", str(port), "--smtp-port", str(smtp_port), "--report-after", "0.2"]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, "-m", "duebell.sandbox", *self._options], stdout=subprocess.PIPE)
        assert self._process.stdout is not None  # noqa: S101 - piped
        line = self._process.stdout.readline()
        if not line:
            raise DuebellError("The sandbox did not start: what it says is above.")
        addresses = json.loads(line)
        self.phone_url: str = addresses["phone_url"]
        self.mail_url: str = addresses["mail_url"]
        self.smtp_host: str = addresses["smtp_host"]
        self.smtp_port: int = addresses["smtp_port"]
        self._client = httpx2.Client(base_url=self.phone_url, timeout=30, trust_env=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None  # noqa: S101 - piped
        self._process.stdout.close()

    def messages(self, number: str) -> list[dict[str, Any]]:
        """The texts on a phone, oldest first."""
        found: list[dict[str, Any]] = self._client.get("/messages", params={"number": number}).raise_for_status().json()
        return found

    def texts(self, number: str) -> list[str]:
        """What they say."""
        return [message["content"] for message in self.messages(number)]

    def mails(self, address: str) -> list[dict[str, Any]]:
        """The mails to an address, oldest first."""
        found = self._client.get("/mail/messages", params={"to": address}).raise_for_status().json()
        return [mail for mail in found if address in mail["to"]]

    def mail_count(self) -> int:
        """How many mails came in."""
        return len(self._client.get("/mail/messages").raise_for_status().json())

    def counts(self) -> dict[str, int]:
        """Posts, texts, distinct uuids."""
        found: dict[str, int] = self._client.get("/counts").raise_for_status().json()
        return found

    def label(self, number: str, name: str) -> None:
        """Write a name on a phone."""
        self._client.post("/labels", json={"number": number, "label": name}).raise_for_status()
