"""The words of the command."""

import argparse

import pytest

from server.demo.crowd import Account
from server.demo.simulate import add_arguments, read_accounts, run


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_accounts_are_read_line_by_line() -> None:
    assert read_accounts("a one\n\n b\ttwo \n") == [Account("a", "one"), Account("b", "two")]


def test_a_line_that_is_no_account_is_named() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_accounts("a one\nb\n")


def test_without_a_meeting_nothing_begins(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed("--url", "http://127.0.0.1:1")) == 2
    assert "--meeting" in capsys.readouterr().err


def test_too_few_accounts_are_told(tmp_path: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "accounts"  # type: ignore[operator]
    file.write_text("a one\n")
    words = ("--url", "http://127.0.0.1:1", "--meeting", "m", "--accounts", str(file), "--members", "2")
    assert run(parsed(*words)) == 2
    assert "1 accounts for 2 members" in capsys.readouterr().err
