"""``wuyou run`` and ``wuyou stop``: start everything of an installation, and end it."""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
import requests
from tqdm import tqdm

from app import database, files, settings
from app.documents import fonts
from app.embedded import Postgres, Redis, StartError
from app.identity import passwords
from app.keys import load_keys
from app.places import Places
from app.settings import Settings
from app.supervisor import Child, Supervisor, running
from merchants.operations import listing
from seeds import demo, people, pictures, reference
from workflows.errors import Conflict
from workflows.store.crypto import Keys
from workflows.store.session import Databases, Role

READY_SECONDS = 60
STOP_SECONDS = 15


def say(words: str) -> None:
    """One line of progress, at once."""
    click.echo(words)
    sys.stdout.flush()


@click.command("run")
def run_command() -> None:
    """Start everything and stay in the foreground until Ctrl-C."""
    told = settings.read()
    places = Places(told.data)
    supervisor = Supervisor(places)
    supervisor.take()
    check_port(told)
    supervisor.listen()
    try:
        start(supervisor, told)
        supervisor.watch()
        say("Stopping …")
    except StartError as error:
        raise click.ClickException(str(error)) from None
    finally:
        supervisor.stop()


def start(supervisor: Supervisor, told: Settings) -> None:
    """Servers, schema, data, processes: in that order, each with a word of progress."""
    start_servers(supervisor, told)
    prepare_data(told, supervisor.places)
    web, *others = children(told, supervisor.places)
    supervisor.children = [web]
    web.start()
    wait_until_ready(told, supervisor)
    supervisor.children += others  # they are started by the watch: people wait for the web server only
    if told.demo:
        say_sign_ins(told)
    say(f"Wuyou is ready at {address(told)}")


def prepare_data(told: Settings, places: Places) -> None:
    """Roles, schema and data; nothing of it is done twice."""
    say("· schema …")
    db = Databases(database.prepare(told, places), load_keys(places), pooled=False)
    if told.demo:
        say("· demo city …")
        demo.load(db, lambda: passwords.hashed(people.PASSWORD), step, progress_bar, lambda: drawn(places, db.keys))
    else:
        with db.transaction(Role.OWNER) as session:
            reference.load(session)
    with db.transaction(Role.OWNER) as session:
        listing.fill_keys(session)  # what an older version stored gets the search keys of this one
    db.close()


def step(words: str) -> None:
    """One more thing that is being done."""
    say(f"· {words} …")


def drawn(places: Places, keys: Keys) -> pictures.Album:
    """The demo's pictures, kept as uploads are."""
    font = fonts.folders()[0] / fonts.WIDEST
    return pictures.album(font, lambda body, name: asdict(files.take(places, keys, io.BytesIO(body), name)))


def progress_bar(total: int) -> Callable[[int], object]:
    """A bar that is told of each advance."""
    return tqdm(total=total, unit=" cases", dynamic_ncols=True).update


def say_sign_ins(told: Settings) -> None:
    """With whom one may sign in, and where the codes are shown."""
    say(f"  password for all: {people.PASSWORD}")
    for person in people.PEOPLE:
        say(f"  {person.role:10} {person.city}  {person.login}{f'  phone {person.phone}' if person.phone else ''}")
    say(f"  one-time codes:   {address(told)}/demo/messages")


def start_servers(supervisor: Supervisor, told: Settings) -> None:
    """The private servers, unless the installation has its own."""
    places = supervisor.places
    if told.embedded_database:
        say("· PostgreSQL …")
        postgres = Postgres(places)
        supervisor.servers.append(postgres)
        postgres.start()
        postgres.create_database()
    if told.embedded_redis:
        say("· Redis …")
        store = Redis(places)
        supervisor.servers.append(store)
        store.start()
    if supervisor.servers and (moved := places.moved()):
        say(f"· their data lies in {moved}, because {places.data} is closed to the user they run as")


def children(told: Settings, places: Places) -> list[Child]:
    """The processes of the product."""
    python = [sys.executable, "-m"]
    workers = [
        Child(f"worker {n + 1}", [*python, "app.worker"], os.environ, places.logs / "worker.log")
        for n in range(told.workers)
    ]
    stand_in = Child("stand-in", [*python, "app.bridges"], os.environ, places.logs / "stand-in.log")
    return [
        Child("web", web_arguments(told), os.environ, places.logs / "web.log"),
        *([stand_in] if told.demo else []),
        *workers,
        Child("ticker", [*python, "app.ticker"], os.environ, places.logs / "ticker.log"),
    ]


def web_arguments(told: Settings) -> list[str]:
    """The web server's command line; see docs/adr/0003 for the choice of server."""
    program = str(Path(sys.executable).with_name("gunicorn"))
    options = {
        "--bind": f"{told.bind}:{told.port}",
        "--workers": str(told.web_workers),
        "--threads": str(told.web_threads),
        "--worker-class": "gthread",
        "--timeout": "30",
        "--graceful-timeout": "4",
        "--max-requests": "20000",
        "--max-requests-jitter": "2000",
    }
    return [
        program,
        "--no-control-socket",
        *(part for pair in options.items() for part in pair),
        "app.wsgi:application",
    ]


def check_port(told: Settings) -> None:
    """Say at once when the port is taken, not after everything else has started.

    :raises Conflict: somebody listens there already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((told.bind, told.port))
        except OSError:
            message = f"port {told.port} is taken: choose another, as in `make run PORT={told.port + 1}`"
            raise Conflict("run.port", message, field="PORT") from None


def address(told: Settings) -> str:
    """Where a browser finds the product."""
    return f"http://{told.bind}:{told.port}"


def wait_until_ready(told: Settings, supervisor: Supervisor) -> None:
    """Return when the web server can serve; say so when it cannot.

    :raises StartError: it did not answer within a minute.
    """
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if supervisor.asked_to_stop(0.1):
            raise StartError("stopped before it was ready")
        try:
            if requests.get(f"{address(told)}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            for child in supervisor.children:
                child.tend()
    raise StartError(f"the web server did not get ready; its log is {supervisor.places.logs / 'web.log'}")


@click.command("stop")
def stop_command() -> None:
    """End the installation that runs on WUYOU_DATA; exit 1 when none does."""
    places = Places(settings.read().data)
    pid = running(places)
    if pid is None:
        say(f"nothing runs on {places.data}")
        raise click.exceptions.Exit(1)
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while running(places) is not None:
        if time.monotonic() > until:
            raise Conflict("stop.slow", f"process {pid} has not ended within {STOP_SECONDS} seconds")
        time.sleep(0.1)
    say("stopped")
