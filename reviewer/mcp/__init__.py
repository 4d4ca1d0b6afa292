"""The library for assistants, by the Model Context Protocol: over standard streams and HTTP."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.mcp.hosts import HOSTS as HOSTS
    from reviewer.mcp.hosts import how_to_install as how_to_install
    from reviewer.mcp.server import over_http as over_http
    from reviewer.mcp.server import serve as serve
else:
    __getattr__ = face(__name__)
