"""The pages in a real browser, and without JavaScript by a plain client."""

from __future__ import annotations

import re
import time

from tests.serve.conftest import TOKEN

QUESTION = "does RL teach new skills?"


def test_a_question_is_asked_in_the_browser_and_leads_to_its_run(page, served):
    page.run(f"document.querySelector('textarea').value = {QUESTION!r}")
    page.run("document.querySelector('main form button').click()")
    assert page.wait_for("location.pathname.startsWith('/runs/')", 30)
    assert page.wait_for("document.querySelector('main .cite')", 10)
    page.run("document.querySelector('main .cite').click()")
    assert page.wait_for("document.querySelector('#source mark')", 10)
    assert page.said == []
    assert all(address.startswith((served.address, "about:")) for address in page.asked)
    assert TOKEN not in page.run("location.href") + "".join(a.split("#")[0] for a in page.asked)


def test_a_question_is_asked_without_javascript(served):
    with served.stranger as client:
        asked = client.get("/ask")
        assert asked.status_code == 303
        form = client.get(asked.headers["location"]).text
        assert 'action="/session"' in form
        signed = client.post("/session", data={"token": TOKEN, "next": "/ask"})
        assert signed.headers["location"] == "/ask"
        job = client.post("/ask", data={"question": QUESTION})
        assert job.status_code == 303
        address = job.headers["location"]
        for _ in range(200):
            shown = client.get(address)
            if address.startswith("/runs/"):
                break
            if shown.status_code == 303:
                address = shown.headers["location"]
                continue
            assert re.search(r'<noscript><meta http-equiv="refresh"', shown.text)
            time.sleep(0.1)
        run = shown.text
        assert "provided that the base model already holds" in run
