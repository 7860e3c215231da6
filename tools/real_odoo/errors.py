"""What can go wrong with the real Odoo of a checkout.

RealOdooError
├── ProgramError      a program that we ran ended badly; carries the end of what it said
├── InstallationError  something could not be downloaded, unpacked or found
├── ClusterError       PostgreSQL did not start, or a database is missing or taken
└── OdooError          Odoo did not start, stop or do what was asked; carries the telling lines of its log
"""

from __future__ import annotations


class RealOdooError(Exception):
    """One sentence that says what happened and what to do about it."""


class ProgramError(RealOdooError):
    """A program that we ran ended badly.

    Attributes:
        complaint: the end of what it wrote to its standard error.
    """

    def __init__(self, program: str, status: int, complaint: str) -> None:
        super().__init__(f"{program} ended with status {status}: {complaint or 'it said nothing'}")
        self.complaint = complaint


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
