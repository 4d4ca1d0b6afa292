"""The MCP server at /mcp, through the SDK's own client."""

from __future__ import annotations

import time
from contextlib import suppress

import anyio
import anyio.to_thread
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.serve.conftest import TOKEN

KEY = "from-fx-gx-2025"


def asking(served, steps):
    async def go():
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{served.address}/mcp", http_client=http)
            async with Client(transport) as client:
                return await steps(client)

    return anyio.run(go)


def test_an_assistant_searches_and_asks_over_http_and_hears_of_progress(served):
    heard = []

    async def note(progress, total, message):
        heard.append(message)

    async def steps(client):
        found = await client.call_tool("search", {"query": "RL skills"})
        asked = {"question": "does RL teach new skills?"}
        answer = await client.call_tool("ask", asked, progress_callback=note)
        tools = {tool.name for tool in (await client.list_tools()).tools}
        return found, answer, tools

    found, answer, tools = asking(served, steps)
    assert KEY in found.content[0].text
    assert "Run " in answer.content[0].text
    assert "cite" in tools
    assert any("Searching" in message for message in heard)
    run = answer.content[0].text.rpartition("Run ")[2].rstrip(".")
    assert served.client.get(f"/api/v1/runs/{run}").status_code == 200


def test_strangers_and_other_sites_are_refused_at_mcp(served):
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert served.stranger.post("/mcp", json=call).status_code == 401
    foreign = {"Origin": "https://evil.example"}
    assert served.client.post("/mcp", json=call, headers=foreign).status_code == 403
    assert (
        served.client.post("/mcp", json=call, headers={"Host": "evil.example"}).status_code == 421
    )


def test_an_open_session_does_not_keep_the_server_from_ending(served):
    took = []

    async def steps(client):
        await client.call_tool("search", {"query": "RL"})
        began = time.monotonic()
        await anyio.to_thread.run_sync(served.close)
        took.append(time.monotonic() - began)

    with suppress(Exception):  # the client may hear that its connection ended
        asking(served, steps)
    assert took[0] < 6  # 0.2 s on a quiet machine
    assert not served.is_alive
