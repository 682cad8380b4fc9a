"""A matplotlib figure as SVG that can stand inside a page: its own ids, the page's colours and fonts."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# Drawn with these, then replaced by the page's variables, so that one drawing serves light, dark and paper.
# Blue and vermillion of Okabe and Ito: told apart by colour-blind eyes; the style sheet has both shades of each.
COLOURS: dict[str, str] = {
    "ink": "#010101",
    "muted": "#020202",
    "rule": "#030303",
    "shade": "#040404",
    "cell": "#050505",
    "cell-ink": "#060606",
    "cell-ink-strong": "#070707",
    "int8": "#080808",
    "model": "#090909",
    "td6-lda": "#0a0a0a",
    "other": "#0b0b0b",
}
INK, MUTED, RULE = COLOURS["ink"], COLOURS["muted"], COLOURS["rule"]
_VARIABLE = {colour: f"var(--{name})" for name, colour in COLOURS.items()}

# Text stays text (the page's fonts, searchable) and is never read as a formula: a person may be called "$a$".
_STYLE: dict[Any, Any] = {  # matplotlib types its keys as a closed list
    "svg.fonttype": "none",
    "svg.hashsalt": "emg-edge",  # the same figures give the same page
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Make a figure inside this context: the report's style."""
    with mpl.rc_context(_STYLE):
        yield


def inline(figure: Figure, key: str, title: str, description: str) -> str:
    """SVG element whose ids all begin with `key`, with its title and a description for those who cannot see it."""
    buffer = io.StringIO()
    with drawing(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's fonts draw it, not ours
        figure.savefig(buffer, format="svg", transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]  # without the XML prologue
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)  # it names addresses on the network
    text = re.sub(r"<style type=\"text/css\">.*?</style>", "", text, flags=re.DOTALL)  # it would hold for the page
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)  # the texts once more, unescaped for a page
    head, _, body = text.partition(">")
    box = re.search(r'viewBox="[^"]*"', head)
    assert box is not None  # matplotlib always writes one
    width = round(figure.get_figwidth() * 72)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box[0]} '
        f'style="--drawn: {width}px" role="img" aria-labelledby="{key}-title {key}-desc">\n'
        f'<title id="{key}-title">{escape(title)}</title>\n<desc id="{key}-desc">{escape(description)}</desc>'
    )
    return opening + re.sub(r"<[^>]+>", lambda tag: _in_page(tag[0], key), body)


def _in_page(tag: str, key: str) -> str:
    """One tag with ids of its own and the page's colours; text between tags is left alone."""
    tag = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{key}-", tag)
    return re.sub(r"#0[0-9a-f]0[0-9a-f]0[0-9a-f]", lambda colour: _VARIABLE.get(colour[0], colour[0]), tag)
