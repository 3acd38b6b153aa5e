"""The rules of the house that a reader feels first."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalogue import catalogue

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("app", "complaints", "measures", "merchants", "returns", "seeds", "tools", "workflows", "tests")
FILES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
PRODUCT = [p for p in FILES if not p.is_relative_to(ROOT / "tests")]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, FUNCTION))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_import_hides_inside_a_function(path):
    hidden = [
        f"{f.name}:{n.lineno}"
        for f in functions(path)
        for n in ast.walk(f)
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300
    assert [f"{f.name} has {length(f)} lines" for f in functions(path) if length(f) > 40] == []


def test_the_median_function_is_a_few_lines():
    assert statistics.median(length(f) for p in PRODUCT for f in functions(p)) <= 8


def test_every_public_function_and_class_of_the_engine_says_what_it_does():
    silent = []
    for path in (ROOT / "workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_")
            public = named and node.name != "Meta"  # marshmallow's own word
            if public and not ast.get_docstring(node) and not in_private_class(path, node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []


def in_private_class(path: Path, node: ast.AST) -> bool:
    classes = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ClassDef)]
    return any(c.name.startswith("_") and c.lineno <= node.lineno <= (c.end_lineno or 0) for c in classes)


def test_every_text_has_both_languages():
    assert [key for key, pair in catalogue().items() if not all(part.strip() for part in pair)] == []


def test_both_languages_of_a_text_name_the_same_values():
    def names(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    odd = [key for key, (zh, en) in catalogue().items() if names(zh) != names(en)]
    assert odd == []
