"""What every test may ask for: a private server per test process, a fresh database per test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from app import database
from app import settings as app_settings
from app.embedded import Postgres
from app.keys import load_keys
from app.places import Places
from app.settings import Settings
from seeds import reference
from tests.support import world as worlds
from workflows.store.session import Databases, Role

settings.register_profile("push", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("night", max_examples=2000, deadline=None)
settings.load_profile("push")

NAMES = count(1)
DEPTHS = ("*", "*/*", "*/*/*")
TEMPLATE = "wuyou"


@dataclass
class Cluster:
    """A running private server with a migrated template database."""

    postgres: Postgres
    places: Places
    urls: dict[Role, str]

    def databases(self, name: str, **options) -> Databases:
        urls = {r: make_url(u).set(database=name).render_as_string(hide_password=False) for r, u in self.urls.items()}
        return Databases(urls, load_keys(self.places), **{"pooled": False, **options})


def told(data) -> Settings:
    return app_settings.read({"WUYOU_DATA": str(data)})


@pytest.fixture(scope="session", autouse=True)
def tidy(tmp_path_factory):
    """Run by root, servers keep their data where their own user can reach it: it goes when the tests are through."""
    yield
    base = tmp_path_factory.getbasetemp()
    for remembered in [path for depth in DEPTHS for path in base.glob(f"{depth}/servers.path")]:
        shutil.rmtree(Path(remembered.read_text("utf-8").strip()), ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    places = Places(tmp_path_factory.mktemp("cluster") / "var")
    postgres = Postgres(places)
    postgres.start()
    postgres.create_database(TEMPLATE)
    urls = database.prepare(told(places.data), places)
    db = Databases(urls, load_keys(places), pooled=False)
    with db.transaction(Role.OWNER) as session:
        reference.load(session, portal=True)
    yield Cluster(postgres, places, urls)
    postgres.stop()


@pytest.fixture
def database_name(cluster):
    name = f"t{next(NAMES)}"
    cluster.postgres.create_database(name, template=TEMPLATE)
    yield name
    with cluster.postgres.connect("postgres") as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def db(cluster, database_name):
    found = cluster.databases(database_name)
    yield found
    found.close()


@pytest.fixture
def root(cluster, database_name):
    """A superuser's connection: for tampering and for looking under the skin."""
    with cluster.postgres.connect(database_name) as connection:
        yield connection


@pytest.fixture
def world(db):
    return worlds.build(db)
