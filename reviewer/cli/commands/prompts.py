"""`review prompts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli.options import PromptsOption, command, settings_of
from reviewer.cli.output import print_out
from reviewer.errors import UsageError, make_folder, require_path
from reviewer.text import counted


@command("prompts", "review prompts export my-prompts")
def prompts(
    action: Annotated[str, typer.Argument(help="list, show NAME, or export DIR.")] = "list",
    target: Annotated[str, typer.Argument(help="A prompt's name, or a folder.")] = "",
    own: PromptsOption = None,
) -> None:
    """List the prompts, show one, or export all to a folder to change them there."""
    from reviewer.llm import Prompts
    from reviewer.llm.prompts import SUFFIX

    held = Prompts(settings_of(prompts=own).prompts)
    if action == "list":
        for name, sign in held.hashes().items():
            print_out(f"{name}  {sign}\n")
    elif action == "show" and target:
        print_out(held.source(target))
    elif action == "export" and target:
        folder = Path(target)
        require_path(target, "the output", "Name another folder.")
        make_folder(folder, f"{folder} cannot be written", UsageError, "Name another folder.")
        for name in held.names():
            path = folder / (name + SUFFIX)
            if path.exists():
                raise UsageError(f"{path} already exists", hint="Name an empty folder.")
            path.write_text(held.source(name), encoding="utf-8")
        made = counted(len(held.names()), "prompt")
        print_out(f"{made} in {folder}. Use them with --prompts {folder}\n")
    else:
        raise UsageError(
            f"review prompts {action} {target}".strip() + " is not understood",
            hint="Use: review prompts list, show NAME, or export DIR.",
        )
