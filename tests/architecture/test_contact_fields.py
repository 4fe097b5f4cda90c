"""The fields of a contact stand in one table: no other list, tuple, set or dictionary repeats their names."""

import ast

from app.models.contact_fields import FIELDS
from tests.support.source import FILES, ROOT, nodes

NAMES = {field.name for field in FIELDS} | {field.primary for field in FIELDS} - {""}


def strings(node):
    """The texts that stand in a collection itself, or as the keys of a dictionary."""
    inside = node.keys if isinstance(node, ast.Dict) else node.elts
    return {one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def repeats(nodes):
    """The lines of collections that name four fields of a contact or more."""
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict) and len(strings(node) & NAMES) >= 4
    ]


def test_the_law_sees_a_list_that_repeats_the_fields():
    for text in ('("name", "emails", "phones", "notes")', '{"name": 1, "email": 2, "tags": 3, "notes": 4}'):
        assert repeats(ast.walk(ast.parse(text))) == [1]
    assert repeats(ast.walk(ast.parse('("name", "emails", "phones", "org")'))) == []


def test_no_collection_repeats_the_fields_of_a_contact():
    found = [f"{file.relative_to(ROOT)}:{line}" for file in FILES for line in repeats(nodes(file))]
    assert found == []
