"""Renders HTML pages that load nothing from a network. Jinja escapes every text in them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.render.describe import (
    byline,
    cell_remark,
    cell_text,
    link_of,
    links_of,
    quoted_place,
    readable_date,
    support_words,
    tally_line,
)
from reviewer.render.table_words import nothing_found
from reviewer.text import clean, counted
from reviewer.text.invisible import visible
from reviewer.text.option_notes import without_options

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"


def as_sentence(words: str) -> str:
    """The words with a capital letter, and a point where nothing ends them yet."""
    stop = "" if words.endswith((".", "?", "!")) else "."
    return f"{words[:1].upper()}{words[1:]}{stop}" if words else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "byline": byline,
    "cell_remark": cell_remark,
    "cell_text": cell_text,
    "clean": clean,
    "counted": counted,
    "date": readable_date,
    "link": link_of,
    "links": links_of,
    "nothing_found": nothing_found,
    "place": quoted_place,
    "sentence": as_sentence,
    "support": support_words,
    "tally": lambda table: without_options(tally_line(table)),
}


def render_page(
    name: str, values: Mapping[str, Any], *, styles: Sequence[str] = (), scripts: Sequence[str] = ()
) -> str:
    """The page `name.html.jinja` with these styles of the folder, after the style of all pages, and
    these scripts. With the script `cited` it has a panel, the elements in which it shows quotes.
    Jinja escapes every text, and hidden characters are left out. The policy lets only these scripts
    and styles run, by their hashes, and nothing be fetched."""
    style = "".join((_FOLDER / f"{name}.css").read_text("utf-8") for name in ("page", *styles))
    script = "".join((_FOLDER / f"{name}.js").read_text("utf-8") for name in scripts)
    allowed = f"script-src '{hash_of(script)}'; " if script else ""
    template = _environment().get_template(f"{name}.html.jinja")
    return template.render(
        **values,
        script=script,
        style=style,
        has_panel="cited" in scripts,
        policy=f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"{allowed}style-src '{hash_of(style)}'",
    )


def render_part(name: str, values: Mapping[str, Any]) -> str:
    """The part of a page `name.html.jinja`. Jinja escapes every text in it."""
    return _environment().get_template(f"{name}.html.jinja").render(**values)


@cache
def _environment() -> Environment:
    """Cached, because compiling a template takes longer than rendering a page."""
    import jinja2
    from markupsafe import Markup

    def shown(value: object) -> object:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        auto_reload=False,
        finalize=shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment


def hash_of(text: str) -> str:
    """The hash by which a content security policy names a script or a style (CSP Level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
