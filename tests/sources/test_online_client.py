"""Asking online sources: every way in which an answer can go wrong, on loopback."""

import gzip
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reviewer.errors import OnlineError, UsageError
from reviewer.hosts import RefusedError
from reviewer.http import Limits, PassingError
from reviewer.settings import Settings
from reviewer.sources.online import NotThereError, Web
from reviewer.sources.online.client import ATTEMPTS
from reviewer.sources.online.services import SERVICES, require_searched
from tests.support.fake_sources import Answer, FakeSources, as_json, as_xml

PATH = "/crossref/works"
GOOD = as_json({"message": "good"})
KEY = "s2-secret-key/with+signs"


@pytest.fixture
def waits():
    return []


@pytest.fixture
def open_web(sources, tmp_path, waits):
    """Opens a way to the sources on loopback; what it would wait is written down instead."""
    opened = []

    def open_it(limits=None, resolve=None, **settings):
        web = Web(
            Settings(**{**sources.bases(), **settings}),
            folder=tmp_path / "kept", wait=waits.append, limits=limits, resolve=resolve,
        )  # fmt: skip
        opened.append(web)
        return web

    yield open_it
    for web in opened:
        web.close()


def ask(web, **parameters):
    return web.json("crossref", "/works", parameters)


def test_a_good_answer_is_given_and_kept(sources, open_web):
    sources.answers[PATH] = GOOD
    assert ask(open_web(), query="a b") == {"message": "good"}
    assert ask(open_web(), query="a b") == {"message": "good"}
    assert [asked.query for asked in sources.asked] == [{"query": "a b"}]
    assert ask(open_web(), query="other") == {"message": "good"}
    assert len(sources.asked) == 2


def test_an_answer_that_is_too_old_or_damaged_is_asked_for_again(sources, open_web, tmp_path):
    sources.answers[PATH] = GOOD
    ask(open_web())
    open_web().json("crossref", "/works", {}, max_age_s=-1.0)
    assert len(sources.asked) == 2
    [file] = [f for f in (tmp_path / "kept").rglob("*") if f.is_file()]
    file.write_bytes(file.read_bytes()[:-3])
    assert ask(open_web()) == {"message": "good"}
    assert len(sources.asked) == 3


