"""Running a program and keeping what it says."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from real_odoo import environment
from real_odoo.account import Account
from real_odoo.errors import ProgramError


def output(
    argv: Sequence[str | Path],
    *,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
) -> str:
    """What the program printed.

    Raises:
        ProgramError: it ended with another status than 0.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        argv,
        input=stdin,
        env=environment.for_programs() if env is None else env,
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        **(account.switch if account else {}),
    )
    if done.returncode:
        raise ProgramError(Path(argv[0]).name, done.returncode, done.stderr)
    return done.stdout
