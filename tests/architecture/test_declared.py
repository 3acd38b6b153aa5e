from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import complaints
import measures
import merchants
import returns
import workflows
from app import wiring
from workflows.time.declared import Declared

ROOMS = (workflows, merchants, returns, complaints, measures)


def modules(room: ModuleType):
    return [importlib.import_module(found.name) for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]


def declared(value: Any):
    """What a module's name stands for, if it declares settings."""
    values = value.values() if isinstance(value, dict) else [value]
    return [each.code for each in values if isinstance(each, Declared)]


def test_every_declared_setting_can_be_listed_and_decided_anew():
    found = {
        code
        for room in ROOMS
        for module in modules(room)
        for value in vars(module).values()
        for code in declared(value)
    }
    assert found == set(wiring.SETTINGS)