def test_a_cache_that_cannot_be_written_is_no_fault(sources, open_web, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    sources.answers[PATH] = GOOD
    assert ask(open_web()) == {"message": "good"}


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_told_at_once(sources, open_web, waits, status):
    sources.answers[PATH] = Answer(b"Resource not found.", status=status, kind="text/plain")
    with pytest.raises(NotThereError, match="Crossref knows nothing"):
        ask(open_web())
    assert len(sources.asked) == 1
    assert not waits


def test_retry_after_in_seconds_is_kept_to(sources, open_web, waits):
    sources.answers[PATH] = [Answer(status=429, headers={"Retry-After": "7"}), GOOD]
    assert ask(open_web()) == {"message": "good"}
    assert waits == [7.0]


def test_retry_after_as_a_date_is_kept_to(sources, open_web, waits):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    sources.answers[PATH] = [Answer(status=503, headers={"Retry-After": until}), GOOD]
    ask(open_web())
    [waited] = waits
    assert 25 < waited <= 30


@pytest.mark.parametrize("header", ["", "soon", "-5", "1e9", "٣"])
def test_a_retry_after_that_cannot_be_read_means_the_usual_pause(sources, open_web, waits, header):
    answer = Answer(status=429, headers={"Retry-After": header.encode().decode("latin-1")})
    sources.answers[PATH] = [answer, GOOD]
    ask(open_web())
    assert len(waits) == 1
    assert waits[0] < 5


def test_a_service_that_wants_long_rest_is_not_waited_for(sources, open_web, waits):
    sources.answers["/openalex/works"] = Answer(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(OnlineError, match="3600 s of rest") as caught:
        open_web().json("openalex", "/works", {})
    assert "REVIEW_OPENALEX_KEY" in caught.value.hint
    assert not waits
    assert len(sources.asked) == 1


def test_500_and_then_200_is_good(sources, open_web, waits):
    sources.answers[PATH] = [Answer(status=500), Answer(status=502), GOOD]
    assert ask(open_web()) == {"message": "good"}
    assert len(waits) == 2
    assert waits[1] == 2 * waits[0]


def test_a_service_that_fails_again_and_again_is_left_alone(sources, open_web):
    sources.answers[PATH] = Answer(b"<html>", status=500, kind="text/html")
    web = open_web()
    for name in ("a", "b"):
        with pytest.raises(PassingError, match=r"a fault of its own \(500\)"):
            ask(web, query=name)
    assert len(sources.asked) == 2 * ATTEMPTS
    with pytest.raises(OnlineError, match="2 times in a row"):
        ask(web, query="c")
    assert len(sources.asked) == 2 * ATTEMPTS


def test_a_refusal_says_what_the_service_says(sources, open_web, waits):
    sources.answers[PATH] = as_json({"message": "Unknown filter"}, status=400)
    with pytest.raises(OnlineError, match=r"\(400\): Unknown filter"):
        ask(open_web())
    assert not waits


def test_a_refused_key_is_told_by_its_settings_name(sources, open_web):
    sources.answers["/semantic_scholar/paper/x"] = Answer(status=403)
    with pytest.raises(OnlineError, match="refused") as caught:
        open_web(semantic_scholar_key=KEY).json("semantic_scholar", "/paper/x", {})
    assert "REVIEW_SEMANTIC_SCHOLAR_KEY" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"<html>log in</html>", kind="text/html"), "something else than JSON"),
        (Answer(b'{"message": [', kind="application/json"), "cannot be read"),
        (Answer(b"[" * 100_000, kind="application/json"), "cannot be read"),
        (Answer(b"\xff\xfe\x00", kind="application/json"), "cannot be read"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_json_is_one_clear_error(sources, open_web, answer, said):
    sources.answers[PATH] = answer
    with pytest.raises(OnlineError, match=said):
        ask(open_web())
    assert len(sources.asked) == 1


def test_arxiv_says_that_it_is_busy_in_a_good_answer(sources, open_web, waits):
    busy = Answer(b"Rate exceeded.", kind="text/plain")
    sources.answers["/arxiv/query"] = [busy, as_xml("<feed/>")]
    assert open_web().xml("arxiv", "/query", {}) == b"<feed/>"
    assert len(waits) == 1


def test_a_cut_answer_is_asked_for_again(sources, open_web):
    body = GOOD.body
    sources.answers[PATH] = [Answer(body, cut_after=5), GOOD]
    assert ask(open_web()) == {"message": "good"}
    sources.answers[PATH] = Answer(body, cut_after=5)
    with pytest.raises(PassingError):
        ask(open_web(), query="again")


def test_a_packed_answer_is_unpacked_and_a_cut_one_noticed(sources, open_web):
    packed = gzip.compress(GOOD.body)
    headers = {"Content-Encoding": "gzip"}
    sources.answers[PATH] = Answer(packed, headers=headers)
    assert ask(open_web()) == {"message": "good"}
    for damaged in (packed[:-9], b"no gzip at all"):
        sources.answers[PATH] = Answer(damaged, headers=headers)
        with pytest.raises(PassingError):
            ask(open_web(), query=damaged.hex())


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_body_that_is_too_large_is_not_read_on(sources, open_web, is_packed):
    body = b"0" * 3_000_000
    answer = Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    sources.answers[PATH] = answer if is_packed else Answer(body)
    with pytest.raises(OnlineError, match="more than 1 MB"):
        ask(open_web(Limits(most_bytes=1_000_000)))
    assert len(sources.asked) == 1


def test_a_slow_service_is_not_waited_for(sources, open_web):
    sources.answers[PATH] = Answer(GOOD.body, wait_s=1.0)
    with pytest.raises(PassingError, match="in time"):
        ask(open_web(Limits(silence_s=0.05)))


def test_a_service_that_trickles_is_not_waited_for(sources, open_web):
    sources.answers[PATH] = Answer(GOOD.body, pace_s=0.02)
    with pytest.raises(PassingError, match="in time"):
        ask(open_web(Limits(whole_s=0.05)))


def test_a_service_that_is_not_there_is_told(sources, open_web):
    web = open_web()
    sources.close()
    with pytest.raises(OnlineError, match="cannot be reached") as caught:
        ask(web)
    assert "--offline" in caught.value.hint


def moved(target, status=301):
    return Answer(status=status, headers={"Location": target})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_move_to_a_named_host_is_followed(sources, open_web, status):
    sources.answers[PATH] = moved("/crossref/v1/works?query=x", status)
    sources.answers["/crossref/v1/works"] = GOOD
    assert ask(open_web(), query="x") == {"message": "good"}
    assert sources.paths() == [PATH, "/crossref/v1/works"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/works", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
     "http://localhost/", "http://[::1]/", "file:///etc/passwd", "http://127.0.0.1:1/x",
     "https://127.0.0.1@evil.example/", "http://[broken"],
)  # fmt: skip
def test_a_move_to_any_other_host_is_refused(sources, open_web, target):
    sources.answers[PATH] = moved(target)
    with pytest.raises(RefusedError, match="has moved, but"):
        ask(open_web())
    assert sources.paths() == [PATH]


def test_a_move_in_a_circle_ends(sources, open_web):
    sources.answers[PATH] = moved(PATH)
    with pytest.raises(OnlineError, match="redirects more than 5 times"):
        ask(open_web())
    assert len(sources.asked) == 5


def test_a_named_host_whose_name_leads_into_a_private_network_is_not_asked(open_web):
    web = open_web(
        crossref_base="https://api.crossref.org", resolve=lambda host, port: ["10.1.2.3"]
    )
    with pytest.raises(RefusedError, match=r"api.crossref.org leads into a private network"):
        ask(web)


def test_no_connection_goes_to_a_private_address_under_a_base_that_is_one(open_web):
    with pytest.raises(RefusedError, match="private network"):
        ask(open_web(crossref_base="http://192.168.0.7/api"))


