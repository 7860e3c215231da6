"""Telling the story on the terminal: what billing did, the event, the call to Odoo, the text on the phone, each with its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from duebell.demo.play import Seen
from duebell.demo.story import Step


class Narrator:
    """Writes to a Rich console; times are UTC."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0

    def doing(self, what: str) -> None:
        """Something that takes a moment begins."""
        self._console.print(f"[dim]{what} …[/dim]")

    def check(self, check: dict[str, Any]) -> None:
        """A check of Verify has finished."""
        mark = {"passed": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}.get(
            check["result"], "·"
        )
        self._console.print(f"  {mark} {check['title']}: [dim]{check['found']}[/dim]", soft_wrap=True)

    def step(self, step: Step) -> None:
        """A step has been done."""
        self._steps += 1
        self._console.print(f"\n[bold]{self._steps}. {step.says}[/bold]")

    def seen(self, seen: Seen) -> None:
        """An event, the call that brought it to Odoo, and what the customer saw of it."""
        event, person = seen.event, seen.told.person
        (owed,) = event["provisionings"]
        call = owed["attempts"][-1]
        about = f"  {event['subject']}" if event["subject"] else ""
        self._line(event["recorded_at"], f"[cyan]{event['type']}[/cyan]  {person.name}{about}")
        where = f"{owed['reference']} in {call['seconds'] * 1000:.0f} ms" if owed["reference"] else owed["because"]
        self._line(call["started_at"], f"to Odoo: {where}")
        if seen.sms:
            self._line(seen.sms["received_at"], f"[green]{person.phone}[/green]  {seen.sms['content']}")
            ends = ", ".join(
                f"{message['channel']} {message['state']} {_time(message['at'])}" for message in event["messages"]
            )
            self._console.print(f"            [dim]{ends}[/dim]")
        elif seen.told.sms is None:
            self._console.print(f"            [dim]nobody is told{': ' + owed['because'] if owed['because'] else ''}[/dim]")
        if seen.wrong:
            self._console.print(f"            [red]{seen.wrong}[/red]")

    def end(self, counts: Mapping[str, int], wrong: Sequence[str]) -> None:
        """The story is over."""
        self._console.print(
            f"\n[bold]The phones took {counts['posts']} posts with {counts['messages']} texts: {counts['uuids']} distinct, "
            f"{counts['doubled']} shown twice.[/bold]"
        )
        if wrong:
            self._console.print("[red]Not as it should be:[/red]", *wrong, sep="\n  ", soft_wrap=True)
        else:
            self._console.print("[green]Each step was seen on the phone and in Odoo.[/green]")

    def _line(self, at: str, what: str) -> None:
        self._console.print(f"  [dim]{_time(at)}[/dim]  {what}", soft_wrap=True)


def _time(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%H:%M:%S")
