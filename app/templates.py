"""HTML made by Jinja2: templates are files beside the module that fills them, and every value put in is escaped."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

_BREAK = re.compile(r"\s*\n\s*")


class _JoinLines(Extension):
    """Line breaks and indentation lay a template out for its reader; they are not sent."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        return _BREAK.sub("", source)


def beside(module_file: str) -> Environment:
    """The templates in the folder of a module, which passes its `__file__`.

    A name that was not given a value raises UndefinedError. A space that has to
    stay between two lines of a template is written as `{{ " " }}`.
    """
    return Environment(
        loader=FileSystemLoader(Path(module_file).parent),
        extensions=[_JoinLines],
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
