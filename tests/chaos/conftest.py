"""A fresh installation for each fault, ended by process id afterwards."""

from __future__ import annotations

import pytest

from tests.chaos import harness


@pytest.fixture
def system(tmp_path):
    found = harness.build(tmp_path / "var")
    yield found
    found.stop()
