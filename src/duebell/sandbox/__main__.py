"""`python -m duebell.sandbox`: the sandbox as a process of its own.

Prints one line of JSON with its addresses when it is ready, and ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from datetime import UTC, datetime

from duebell.errors import DuebellError
from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.serving import Sandbox


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal ends it."""
    ended = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, ended.set)
    async with Sandbox(
        now=lambda: datetime.now(UTC),  # noqa: TID251  the composition root of this process
        host=options.host,
        port=options.port,
        smtp_port=options.smtp_port,
        sender=options.sender,
        behaviour=Behaviour(report_after=options.report_after),
    ) as sandbox:
        addresses = {
            "phone_url": sandbox.phone_url,
            "mail_url": sandbox.mail_url,
            "smtp_host": sandbox.smtp_host,
            "smtp_port": sandbox.smtp_port,
        }
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        await ended.wait()


def arguments() -> argparse.ArgumentParser:
    """Return what may be given on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m duebell.sandbox", description="A mobile network and a mail world on loopback."
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port of the phones and the pages (a free one)")
    parser.add_argument("--smtp-port", type=int, default=0, help="port that takes mail (a free one)")
    parser.add_argument("--sender", default="Your provider", help="the name that texts come from (%(default)s)")
    parser.add_argument(
        "--report-after", type=_seconds, default=1.0, help="seconds until delivery is reported (%(default)s)"
    )
    return parser


def _seconds(given: str) -> float:
    try:
        return Behaviour(report_after=float(given)).report_after
    except ValueError as error:
        message = f"give seconds from 0 to 3600 instead of {given!r}"
        raise argparse.ArgumentTypeError(message) from error


def main() -> int:
    """Run; return 1 with a sentence on standard error where it can't."""
    try:
        asyncio.run(serve(arguments().parse_args()))
    except DuebellError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
