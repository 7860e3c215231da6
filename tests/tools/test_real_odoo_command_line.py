"""The command `real_odoo`, on a run folder of its own whose Odoo is the checkout's."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from real_odoo import Cluster, command_line, progress

DATABASE = "test_of_the_command_line"
BORROWED = ("odoo/bin", "odoo/dist", "odoo/venv")


@pytest.fixture
def run(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run folder that borrows what was installed and, so that its templates needn't be made again, the tests' cluster."""
    folder = tmp_path / "run"
    (folder / "odoo").mkdir(parents=True)
    (folder / "postgresql").mkdir()
    for part in BORROWED:
        (folder / part).symlink_to(cluster.installation.run / part)
    (folder / "postgresql/durable").symlink_to(cluster.folder)
    monkeypatch.setenv("DUEBELL_RUN", str(folder))
    yield folder
    command_line.main(["stop"])
    cluster.drop(DATABASE)


def test_from_start_to_stop(run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    start = ["start", "--database", DATABASE, "--addons", "", "--crons", "0"]
    assert command_line.main(start) == 0
    address = capsys.readouterr().out.split()[0]

    assert command_line.main(start) == 1
    assert f"Odoo runs already at {address}: stop it first" in capsys.readouterr().err

    assert command_line.main(["status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["clusters"] == ["durable"]
    assert address == f"http://127.0.0.1:{status['server']['port']}"

    assert command_line.main(["databases", "--json"]) == 0
    assert DATABASE in {database["name"] for database in json.loads(capsys.readouterr().out)}

    assert command_line.main(["key", "--database", DATABASE]) == 0
    assert len(capsys.readouterr().out.strip()) == 40

    monkeypatch.setattr("sys.stdin", io.StringIO("print('printed')\nresult = [1]"))
    assert command_line.main(["shell", DATABASE]) == 0
    assert capsys.readouterr().out == "printed\n[1]\n"

    assert command_line.main(["stop"]) == 0
    assert command_line.main(["status"]) == 0
    assert "odoo       does not run" in capsys.readouterr().out


def test_a_failure_is_a_sentence_and_a_status(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOO_SRC", str(run))

    assert command_line.main(["install"]) == 1

    assert capsys.readouterr().err.startswith(f"ODOO_SRC={run} holds no odoo/release.py: name the folder")


def test_cleaning_removes_what_a_run_folder_holds_and_what_it_has_elsewhere(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUEBELL_RUN", str(tmp_path / "run"))
    with Cluster(cluster.installation, tmp_path / "run/postgresql/quick") as another:
        files = another.server.data
        assert files.is_dir()

    assert command_line.main(["clean"]) == 0

    assert not files.exists()
    assert list((tmp_path / "run").iterdir()) == []
    assert command_line.main(["clean"]) == 0  # there is nothing


def test_an_empty_run_folder_has_nothing_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUEBELL_RUN", str(tmp_path))

    assert command_line.main(["status"]) == 0

    assert "installed  not completely: run install" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []  # asking makes nothing


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command_line.main(["--help"])

    said = capsys.readouterr().out
    for command in ("install", "start", "stop", "status", "databases", "key", "shell", "test-addon", "clean"):
        assert f"\n    {command} " in said


def test_progress_without_a_terminal_is_a_line_for_each_thing_done() -> None:
    stream = io.StringIO()
    told = progress.on(stream)

    told("odoo-19", "downloading 1/123 MB", 0.01)
    told("odoo-19", "downloading 99/123 MB", 0.8)
    told("odoo-19", "unpacked", 1)

    lines = stream.getvalue().splitlines()
    assert lines == ["  odoo-19         downloading 1/123 MB", "  odoo-19         unpacked"]


def test_progress_on_a_terminal_is_a_bar_for_each_step_kept_in_place() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    told = progress.on(stream)

    told("first", "half", 0.5)
    told("second", "unknown")
    told("first", "done", 1)

    assert "  first           ████████████░░░░░░░░░░░░ half" in stream.getvalue()
    last_drawing = stream.getvalue().rsplit("\x1b[2F\x1b[J", 1)[1]
    assert last_drawing.index("first") < last_drawing.index("second")
