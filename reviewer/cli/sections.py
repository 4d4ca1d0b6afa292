"""The command line's help: its commands in sections, and the options that matter first.

`SECTIONS` says in which section of the front page each command is, and what it is for in a line.
A new command gets a line here. `FIRST_OPTIONS` names the options of a command that help shows
first, where these are not the ones that the command declares first.
"""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

SECTIONS: dict[str, dict[str, str]] = {
    "Ask": {
        "ask": "Answer a question, with citations that you can check.",
        "table": "Compare papers in a table, with a quote for each cell.",
        "draft": "Write a related-work section with its bibliography.",
        "survey": "Write reports on many topics in one run.",
        "check": "Check the citations, quotes and figures of a draft.",
        "grade": "Say what of the papers a text tells and what it leaves out.",
        "suggest": "Suggest papers for sentences without a citation.",
        "disagreements": "Find findings that contradict each other.",
        "compare": "Say what papers share, and what only one has.",
        "learn": "Say what to read first on a topic, and its terms.",
        "gaps": "Show which methods no paper here tries on which problem.",
        "tables": "Show, correct and go on with kept tables.",
        "drafts": "Show, edit and go on with kept drafts.",
        "surveys": "Show, edit and go on with kept surveys.",
    },
    "Find": {
        "search": "Find papers, ranked, each with its best sentence.",
        "similar": "Find the papers that are most like one.",
        "where": "Find which paper says some words, and on which page.",
        "papers": "List the papers.",
        "show": "Show a paper, with what past answers quoted from it.",
        "open": "Open a paper's PDF, or the page with a quote marked.",
        "graph": "Show who cites whom, and what the library lacks.",
        "recall": "Find checked claims of past answers and drafts.",
    },
    "Library": {
        "add": "Read papers: files, folders, identifiers, online searches.",
        "remove": "Take papers out of the library.",
        "tag": "Put tags on papers or take them off.",
        "note": "Write a note on a paper, or show it.",
        "duplicates": "Decide which papers are one.",
        "files": "List what was read from where, and what could not be.",
        "enrich": "Look up authors, years and identifiers that papers lack.",
        "audit": "Ask whether papers were retracted, corrected or published.",
        "export": "Write papers as a bibliography, or copies with quotes marked.",
        "push": "Write tags, notes and a collection to Zotero.",
    },
    "Watch": {
        "searches": "Save questions, and hear what is new on them.",
        "digest": "Say what came in lately, and which questions it bears on.",
    },
    "Review": {"screen": "Screen records for a systematic review."},
    "Serve": {
        "serve": "Open the library as a page in the browser.",
        "mcp": "Give the library to an assistant, such as Claude Code.",
    },
    "Care": {
        "doctor": "Say what works here, and what to do next.",
        "backup": "Copy the whole library to one file.",
        "restore": "Put a backup in the library's place.",
        "repair": "Make a damaged library again from what can be read.",
        "reindex": "Make the search index again.",
        "tidy": "Delete old runs and models' replies.",
        "migrate": "Bring a library on a server to this release's form.",
        "runs": "List past runs, show one, or compare two.",
        "prompts": "List, show or copy the prompts that models get.",
        "models": "List the models that can be asked from here.",
        "eval": "Measure answers to questions that people have judged.",
        "help": "Show the help of a command.",
    },
}
# The commands of a command with many, in sections of its help.
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "screen": {
        "Begin": ("init", "criteria", "rule", "stage", "import", "update"),
        "Decide": ("next", "label", "undo", "conflicts", "resolve", "group", "retrieve"),
        "Look": ("status", "stop", "history", "flow", "replay", "export", "simulate"),
        "With a model": ("suggest", "calibrate", "extract"),
        "Data of included papers": ("form", "fill", "sheet", "compare", "settle", "filled"),
    }
}
FIRST_OPTIONS = {
    "ask": ("--papers", "--model", "--output", "--style", "--strict"),
    "table": ("--column", "--columns", "--papers", "--model", "--output"),
    "draft": ("--for", "--words", "--style", "--model", "--output"),
    "survey": ("--init", "--output", "--model", "--update", "--retry"),
    "check": ("--papers", "--bib", "--online", "--fix", "--model"),
    "suggest": ("--papers", "--bib", "--accept", "--own", "--output"),
    "search": ("-k", "--year", "--tag", "--not", "--papers"),
    "similar": ("-k", "--year", "--tag", "--json", "--output"),
    "add": ("--search", "--source", "--limit", "--ocr", "--watch"),
    "papers": ("--year", "--tag", "--author", "--title", "--sort"),
    "export": ("--format", "--style", "--tag", "--output", "--highlight"),
    "searches": ("--source", "--from", "--year", "--tag", "--quiet"),
    "digest": ("--since", "--json", "--output", "--quiet", "--library"),
    "serve": ("--port", "--host", "--no-open", "--model", "--library"),
    "mcp": ("--install", "--library", "--model", "--offline", "--budget"),
    "eval": ("--judge", "--model", "--effort", "--output", "--library"),
}
_FEW = 8  # options, with --help, that help shows as one list
_FIRST = 5
_ENDLESS = 10_000  # characters: a line that is never cut
_KINDS = {"str": "text", "int": "number", "float": "number"}
_KIND = re.compile(r"<(?:list\[)?(\w+)\]?(?: range)?>")
_LEAST = re.compile(r"\bx>=(\d+)(?=\])")


