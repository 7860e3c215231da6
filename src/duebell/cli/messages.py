"""What was sent of an event, in its words, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duebell.cli.output import plain, say

_CHANNELS: Mapping[str, str] = {"sms": "SMS", "email": "E-mail"}


def show_messages(handlers: Sequence[Mapping[str, Any]]) -> None:
    """As the API's `EventMessages` has them."""
    for said in handlers:
        if said["because"]:
            say(f"\n{said['handler']} can't say what was sent: {said['because']}")
        elif not said["told"]:
            say(f"\n{said['handler']} has no record of this event.")
        for told in said["told"]:
            _show_told(told, said["handler"])


def _show_told(told: Mapping[str, Any], handler: str) -> None:
    replay = f", replay {told['replay']}" if told["replay"] else ""
    say(f"\nSent by {handler}{replay}, to {told['partner']['name']}  {told['partner']['link']}")
    if not told["messages"]:
        say("  No message was made of it.")
    for message in told["messages"]:
        _show_message(message)


def _show_message(message: Mapping[str, Any]) -> None:
    channel = _CHANNELS.get(message["channel"], message["channel"])
    to = f" to {message['recipient']}" if message["recipient"] else ""
    because = f"  {message['because']}" if message["because"] else ""
    say(f"  {channel}{to}: {message['state']} {plain(message['at'])}{because}")
    for line in filter(None, [message["subject"], *(message["text"] or "").splitlines()]):
        say(f"    {line}")
