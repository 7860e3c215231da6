"""The command `real_odoo`: a real Odoo 19 for this checkout, from installing it to ending it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from real_odoo import account, environment, keeper, locks, odoo, progress
from real_odoo.account import Account
from real_odoo.cluster import LANGUAGES, Cluster
from real_odoo.errors import OdooError, RealOdooError
from real_odoo.installation import Installation
from real_odoo.odoo import Odoo
from real_odoo.postgresql_server import STATE
from real_odoo.progress import Progress

_Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
_FAILED = 1
_DATABASE = "duebell"
_EPILOG = """\
Everything is below .run of the checkout (DUEBELL_RUN names another folder), downloads below ~/.cache/duebell.
With ODOO_SRC an Odoo 19 source tree is run instead of Debian's package.
Results go to standard output, progress to standard error. Exit codes: 0 done, 1 failed (and why), 2 wrong usage.
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments say; gives the exit code."""
    wanted = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = wanted.command
    try:
        return command(wanted)
    except RealOdooError as error:
        print(f"{error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("Interrupted. What is incomplete is made anew next time.", file=sys.stderr)
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="real_odoo", description=__doc__, epilog=_EPILOG, formatter_class=_HelpFormatter)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    _add(verbs, "install", _install, "download and unpack what is missing; mend what a broken run left")
    start = _add(verbs, "start", _start, "start Odoo in the background, on a prepared database that is kept")
    start.add_argument(
        "--database",
        default=_DATABASE,
        metavar="NAME",
        help="made from the template if there is none (default: %(default)s)",
    )
    start.add_argument(
        "--addons", default="duebell", metavar="A,B", help="addons of the checkout's folder odoo (default: %(default)s)"
    )
    start.add_argument("--languages", default=",".join(LANGUAGES), metavar="A,B", help="default: %(default)s")
    start.add_argument("--port", type=int, help="default: a free one")
    start.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes that answer; 0 is one with threads (the default)"
    )
    start.add_argument(
        "--crons", type=int, default=1, metavar="N", help="threads for scheduled actions (default: %(default)s)"
    )
    _add(verbs, "stop", _stop, "end the Odoo that start started; databases stay")
    _with_json(_add(verbs, "status", _status, "what is installed and what runs"))
    _with_json(_add(verbs, "databases", _databases, "list the databases and templates"))
    key = _add(verbs, "key", _key, "make a key to Odoo's API and print it, a secret")
    key.add_argument("--database", default=_DATABASE, metavar="NAME", help="default: %(default)s")
    key.add_argument("--login", default="admin", help="whose key (default: %(default)s)")
    key.add_argument("--name", default="real_odoo", help="what the user sees of it (default: %(default)s)")
    key.add_argument("--days", type=float, help="how long it is valid (default: for ever)")
    shell = _add(
        verbs,
        "shell",
        _shell,
        "run a Python script from standard input inside Odoo; `env` is there, `result` is printed as JSON",
    )
    shell.add_argument("database", nargs="?", default=_DATABASE, help="default: %(default)s")
    test = _add(verbs, "test-addon", _test_addon, "run addons' own tests inside Odoo, each in a fresh database")
    test.add_argument("addon", nargs="+", help="a folder of the checkout's folder odoo")
    test.add_argument(
        "--only", action="append", default=[], metavar="CLASS", help="run this class of tests alone; may be repeated"
    )
    test.add_argument(
        "--beside", metavar="ADDON", help="install this one too, and run the tests alone that are tagged with its name"
    )
    _add(verbs, "clean", _clean, "end everything and remove it, databases too; downloads stay")
    return parser


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Names to the left, sentences to the right, on one line each."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=24, width=120)
        self._action_max_length = 16  # argparse forgets that commands are indented


def _add(verbs: _Verbs, name: str, command: Callable[[argparse.Namespace], int], sentence: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=sentence, description=sentence[0].upper() + sentence[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def _install(_: argparse.Namespace) -> int:
    installation = Installation.ensure(progress=_shown())
    print(f"Odoo {installation.odoo.version} and PostgreSQL {installation.postgresql.major} are installed.")
    return 0


def _start(wanted: argparse.Namespace) -> int:
    already = odoo.running(_odoo_folder())
    if already:
        raise OdooError(f"Odoo runs already at http://127.0.0.1:{already.port}: stop it first to start it otherwise.")
    with _cluster() as cluster:
        if not cluster.exists(wanted.database):
            template = cluster.template(_names(wanted.addons), _names(wanted.languages))
            cluster.copy(template, wanted.database, keep=True)
        server = Odoo(
            cluster,
            (wanted.database,),
            workers=wanted.workers,
            crons=wanted.crons,
            port=wanted.port,
            folder=_odoo_folder(),
            detached=True,
            progress=cluster.progress,
        )
        server.start()
    print(f"{server.url}  database {wanted.database}, login admin, password admin; its log is {server.log}")
    return 0


def _stop(_: argparse.Namespace) -> int:
    keeper.stop(_odoo_folder() / odoo.STATE)
    return 0


def _status(wanted: argparse.Namespace) -> int:
    installation = Installation.existing()
    server = odoo.running(_odoo_folder())
    clusters = [folder.name for folder in _cluster_folders() if locks.is_held(folder / STATE)]
    if wanted.json:
        installed = (
            {"odoo": installation.odoo.version, "postgresql": installation.postgresql.major} if installation else None
        )
        print(
            json.dumps(
                {"installed": installed, "clusters": clusters, "server": asdict(server) if server else None}, indent=2
            )
        )
        return 0
    versions = f"Odoo {installation.odoo.version}, PostgreSQL {installation.postgresql.major}" if installation else None
    print(f"installed  {versions or 'not completely: run install'}")
    print(f"clusters   {', '.join(clusters) or 'none runs'}")
    print(f"odoo       {f'http://127.0.0.1:{server.port} over {_listed(server.databases)}' if server else 'does not run'}")
    return 0


def _databases(wanted: argparse.Namespace) -> int:
    with _cluster() as cluster:
        found = cluster.databases()
    if wanted.json:
        print(json.dumps([asdict(database) for database in found], indent=2))
    else:
        for database in found:
            print(
                f"{database.name:<40} {database.size / 1e6:6.0f} MB{'  until its user ends' if database.temporary else ''}"
            )
    return 0


def _key(wanted: argparse.Namespace) -> int:
    with _cluster() as cluster:
        print(cluster.create_api_key(wanted.database, login=wanted.login, name=wanted.name, days=wanted.days))
    return 0


def _shell(wanted: argparse.Namespace) -> int:
    with _cluster() as cluster:
        answer = cluster.command.shell(wanted.database, sys.stdin.read())
    print(answer.printed, end="")
    if answer.result is not None:
        print(json.dumps(answer.result))
    return 0


def _test_addon(wanted: argparse.Namespace) -> int:
    shown = _shown()
    with Cluster(Installation.ensure(progress=shown), progress=shown) as cluster:
        for addon in wanted.addon:
            print(f"{cluster.test_addon(addon, wanted.only, wanted.beside)} tests of {addon} passed.")
    return 0


def _clean(_: argparse.Namespace) -> int:
    run = environment.run_folder()
    for running in (f"odoo/server*/{odoo.STATE}", f"odoo/servers/*/{odoo.STATE}", f"postgresql/*/{STATE}"):
        for state in run.glob(running):
            keeper.stop(state)
    mine = Account.for_postgresql()
    for folder in (*run.glob("postgresql/*"), run / "postgresql", run / "odoo"):
        account.remove(folder, mine)
    return 0


def _cluster() -> Cluster:
    """The one for databases that are kept."""
    shown = _shown()
    return Cluster(Installation.ensure(progress=shown), durable=True, progress=shown)


def _cluster_folders() -> list[Path]:
    return sorted(file.parent for file in environment.run_folder().glob(f"postgresql/*/{STATE}"))


def _odoo_folder() -> Path:
    return environment.run_folder() / "odoo" / "server"


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name for name in listed.split(",") if name)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _shown() -> Progress:
    return progress.on(sys.stderr)
