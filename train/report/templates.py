"""How the pages are made: templates beside this file, escaped by themselves, nothing undefined."""

from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

PACKAGE = "emg_edge.train.report"


def environment() -> Environment:
    """Make one that a page adds its filters to."""
    made = Environment(autoescape=True, loader=FunctionLoader(read), undefined=StrictUndefined)
    made.trim_blocks = made.lstrip_blocks = True
    made.globals["style"] = read("style.css")
    return made


def read(name: str) -> str:
    return (files(PACKAGE) / name).read_text(encoding="utf-8")
