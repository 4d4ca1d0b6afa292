"""Lets the results of tasks show themselves in the forms of `render`, printed and in a notebook."""

from __future__ import annotations

from reviewer.types.shown import Shown


def _form_of(result: Shown, form: str) -> str | None:
    from reviewer.render import notebook_form

    return notebook_form(result, form)


Shown.form_of = staticmethod(_form_of)