def described(name: str) -> str:
    """What the front page says of a command. Empty for a command without a line."""
    return next((lines[name] for lines in SECTIONS.values() if name in lines), "")


class HelpfulCommand(TyperCommand):
    """A command whose help shows five options first, and then the others."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  typer hides its click
        """Write arguments and options to the formatter."""
        for title, rows in options_of(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(rows)


class HelpfulGroup(TyperGroup):
    """Commands in sections, each with its first sentence whole."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the sections of commands to the formatter."""
        sections = commands_of(self, ctx)
        width = max((len(name) for own in sections.values() for name in own), default=0)
        for title, own in sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), line) for name, line in own.items()])


def options_of(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:  # noqa: ANN401
    """A command's arguments and options by the titles of help, each with what help says of it."""
    params = command.get_params(ctx)
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [
        param
        for param in params
        if param.param_type_name == "option" and not getattr(param, "hidden", False)
    ]
    first, others = _parted(ctx.command_path.partition(" ")[2], options)
    titled = {"Arguments": arguments, "Options": first, "More options": others}
    records = {
        title: [param.get_help_record(ctx) for param in params] for title, params in titled.items()
    }
    rows = {
        title: [(_plain(record[0]), _plain(record[1])) for record in own if record]
        for title, own in records.items()
    }
    return {title: own for title, own in rows.items() if own}


def commands_of(group: Any, ctx: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401
    """The commands of a group by section, each with its line."""
    lines = {
        name: made.get_short_help_str(_ENDLESS)
        for name, made in group.commands.items()
        if not made.hidden
    }
    sections = PARTS.get(group.name or "", {}) if ctx.parent else SECTIONS
    parts = {
        title: {name: lines[name] for name in own if name in lines}
        for title, own in sections.items()
    }
    placed = {name for own in parts.values() for name in own}
    parts["Others" if placed else "Commands"] = {
        name: line for name, line in lines.items() if name not in placed
    }
    return {title: own for title, own in parts.items() if own}


def _parted(name: str, options: list[Any]) -> tuple[list[Any], list[Any]]:
    """The options that matter first, and the others. All are first where they are few."""
    if len(options) <= _FEW:
        return options, []
    by_name = {said: param for param in options for said in param.opts}
    named = FIRST_OPTIONS.get(name, ())
    first = [by_name[said] for said in named if said in by_name] or options[:_FIRST]
    return first, [param for param in options if param not in first]


def _plain(shown: str) -> str:
    """`--papers <list[str]>` as `--papers <text>`, and `[x>=1]` in words."""
    shown = _KIND.sub(lambda found: f"<{_KINDS.get(found[1], found[1])}>", shown)
    return _LEAST.sub(r"at least \1", shown)
