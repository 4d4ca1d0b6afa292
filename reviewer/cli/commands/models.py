"""`review models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from reviewer.cli.options import JsonOption, OfflineOption, command, option, settings_of
from reviewer.cli.output import print_out

if TYPE_CHECKING:
    from reviewer.types.servers import Reachable, Server


@command("models", "review models")
def models(
    api_base: Annotated[str | None, option(help="A server to look at too.")] = None,
    offline: OfflineOption = None,
    json: JsonOption = False,
) -> None:
    """List the models that can be asked from here, and what to type for each."""
    from reviewer.llm.servers import find_reachable
    from reviewer.render.json import models_json

    found = find_reachable(settings_of(api_base=api_base, offline=offline))
    print_out(models_json(found) if json else _in_words(found))


def _in_words(found: Reachable) -> str:
    lines = ["Servers that answer:"] if found.servers else ["No server of models answers here."]
    for server in found.servers:
        lines += ["", *_of_server(server)]
    if found.silent:
        lines += ["", f"Nothing answers as {', '.join(found.silent)}."]
    lines += ["", "Keys that are set:" if found.keys else "No key of a provider is set."]
    for key in found.keys:
        kind = "--embedding" if key.model.startswith("voyage/") else "--model"
        lines.append(f"  {key.variable}: {key.slip or f'{kind} {key.model}'}")
    lines += ["", "Any other model that litellm knows: --model PROVIDER/MODEL, with its key set."]
    return "\n".join(lines) + "\n"


def _of_server(server: Server) -> list[str]:
    takes = {True: "follows a schema", None: "whether it follows a schema, the first call tells"}
    lines = [f"{server.program} at {server.base}, {takes[server.takes_schema]}"]
    if not server.models:
        lines.append("  It has no model yet.")
    where = f" --api-base {server.api_base}" if server.api_base else ""
    for model in server.models:
        tokens = model.context_tokens
        reads = f"{tokens:,} tokens" if tokens else "it does not say how many tokens"
        lines.append(f"  --model {model.model}{where}    reads {reads}")
    return lines