@pytest.mark.parametrize("base", ["crossref.org", "ftp://x/", "http://", "http://user:pw@host/"])
def test_a_base_that_is_no_address_is_told_by_its_settings_name(open_web, base):
    with pytest.raises(UsageError, match="crossref_base") as caught:
        open_web(crossref_base=base)
    assert "REVIEW_CROSSREF_BASE" in caught.value.hint
    assert "pw" not in str(caught.value)


def test_offline_forbids_everything_also_what_is_kept(sources, open_web):
    sources.answers[PATH] = GOOD
    ask(open_web())
    with pytest.raises(OnlineError, match="--offline"):
        ask(open_web(offline=True))
    assert len(sources.asked) == 1


KEYED = [name for name, service in SERVICES.items() if service.key]


@pytest.mark.parametrize("name", KEYED)
def test_a_key_is_sent_and_appears_nowhere_else(sources, open_web, tmp_path, name):
    """Not in the answer, though the service echoes all it was sent; not in what is kept of it."""
    service = SERVICES[name]

    def echo(asked):
        return as_json({"query": asked.query, "headers": asked.headers})

    sources.answers[f"/{name}/x"] = echo
    web = open_web(**{service.key: KEY}, mail="me@uni.example")
    found = web.json(name, "/x", {"q": "1"})
    sent = sources.asked[0]
    assert KEY in (*sent.query.values(), *sent.headers.values())
    assert KEY not in str(found)
    kept = b"".join(f.read_bytes() for f in (tmp_path / "kept").rglob("*") if f.is_file())
    assert kept
    assert KEY.encode() not in kept
    assert KEY not in repr(web.settings) + web.settings.model_dump_json()


def test_a_key_in_an_error_message_is_hidden(sources, open_web):
    sources.answers["/openalex/x"] = lambda asked: as_json(
        {"message": f"bad key {asked.query['api_key']} of {asked.query['mailto']}"}, status=400
    )
    with pytest.raises(OnlineError) as caught:
        open_web(openalex_key=KEY, mail="me@uni.example").json("openalex", "/x", {})
    assert KEY not in str(caught.value)
    assert "me@uni.example" not in str(caught.value)


def test_a_key_in_a_header_does_not_follow_a_move_to_another_host(sources, open_web):
    other = FakeSources()
    other.answers["/x"] = GOOD
    sources.answers["/semantic_scholar/x"] = moved(f"{other.address}/x")
    web = open_web(semantic_scholar_key=KEY, crossref_base=other.address)
    web.json("semantic_scholar", "/x", {})
    other.close()
    assert sources.asked[0].headers["x-api-key"] == KEY
    assert KEY not in str(other.asked)


def test_the_mail_address_goes_to_the_services_that_ask_for_one(sources, open_web):
    web = open_web(mail="me@uni.example")
    for name in SERVICES:
        sources.answers[f"/{name}/x"] = GOOD
        web.json(name, "/x", {})
    told = {a.path.split("/")[1] for a in sources.asked if "me@uni.example" in str(a)}
    assert told == {"openalex", "crossref", "pubmed", "unpaywall"}
    assert all(a.headers["User-Agent"].startswith("review/") for a in sources.asked)


@pytest.mark.parametrize(("name", "pause_s"), [(n, s.pace_s) for n, s in SERVICES.items()])
def test_the_pace_of_a_published_service_is_kept(tmp_path, waits, name, pause_s):
    """Two requests one after the other: the second waits. Nothing is reached: the name leads into a
    private network."""
    web = Web(Settings(), folder=tmp_path, wait=waits.append, resolve=lambda h, p: ["10.0.0.1"])
    for number in range(2):
        with pytest.raises(RefusedError):
            web.json(name, "/x", {"n": str(number)})
    [waited] = waits
    assert pause_s - 0.5 < waited <= pause_s


def test_a_slip_in_a_sources_name_is_told_with_the_near_one():
    assert require_searched("Semantic-Scholar").name == "semantic_scholar"
    with pytest.raises(UsageError, match="'openalx' cannot be searched") as caught:
        require_searched("openalx")
    assert "Did you mean openalex?" in caught.value.hint


def test_runs_side_by_side_share_what_is_kept(sources, open_web):
    sources.answers[PATH] = GOOD
    webs = [open_web() for _ in range(4)]
    threads = [threading.Thread(target=ask, args=(web,)) for web in webs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask(open_web()) == {"message": "good"}
    assert len(sources.asked) <= 4


def test_a_proxy_of_the_environment_is_used_and_looks_names_up(sources, open_web, monkeypatch):
    monkeypatch.setenv("http_proxy", sources.address)
    monkeypatch.delenv("no_proxy", raising=False)
    sources.answers["/works"] = GOOD

    def nobody(host, port):
        raise AssertionError("looked up here")

    web = open_web(crossref_base="http://api.crossref.example", resolve=nobody)
    assert ask(web) == {"message": "good"}
    [asked] = sources.asked
    assert asked.headers["Host"] == "api.crossref.example"


def test_a_source_on_this_machine_needs_no_proxy(sources, open_web, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    sources.answers[PATH] = GOOD
    assert ask(open_web()) == {"message": "good"}
