"""Renders HTML pages that ask no network for anything. Knows Jinja's autoescaping, not prompts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reviewer.visible import visible

_FOLDER = Path(__file__).parent / "formats" / "page"


def render_page(
    name: str,
    filters: Mapping[str, Callable[..., Any]],
    values: Mapping[str, Any],
    *,
    has_script: bool = True,
) -> str:
    """The page `name.html.jinja` with its own style and script. Jinja escapes every text, hidden
    characters are left out; the policy lets only these two run, by their hashes, and nothing be
    fetched."""
    import jinja2
    from markupsafe import Markup

    def shown(value: object) -> object:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    style = (_FOLDER / f"{name}.css").read_text(encoding="utf-8")
    script = (_FOLDER / f"{name}.js").read_text(encoding="utf-8") if has_script else ""
    scripts = f"script-src '{hash_of(script)}'; " if has_script else ""
    page: str = environment.get_template(f"{name}.html.jinja").render(
        **values,
        script=script,
        style=style,
        policy=f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"{scripts}style-src '{hash_of(style)}'",
    )
    return page


def hash_of(text: str) -> str:
    """As a content security policy names a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
