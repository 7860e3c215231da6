"""Debian's programs that tests and pictures need."""

from __future__ import annotations

from pathlib import Path

import pytest

import programs


def test_a_machine_that_has_neither_the_programs_nor_apt_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs.main() == 1

    assert "Missing: chromium, nodejs, wkhtmltopdf." in capsys.readouterr().err
    with pytest.raises(FileNotFoundError, match="run `make programs`"):
        programs.path("chromium")


def test_nothing_is_installed_where_all_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in programs.PROGRAMS:
        (tmp_path / program).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs.main() == 0
