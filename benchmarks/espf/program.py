"""A program of its own for each measurement: its memory and its processor time are nobody else's.

The order is one line of JSON on its standard input (it may hold a password, so it is no argument), the answer the last line
of its output.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
OURS = (sys.executable, "-m", "benchmarks.espf.work")
_PATIENCE = 600.0  # seconds; the longest measurement takes a third of it


class Program:
    """One that runs, with its order given; a context manager that ends it.

    Raises:
        RuntimeError: where its answer is asked for and it failed; says what it complained of.
    """

    def __init__(self, command: Sequence[str | Path], order: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.tell(json.dumps(order))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, line: str) -> None:
        """Write one more line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip() or self._failed()

    def answer(self) -> dict[str, Any]:
        """What it says at its end."""
        said, complaint = self._process.communicate(timeout=_PATIENCE)
        if self._process.returncode:
            self._failed(complaint)
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer

    def _failed(self, complaint: str = "") -> str:
        complaint = complaint or self._process.communicate(timeout=_PATIENCE)[1]
        reason = (re.findall(r"^\w[\w.]*: .*", complaint, re.MULTILINE) or ["it said nothing"])[-1]
        raise RuntimeError(f"A measuring program ended too early: {reason}")


def ask(command: Sequence[str | Path], **order: Any) -> dict[str, Any]:
    """Run a program to its end."""
    with Program(command, order) as program:
        return program.answer()


def pace(answer: Mapping[str, Any]) -> float:
    """Events a second, of an answer with `events` and `seconds`."""
    return float(answer["events"]) / float(answer["seconds"])
