"""The whole evening: bring everything up, verify, play the story, stay up for playing by hand, end everything."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

import real_odoo
from duebell.demo.narrator import Narrator
from duebell.demo.odoo import LOGIN, PASSWORD, GivenOdoo, Odoo, OwnOdoo
from duebell.demo.play import Audience
from duebell.demo.sandbox import Sandbox
from duebell.demo.stage import Stage
from duebell.demo.stand_in import StandIn
from duebell.demo.story import COMPANY
from duebell.errors import DuebellError


def perform(
    run: Path, *, given: GivenOdoo | None, ports: tuple[int | None, int, int, int], end: bool, portabilling: bool = False
) -> bool:
    """Play everything; whether each step was seen.

    `ports`: of Odoo, the phones' page, the mailbox's SMTP and Duebell's console; None or 0 is a free one. `portabilling`: billing is a
    stand-in for PortaBilling, with every nuisance.

    Raises:
        DuebellError: something could not be brought up.
    """
    console = Console(highlight=False)
    narrator = Narrator(console)
    odoo_port, phone_port, smtp_port, console_port = ports
    listen = f"127.0.0.1:{console_port or real_odoo.free_port()}"
    with ExitStack() as stack:
        stack.enter_context(_terminated_like_interrupted())
        try:
            sandbox = stack.enter_context(Sandbox(sender=COMPANY, port=phone_port, smtp_port=smtp_port))
            progress = real_odoo.progress.on(sys.stderr)
            own = OwnOdoo(run.absolute(), sandbox, port=odoo_port, progress=progress)
            odoo: Odoo = given or stack.enter_context(own)
            stand_in = stack.enter_context(StandIn()) if portabilling else None
            setting = Stage(run.absolute() / "demo", odoo, sandbox, narrator.doing, listen=listen, stand_in=stand_in)
            stage = stack.enter_context(setting)
            _verify(stage, narrator)
            wrong = _play(stage, narrator)
            if not end:
                _stay_up(stage, console)
        except KeyboardInterrupt:
            console.print("\nEnding everything that was started …")
            return True
        except real_odoo.RealOdooError as error:
            raise DuebellError("\n".join([str(error), *getattr(error, "evidence", ())])) from None
    return not wrong


def _verify(stage: Stage, narrator: Narrator) -> None:
    stage.configure()
    for group in stage.groups:
        narrator.doing(f"Verify of {group}, as the button on the Configuration server does")
        checks: list[dict[str, Any]] = []
        for line in stage.service.lines(f"/verify/Global/{group}"):
            if "slug" in line:
                narrator.check(line)
                checks.append(line)
        failed = [check for check in checks if check["result"] == "failed"]
        if failed:
            raise DuebellError(f"Verify failed: {failed[0]['found']} {failed[0]['hint'] or ''}")
    if not stage.odoo.is_ours and stage.texts_leave_elsewhere():
        smtp = f"{stage.sandbox.smtp_host}:{stage.sandbox.smtp_port}"
        raise DuebellError(
            f"{stage.odoo.url} would send real texts. In Odoo, set the system parameter sms.endpoint to {stage.sandbox.phone_url} "
            f"and the outgoing mail server to {smtp} (PHONE_PORT and SMTP_PORT keep these fixed), then run this again."
        )
    if not stage.odoo.is_ours:
        stage.service.post("/handlers/OdooCRM/pair")  # it may be that of an earlier demo, whose data is gone


def _play(stage: Stage, narrator: Narrator) -> list[str]:
    """What was not as the story has it."""
    wrong: list[str] = []
    audience = Audience(stage.service, stage.sandbox, disturbed=stage.odoo.is_ours)
    stage.begin()
    for step in stage.story:
        narrator.step(step)
        step.do(stage)
        for told in step.told:
            seen = audience.see(told)
            narrator.seen(seen)
            wrong += [seen.wrong] if seen.wrong else []
        if wrong:
            break  # what follows builds on it
    wrong += [one for one in [audience.uninvited()] if one]
    narrator.end(stage.sandbox.counts(), wrong)
    return wrong


def _stay_up(stage: Stage, console: Console) -> None:
    command = f"{Path(sys.executable).parent / 'duebell'} --data {stage.service.data}"
    console.print("\n[bold]All of it stays up until Ctrl-C.[/bold]")
    console.print(
        f"  Odoo     {stage.odoo.url}/odoo" + (f"   login {LOGIN}, password {PASSWORD}" if stage.odoo.is_ours else "")
    )
    console.print(f"  Phones   {stage.sandbox.phone_url}\n  Mailbox  {stage.sandbox.mail_url}")
    console.print(f"  Console  {stage.service.first_administrator}", soft_wrap=True)
    console.print("  Go on by hand, in another terminal:")
    for going_on in stage.by_hand(command):
        console.print(f"    {going_on}", soft_wrap=True)
    signal.pause()


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends everything too, as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
