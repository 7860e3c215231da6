"""`duebell` as an operator runs it: a process of its own, in a pipe or at a terminal."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DUEBELL = (str(Path(sys.executable).with_name("duebell")),)
PATIENCE = 60.0
"""Seconds that a command may take on a busy machine."""


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    exit_code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass
class Command:
    """The command over a data folder; `written` keeps all that it wrote."""

    data: Path
    written: list[str] = field(default_factory=list)

    def __call__(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ran:
        """Run it with its output in pipes."""
        environment = {**os.environ, "DUEBELL_LISTEN": "off", **(env or {})}
        done = subprocess.run(
            [*DUEBELL, "--data", str(self.data), *arguments],
            input=stdin,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.written += [done.stdout, done.stderr]
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def at_a_terminal(self, *arguments: str, typed: str = "", columns: int = 80) -> Ran:
        """Run it at a terminal so wide, typing a line of `typed` whenever something is asked; `out` is what the screen showed."""
        main, side = pty.openpty()
        termios.tcsetwinsize(side, (40, columns))
        plain = {**os.environ, "DUEBELL_LISTEN": "off", "TERM": "dumb", "NO_COLOR": "1"}
        process = subprocess.Popen(
            [*DUEBELL, "--data", str(self.data), *arguments],
            stdin=side,
            stdout=side,
            stderr=side,
            env=plain,
            start_new_session=True,
        )
        os.close(side)
        shown = _watch(main, typed)
        os.close(main)
        self.written.append(shown)
        assert "Traceback" not in shown, shown
        return Ran(process.wait(PATIENCE), shown)


def _watch(terminal: int, typed: str) -> str:
    """All that is shown until the other end closes."""
    shown, lines = b"", typed.splitlines()
    while True:
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        assert ready, f"nothing more came after {shown!r}"
        try:
            more = os.read(terminal, 65536)
        except OSError:  # Linux's end of a terminal whose programs are gone
            break
        if not more:
            break
        shown += more
        if lines and shown.endswith(b": "):
            os.write(terminal, f"{lines.pop(0)}\n".encode())
    return shown.decode().replace("\r\n", "\n")
