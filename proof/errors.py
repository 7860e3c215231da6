"""What ends a proof without a verdict."""

from __future__ import annotations


class ProofBroken(Exception):
    """A proof could not be carried out, so that it says nothing: the fault did not happen, or a process did not end."""
