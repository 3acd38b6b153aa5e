from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
import requests

from app.embedded import Postgres, Redis
from app.places import Places
from tests.support.net import free_port

WUYOU = Path(sys.executable).with_name("wuyou")


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "var")


@pytest.fixture
def postgres(places):
    server = Postgres(places)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def store(places):
    server = Redis(places)
    server.start()
    yield server
    server.stop()


def test_data_survives_a_kill_and_a_restart(postgres):
    postgres.create_database()
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE fact (id int)")
        connection.execute("INSERT INTO fact VALUES (1)")
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    postgres.start()
    with postgres.connect() as connection:
        assert connection.execute("SELECT id FROM fact").fetchall() == [(1,)]


def inet_connections(pid):
    """The connections of a server and its children, but for those children that end while they are asked."""
    for process in (psutil.Process(pid), *psutil.Process(pid).children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from process.net_connections("inet")


def test_the_private_database_listens_on_no_port_and_wants_a_password(postgres):
    assert [c for c in inet_connections(postgres.process.pid) if c.status == psutil.CONN_LISTEN] == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(postgres.places.sockets()), dbname="postgres", user="wuyou_root", password="guess")


def test_chinese_text_has_trigrams(postgres):
    with postgres.connect("postgres") as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('中文投诉'))").fetchone()[0] > 0


def test_making_a_database_twice_makes_it_once(postgres):
    assert [postgres.create_database("twice"), postgres.create_database("twice")] == [True, False]


def test_a_server_that_runs_already_is_found_and_not_started_again(postgres):
    second = Postgres(postgres.places)
    second.start()
    assert second.process is None


def test_the_products_own_redis_user_cannot_wipe_or_configure_it(store):
    client = redis.Redis.from_url(store.url())
    assert client.ping()
    for command in ("FLUSHALL", "CONFIG GET *", "SHUTDOWN", "ACL LIST"):
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command(*command.split())


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has another user to run servers as; others run them as themselves"
)
def test_started_by_root_in_a_closed_folder_the_servers_move_to_an_open_one_and_remember_it():
    closed = Path("/root") / f".wuyou-test-{os.getpid()}"
    try:
        places = Places(closed / "var")
        assert places.moved() is not None
        assert Places(closed / "var").servers() == places.servers()
    finally:
        shutil.rmtree(places.servers())
        shutil.rmtree(closed)


def environment(data: Path, port: int) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return plain | {"WUYOU_DATA": str(data), "PORT": str(port), "WUYOU_DEMO": "0", "PYTHONPATH": str(Path.cwd())}


@pytest.fixture
def start():
    """Start installations; whatever still runs afterwards is ended by its id."""
    started = []

    def go(data: Path, port: int) -> subprocess.Popen:
        command = [sys.executable, str(WUYOU), "run"]
        process = subprocess.Popen(command, env=environment(data, port), stdout=subprocess.PIPE, text=True)
        started.append(process)
        for line in process.stdout:
            if line.startswith("Wuyou is ready at"):
                return process
        raise AssertionError(f"it did not get ready; exit {process.wait()}")

    yield go
    for process in started:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_run_starts_everything_and_ends_it_without_a_trace(tmp_path, start):
    port = free_port()
    process = start(tmp_path / "var", port)
    family = descendants(process.pid)
    assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json() == {"status": "alive"}
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert time.monotonic() - began < 15
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_second_run_on_the_same_folder_is_refused_and_stop_ends_the_first(tmp_path, start):
    port = free_port()
    process = start(tmp_path / "var", port)
    env = environment(tmp_path / "var", free_port())
    second = subprocess.run([sys.executable, str(WUYOU), "run"], env=env, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "already running" in second.stderr
    stopped = subprocess.run([sys.executable, str(WUYOU), "stop"], env=env, capture_output=True, text=True, check=False)
    assert (stopped.returncode, process.wait(20)) == (0, 0)
    again = subprocess.run([sys.executable, str(WUYOU), "stop"], env=env, capture_output=True, text=True, check=False)
    assert again.returncode == 1


def test_a_killed_child_is_restarted(tmp_path, start):
    port = free_port()
    process = start(tmp_path / "var", port)
    web = web_of(process)
    web.kill()
    web_gone = time.monotonic() + 30
    while time.monotonic() < web_gone and not (web_of(process) and answers_steadily(port)):
        time.sleep(0.2)
    assert web_of(process).pid != web.pid
    assert answers_steadily(port)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


def web_of(process):
    """The web server's first process, when it lives."""
    family = [p for p in psutil.Process(process.pid).children() if p.status() != psutil.STATUS_ZOMBIE]
    return next((p for p in family if "gunicorn" in " ".join(p.cmdline())), None)


def answers_steadily(port: int) -> bool:
    """Whether ten requests in a row are answered: workers of a killed server hang on for a moment."""
    try:
        return all(requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok for _ in range(10))
    except requests.RequestException:
        return False


def test_servers_of_ones_own_need_a_role_that_may_create_roles_and_bring_no_demo(tmp_path):
    theirs = Places(tmp_path / "theirs")
    postgres, store = Postgres(theirs), Redis(theirs)
    postgres.start()
    store.start()
    with postgres.connect("postgres") as root:
        root.execute("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'secret'")
        root.execute("CREATE DATABASE city OWNER maker")
    url = f"postgresql://maker:secret@/city?host={theirs.sockets()}"
    port = free_port()
    plain = {k: v for k, v in environment(tmp_path / "ours", port).items() if k != "WUYOU_DEMO"}
    env = plain | {"DATABASE_URL": url, "REDIS_URL": store.url()}
    process = subprocess.Popen([sys.executable, str(WUYOU), "run"], env=env, stdout=subprocess.PIPE, text=True)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "is ready at" in line:
            break
    try:
        assert "is ready at" in lines[-1]
        assert not any("password" in line for line in lines)
        assert requests.get(f"http://127.0.0.1:{port}/demo/messages", timeout=5).status_code == 404
        assert not (tmp_path / "ours" / "servers").exists()
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()
        store.stop()
        postgres.stop()


def test_a_killed_supervisor_leaves_nothing_running(tmp_path, start):
    process = start(tmp_path / "var", free_port())
    family = descendants(process.pid)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []


def test_a_taken_port_is_named_at_once(tmp_path, start):
    port = free_port()
    start(tmp_path / "one", port)
    env = environment(tmp_path / "two", port)
    second = subprocess.run([sys.executable, str(WUYOU), "run"], env=env, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"port {port} is taken" in second.stderr


def test_a_bad_setting_is_one_line(tmp_path):
    env = environment(tmp_path, 1) | {"PORT": "70000"}
    bad = subprocess.run([sys.executable, str(WUYOU), "run"], env=env, capture_output=True, text=True, check=False)
    assert (bad.returncode, json.dumps(bad.stderr).count("\\n")) == (2, 1)
    assert "PORT='70000' must be a whole number from 1 to 65535" in bad.stderr
