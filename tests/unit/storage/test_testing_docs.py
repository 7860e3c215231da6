"""The page about testing holds a test: it passes as it stands there, and fails where the handler breaks a promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "testing.md"


def run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """The page's test as a user runs it."""
    (folder / "test_line_printer.py").write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:asyncio",
        "test_line_printer.py",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def example() -> str:
    (text,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return text


def test_the_test_on_the_page_passes(tmp_path: Path, example: str) -> None:
    done = run(tmp_path, example)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_it_fails_for_a_handler_that_says_what_it_did_not_do(tmp_path: Path, example: str) -> None:
    broken = example.replace("self.printed.append(owed.key)", "pass")
    assert broken != example
    done = run(tmp_path, broken)
    assert done.returncode == 1
    assert "assert printer.printed ==" in done.stdout
