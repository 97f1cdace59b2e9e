"""How the environment becomes settings: what is derived, what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from socialapp import env
from socialapp import settings as house
from socialapp.settings import storage
from tools.gates import documented

ROOT = house.BASE_DIR


def told(code: str, *, first: str = "", **environment: str) -> str:
    """What a fresh process prints that reads the settings in this environment."""
    done = subprocess.run(
        [sys.executable, "-c", f"{first}from socialapp import settings as s; {code}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_socket_under_a_long_path_moves_to_a_short_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(storage, "DATA_DIR", Path("/data"))
    assert storage._redis_socket() == Path("/data/redis.sock")
    monkeypatch.setattr(storage, "DATA_DIR", Path("/" + "long/" * 30))
    moved = storage._redis_socket()
    assert len(os.fsencode(moved)) <= 100
    monkeypatch.setattr(storage, "DATA_DIR", Path("/" + "other/" * 30))
    assert storage._redis_socket() != moved, "two copies never share one"


def test_every_copy_makes_a_key_of_its_own(tmp_path: Path) -> None:
    first = told("print(s.SECRET_KEY)", DATA_DIR=str(tmp_path))
    assert len(first) > 50
    assert told("print(s.SECRET_KEY)", DATA_DIR=str(tmp_path)) == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    other = told("print(s.SECRET_KEY)", DATA_DIR=str(tmp_path / "other"))
    assert other != first


def test_in_production_the_key_must_be_given(tmp_path: Path) -> None:
    words = told("", DATA_DIR=str(tmp_path), PRODUCTION="1")
    assert words.endswith("SECRET_KEY must be set when PRODUCTION=1")
    words = told("", DATA_DIR=str(tmp_path), PRODUCTION="1", SECRET_KEY="x" * 50)
    assert words.endswith("WATERMARK_KEYS must be set when PRODUCTION=1")


def test_watermark_keys_are_this_copys_own_and_can_be_rotated(tmp_path: Path) -> None:
    folder = {"DATA_DIR": str(tmp_path)}
    own = told("print(*s.WATERMARK_KEYS)", **folder)
    assert len(own) > 50
    file = tmp_path / "watermark-keys"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(f"{'n' * 20}\n{own}", encoding="utf-8")
    assert told("print(*s.WATERMARK_KEYS)", **folder).split() == ["n" * 20, own]
    given = told(
        "print(*s.WATERMARK_KEYS)", **folder, WATERMARK_KEYS=f"{own},{'b' * 16}"
    )
    assert given.split() == [own, "b" * 16]
    words = told("", **folder, WATERMARK_KEYS=f"{own},short")
    assert words.endswith("WATERMARK_KEYS: key 2 has 5 characters; 16 are needed")


def test_postgres_is_reached_over_the_network_and_over_a_socket(tmp_path: Path) -> None:
    show = (
        "d = s.DATABASES['default'];"
        " print(d['USER'], d['PASSWORD'], d['HOST'], d['PORT'], d['NAME'])"
    )
    folder = {"DATA_DIR": str(tmp_path)}
    url = "postgres://me:p%40ss@db.example:5433/troupe"
    assert told(show, DATABASE_URL=url, **folder) == "me p@ss db.example 5433 troupe"
    url = "postgres:///troupe?host=/run/pg&user=me"
    assert told(show, DATABASE_URL=url, **folder).split() == ["me", "/run/pg", "troupe"]
    prepared = "print(s.DATABASES['default']['OPTIONS']['prepare_threshold'])"
    assert told(prepared, DATABASE_URL=url, **folder) == "5"
    assert told(prepared, DATABASE_URL=f"{url}&prepare=off", **folder) == "None"
    words = told(prepared, DATABASE_URL=f"{url}&prepare=maybe", **folder)
    assert "DATABASE_URL: prepare=maybe: use on or off" in words
    words = told(show, DATABASE_URL="mysql://db/troupe", **folder)
    assert "DATABASE_URL: use postgres://" in words


def test_a_web_server_keeps_connections_and_a_worker_has_its_own(
    tmp_path: Path,
) -> None:
    show = (
        "d = s.DATABASES['default']; o = d['OPTIONS'];"
        " print(o.get('keep'), o.get('pool'), d.get('CONN_MAX_AGE', 0))"
    )
    serves = "import socialapp.asgi;"
    folder = {"DATA_DIR": str(tmp_path)}
    url = {"DATABASE_URL": "postgres:///troupe?host=/run/pg&user=me"}
    assert told(show, **folder) == "0 None 0"
    assert told(show, first=serves, **folder) == "20 None 0"
    assert told(show, first=serves, DATABASE_CONNECTIONS="3", **folder) == "3 None 0"
    assert told(show, **folder, **url) == "None None 60"
    pool = "{'min_size': 1, 'max_size': 20}"
    assert told(show, first=serves, **folder, **url) == f"None {pool} 0"
    off = told(show, first=serves, DATABASE_CONNECTIONS="0", **folder, **url)
    assert off == "None None 60"
    words = told(show, first=serves, DATABASE_CONNECTIONS="-1", **folder)
    assert "DATABASE_CONNECTIONS=-1" in words


def test_the_documented_environment_is_production(tmp_path: Path) -> None:
    show = "print(s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.S3_BUCKET)"
    environment = {**documented(), "DATA_DIR": str(tmp_path)}
    assert told(show, **environment) == "True True troupe"


def test_a_variable_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DEBUG=maybe: use 1 or 0"):
        env.flag("DEBUG")
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(ImproperlyConfigured, match="PORT=http: a whole number"):
        env.number("PORT", 8000)
    monkeypatch.setenv("REAL_PERSON_GATE", "maybe")
    with pytest.raises(ImproperlyConfigured, match="use one of refuse, off"):
        env.choice("REAL_PERSON_GATE", "refuse", ["refuse", "off"])


def test_a_secret_may_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("quiet\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))
    assert env.text("SECRET_KEY") == "quiet"
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        env.text("SECRET_KEY")


def test_lists_and_folders_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, ,b.example,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]
    monkeypatch.setenv("DATA_DIR", "~/troupe")
    assert env.path("DATA_DIR", Path("/x")) == Path.home() / "troupe"


def test_the_ladder_begins_with_the_neural_rungs_that_are_named(tmp_path: Path) -> None:
    show = "print(s.ANIMATOR_LADDER, s.VOICE_LADDER)"
    plain = told(show, DATA_DIR=str(tmp_path))
    assert plain.startswith("['warp', 'mixed', 'sway', 'still'] ['kokoro'")
    more = told(
        show,
        DATA_DIR=str(tmp_path),
        NEURAL_RUNGS="musetalk,warp_cuda",
        NEURAL_VOICE="kokoro_torch",
    )
    assert more.startswith("['musetalk', 'warp_cuda', 'warp', ")
    assert "['kokoro_torch', 'kokoro'" in more
    words = told("", DATA_DIR=str(tmp_path), NEURAL_RUNGS="musetalks")
    assert "NEURAL_RUNGS: musetalks is no animator" in words
