"""The command `duebell`."""

from __future__ import annotations

import sys

from duebell.cli.commands import commands
from duebell.cli.output import complain
from duebell.errors import DuebellError

EXIT_FAILED = 1


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 it could not be done (the sentence is on stderr), 2 wrong usage."""
    try:
        commands()
    except DuebellError as error:
        complain(str(error))
        sys.exit(EXIT_FAILED)
