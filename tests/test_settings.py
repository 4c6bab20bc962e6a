import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.settings import SOCKET_PATH_BYTES, Settings


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    for name in [n for n in os.environ if n.startswith("CHIBO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_serve_a_bare_machine():
    settings = Settings()
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.database == "sqlite+aiosqlite:///var/chibo.sqlite"
    assert not settings.secure_cookies


def test_browsers_are_told_every_address_and_a_wrong_one_is_refused(monkeypatch):
    assert Settings().media_address.split(",")[0] == "127.0.0.1"
    monkeypatch.setenv("CHIBO_MEDIA_ADDRESS", "203.0.113.5, 2001:db8::5")
    assert Settings().media_address == "203.0.113.5,2001:db8::5"
    monkeypatch.setenv("CHIBO_MEDIA_ADDRESS", "203.0.113.5,there")
    with pytest.raises(ValidationError):
        Settings()


def test_what_follows_from_another_setting_follows_it(monkeypatch):
    monkeypatch.setenv("CHIBO_PORT", "9000")
    monkeypatch.setenv("CHIBO_DATA_DIR", "/srv/chibo")
    assert Settings().public_url == "http://127.0.0.1:9000"
    assert Settings().database == "sqlite+aiosqlite:////srv/chibo/chibo.sqlite"


def test_a_dot_env_file_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("CHIBO_PORT=9001\nCHIBO_LANGUAGE=en\nOTHER=1\n")
    monkeypatch.setenv("CHIBO_LANGUAGE", "vi")
    assert (Settings().port, Settings().language) == (9001, "vi")


def test_tls_makes_the_cookies_secure(monkeypatch):
    monkeypatch.setenv("CHIBO_PUBLIC_URL", "https://hop.example.vn/")
    assert Settings().secure_cookies
    assert Settings().public_url == "https://hop.example.vn"


def test_settings_cannot_be_changed_later():
    with pytest.raises(Exception, match="frozen"):
        Settings().port = 1


def test_the_socket_path_always_fits(tmp_path):
    short, long = Settings(data_dir=Path("/srv/c")), Settings(data_dir=tmp_path / ("x" * 120))
    assert short.media_socket == Path("/srv/c/media.sock")
    assert len(bytes(long.media_socket)) <= SOCKET_PATH_BYTES
    assert long.media_socket != Settings(data_dir=tmp_path / ("y" * 120)).media_socket


def test_wrong_values_end_the_program_with_one_line_per_variable():
    wrong = {
        "CHIBO_PORT": "70000",
        "CHIBO_MEDIA_ADDRESS": "here",
        "CHIBO_TIMEZONE": "Mars/North",
        "CHIBO_DATABASE": "mysql://secret@host",
        "CHIBO_PUBLIC_URL": "ftp://host/x",
        "CHIBO_LANGUAGE": "fr",
        "CHIBO_LOCK_AFTER": "50",
    }
    ran = subprocess.run(
        [sys.executable, "-c", "from server.settings import load; load()"],
        env={**os.environ, **wrong, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert sorted(line.split(":")[0] for line in ran.stderr.splitlines()) == sorted(wrong)
    assert "secret" not in ran.stderr
