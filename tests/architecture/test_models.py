"""Tables load nothing by surprise, and every refusal is a sentence."""

import ast
import importlib
import pkgutil
import re

from sqlalchemy import Enum as SQLEnum
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

from app import errors
from app.errors import Refusal
from tests.support.source import APP, FILES, calls, last_word, where


def test_relationships_never_load_by_surprise():
    configure_mappers()
    lazy = [
        str(relation)
        for mapper in SQLModel._sa_registry.mappers
        for relation in mapper.relationships
        if relation.lazy != "raise"
    ]
    assert lazy == []


def test_enums_are_text_with_a_check():
    native = [
        str(column)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SQLEnum) and (column.type.native_enum or not column.type.create_constraint)
    ]
    assert native == []


def refusals(kind=Refusal):
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in refusals(child))]


def test_every_refusal_is_a_sentence_with_a_4xx():
    for module in pkgutil.walk_packages([str(APP)], "app."):
        if not module.name.startswith(("app.pages", "app.__main__")):
            importlib.import_module(module.name)
    assert len(refusals()) > 8
    for kind in refusals():
        assert 400 <= kind.status < 500, kind
        assert kind.sentence.endswith("."), kind


def test_sentences_where_refusals_are_raised_end_with_a_full_stop():
    kinds = {kind.__name__ for kind in refusals()} | set(dir(errors))
    unfinished = [
        where(path, call)
        for path in FILES
        for call in calls(path)
        if last_word(call) in kinds
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and not call.args[0].value.endswith((".", "?"))
    ]
    assert unfinished == []


def test_one_migration_follows_the_other():
    """Two of one number, written at the same time, would stop every start."""
    steps = [file.read_text() for file in sorted((APP.parent / "migrations" / "versions").glob("*.py"))]
    numbers = [re.search(r'^revision = "(\d+)"', step, re.MULTILINE)[1] for step in steps]
    before = [re.search(r'^down_revision = "(\d+)"', step, re.MULTILINE)[1] for step in steps[1:]]
    assert len(steps) > 20
    assert numbers == [f"{number:04}" for number in range(1, len(steps) + 1)]
    assert before == numbers[:-1]
