"""What can go wrong with the real Odoo of a checkout.

RealOdooError
├── ProgramError      a program that we ran ended badly; carries what it said
├── InstallationError  something could not be downloaded, unpacked or found
├── ClusterError       PostgreSQL did not start, or a database is missing or taken
└── OdooError          Odoo did not start, stop or do what was asked; carries the telling lines of its log
"""

from __future__ import annotations

import re

_COMPLAINT_LINES = 5
_COMPLAINT_WIDTH = 200  # characters of a line


class RealOdooError(Exception):
    """One sentence that says what happened and what to do about it."""


class ProgramError(RealOdooError):
    """A program that we ran ended badly.

    Attributes:
        said: what it wrote to its standard error.
    """

    def __init__(self, program: str, status: int, said: str) -> None:
        super().__init__(f"{program} ended with status {status}: {complaint(said) or 'it said nothing'}")
        self.said = said

    @property
    def complaint(self) -> str:
        return complaint(self.said)


class InstallationError(RealOdooError):
    """Something could not be downloaded, unpacked or found."""


class ClusterError(RealOdooError):
    """PostgreSQL did not start, or a database is missing or taken."""


class OdooError(RealOdooError):
    """Odoo did not start, stop or do what was asked.

    Attributes:
        evidence: the telling lines of Odoo's log, oldest first.
    """

    def __init__(self, sentence: str, evidence: tuple[str, ...] = ()) -> None:
        super().__init__("\n  ".join((sentence, *evidence)))
        self.evidence = evidence


def complaint(said: str) -> str:
    """The end of what a program said, without the user names and passwords that addresses may carry."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    shortened = (
        line if len(line) <= _COMPLAINT_WIDTH else line[:_COMPLAINT_WIDTH] + "…" for line in lines[-_COMPLAINT_LINES:]
    )
    return re.sub(r"//[^/@\s]*@", "//", " / ".join(shortened))
