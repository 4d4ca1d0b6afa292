"""What to paste into a host, so that it starts `review mcp`."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Sequence

from reviewer.errors import UsageError

HOSTS = ("claude-code", "claude-desktop", "cursor", "vs-code", "zed", "lm-studio")
_FILES = {
    "claude-desktop": "claude_desktop_config.json (Settings > Developer > Edit Config)",
    "cursor": "~/.cursor/mcp.json",
    "vs-code": ".vscode/mcp.json",
    "zed": "settings.json of Zed",
    "lm-studio": "mcp.json (Program > Install > Edit mcp.json)",
}
_NAMES = {"vs-code": "servers", "zed": "context_servers"}


def how_to_install(host: str, arguments: Sequence[str]) -> str:
    """The command to run, or the JSON to paste and where; `arguments` follow `review mcp`. Nothing
    is written. Raises UsageError for an unknown host."""
    if host not in HOSTS:
        raise UsageError(f"unknown host '{host}'", hint=f"Use {', '.join(HOSTS)}.")
    program = shutil.which("review")
    command = [program] if program else [sys.executable, "-m", "reviewer"]
    words = [*command, "mcp", *arguments]
    if host == "claude-code":
        return f"claude mcp add review -- {shlex.join(words)}\n"
    entry: dict[str, object] = {"command": words[0], "args": words[1:]}
    if host == "vs-code":
        entry = {"type": "stdio", **entry}
    document = {_NAMES.get(host, "mcpServers"): {"review": entry}}
    return f"Put this into {_FILES[host]}:\n\n{json.dumps(document, indent=2)}\n"
