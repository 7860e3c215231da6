"""A real PortaBilling as the source of events: what its webhook brings, what its API shows, and what that means in our language.

Only what its vendor publishes is built in; what isn't public (names of some fields, words of statuses, types of events, the
collection ladder) is a table with a default that an operator changes.
"""

from __future__ import annotations

SOURCE = "portabilling"
"""What events that come of it name as their source."""
