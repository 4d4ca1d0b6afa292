"""Decisions of reviewers, what they come to, and the flow, over real libraries."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import suppress

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library, back_up, merge_papers, repair_library
from reviewer.library.decisions import split_paper
from reviewer.library.screen_store import ScreenStore
from reviewer.render import render
from reviewer.render.flow import methods_sentence
from reviewer.settings import Settings
from reviewer.tasks.screening.agreement import cohen_kappa, gwet_ac1
from reviewer.tasks.screening.conflicts import find_conflicts
from reviewer.tasks.screening.criteria import read_criteria
from reviewer.tasks.screening.flow import FlowError, make_flow, require_sums
from reviewer.tasks.screening.full_texts import add_full_text
from reviewer.tasks.screening.make import ScreenOptions, make_screening
from reviewer.tasks.screening.record_view import sentences_of
from reviewer.tasks.screening.replay import replay_screening
from reviewer.tasks.screening.screened_records import screened_records
from reviewer.tasks.screening.screening import Given, Screening
from reviewer.tasks.screening.status import make_status, sign_stop
from reviewer.tasks.screening.studies import group_papers
from reviewer.tasks.screening.update import plan_update, update_screening
from reviewer.text import clean
from reviewer.types.screening import Criterion
from reviewer.types.searches import Filters
from tests.conftest import write_listing
from tests.support.pdfs import column, make_pdf, paper_page

WITHOUT = Settings(embedding="none")
TOPICS = ("whales song ocean", "trains rail timetable")
CRITERIA = (
    Criterion(key="topic", text="Whales sing"),
    Criterion(key="trains", kind="exclude", text="On trains"),
)
KEPT = ("include", "exclude", "maybe", "duplicate")


def listing(path, count, seed=0):
    draw = random.Random(seed)
    rows = []
    for n in range(count):
        own = TOPICS[0 if n % 5 == 0 else 1].split()
        words = " ".join(draw.choices([*own, *(f"word{k}" for k in range(40))], k=30))
        rows.append(
            {"title": f"Study {seed}{n} of {own[n % 3]} {draw.random()}", "abstract": words}
        )
    return write_listing(path, *rows)


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([listing(tmp_path / "a.jsonl", 30)])
        yield shelf


def screened(library, name="s", filters=Filters(), **options):  # noqa: B008  frozen
    made = {"question": "whale songs", "criteria": CRITERIA, **options}
    make_screening(library, name, filters, ScreenOptions(**made))
    return Screening(library, name)


def read_all(screening, reviewer="me", most=1000):
    """Decides as one who includes whales; gives how many were read."""
    for n in range(most):
        shown = screening.next_record(reviewer)
        if shown is None or shown.again:
            return n
        is_whale = int(shown.paper.title.split()[1]) % 5 == 0
        verdict = "include" if is_whale else "exclude"
        given = Given(reasons=() if is_whale else ("trains",))
        screening.decide(shown.paper, verdict, reviewer, given, shown.ranking)
    return most


def test_each_record_comes_once_and_those_like_the_included_come_first(library):
    screening = screened(library)
    assert read_all(screening) == 30
    first = [d.paper_id for d in screening.decisions if d.verdict == "include"]
    early = [d.paper_id for d in screening.decisions[:12]]
    assert len(first) == 6
    assert set(first) <= set(early)
    flow = make_flow(screening)
    assert (flow.identified, flow.screened, flow.excluded, flow.sought) == (30, 30, 24, 6)
    assert flow.excluded_reasons == (("trains", 24),)


def test_a_replay_names_the_same_record_at_each_step(library):
    screening = screened(library, reviewers=("ann", "ben"), double="all")
    for _ in range(12):
        for reviewer in ("ann", "ben"):
            read_all(screening, reviewer, 1)
        screening.undo("ann")
    assert replay_screening(Screening(library, "s")) == (24, "")


def test_a_replay_says_where_a_kept_ranking_differs(library):
    screening = screened(library)
    shown = screening.next_record("me")
    wrong = shown.ranking.model_copy(update={"top": (29, 1)})
    screening.decide(shown.paper, "include", "me", ranking=wrong)
    steps, difference = replay_screening(screening)
    assert steps == 0
    assert difference.startswith("step 1: ")


def test_nothing_decided_can_be_changed_or_deleted(library):
    screening = screened(library)
    read_all(screening, most=2)
    for table in ("screen_decisions", "screen_records", "screen_sources", "screen_criteria"):
        for statement in (f"UPDATE {table} SET screen = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                library.database.run(statement)
    assert len(ScreenStore(library.database).decisions("s")) == 2


def test_an_undo_takes_back_the_last_decision_and_history_keeps_both(library):
    screening = screened(library)
    read_all(screening, most=3)
    last = screening.decisions[-1]
    assert screening.undo("me").id == last.id
    assert len(screening.decisions) == 4
    assert screening.next_record("me").paper.id == last.paper_id
    assert screening.undo("me").id != last.id
    screening.undo("me")
    with pytest.raises(UsageError, match="nothing yet"):
        screening.undo("me")


def test_two_who_disagree_are_a_conflict_until_a_third_resolves_it(library):
    screening = screened(library, reviewers=("ann", "ben"), double="all")
    paper = screening.next_record("ann").paper
    screening.decide(paper, "include", "ann")
    screening.decide(paper, "exclude", "ben", Given(reasons=("trains",)))
    assert screening.outcome(paper.id).is_conflict
    assert make_flow(screening).not_screened == 30
    screening.resolve(paper, "exclude", "cem", Given(reasons=("topic",)))
    assert screening.outcome(paper.id).verdict == "exclude"
    assert make_flow(screening).excluded_reasons == (("topic", 1),)
    other = screening.next_record("ann").paper
    with pytest.raises(UsageError, match="nobody disagrees"):
        screening.resolve(other, "include", "cem", Given())


def test_the_ranking_of_a_record_that_both_read_shows_nothing_of_the_other(library):
    screening = screened(library, reviewers=("ann", "ben"), double="all")
    before = screening.next_record("ben").ranking
    read_all(screening, "ann", 10)
    assert screening.next_record("ben").ranking == before
    seen = [d for d in screening.decisions if screening.may_see(d, "ben")]
    assert seen == []


@pytest.mark.parametrize("double", ["all", "included"])
def test_a_third_reviewer_sees_nothing_until_deciding_too_or_it_is_resolved(library, double):
    screening = screened(library, reviewers=("ann", "ben", "cem"), double=double)
    paper = screening.next_record("ann").paper
    screening.decide(paper, "include", "ann")
    screening.decide(paper, "exclude", "ben", Given(("trains",)))

    def seen(reviewer):
        decisions = [d for d in screening.decisions if screening.may_see(d, reviewer)]
        flow, status = make_flow(screening, reader=reviewer), make_status(screening, reviewer)
        conflicts = find_conflicts(screening, reviewer)
        return len(decisions), status.read, status.conflicts, len(conflicts), len(flow.not_final)

    assert seen("ann") == seen("ben") == seen("") == (2, 1, 1, 1, 2)
    assert seen("cem") == (0, 0, 0, 0, 1)
    assert [one.included for one in make_status(screening, "cem").reviewers] == [None, None, 0]
    assert make_status(screening, "cem").agreements == ()
    screening.decide(paper, "include", "cem")
    assert seen("cem")[0] == 3
    screening.undo("cem")
    assert seen("cem")[:2] == (2, 0)  # the own decision and its undo
    screening.resolve(paper, "include", "dan", Given())
    assert seen("cem")[1] == 1
    assert make_flow(screening, reader="cem").sought == 1


def test_what_one_reviewer_reads_alone_is_hidden_from_nobody(library):
    screening = screened(library, reviewers=("ann", "ben"), double="none")
    read_all(screening, "ann", 5)
    assert all(screening.may_see(d, "ben") for d in screening.decisions)
    assert not screening.is_blind


def test_a_flow_says_double_only_where_two_read_every_record(library):
    screening = screened(library, reviewers=("ann", "ben"), double="all")
    for reviewer in ("ann", "ben"):
        read_all(screening, reviewer, 29)
    assert "each of the 29 records screened (double screening)" in methods_sentence(
        make_flow(screening)
    )
    read_all(screening, "ann")
    flow = make_flow(screening)
    assert (flow.screened, flow.read_by_two) == (30, 29)
    said = methods_sentence(flow)
    assert "double" not in said
    assert "Two reviewers read 29 of the 30 records screened" in said
    status = make_status(screening)
    assert len(status.read_by_one_keys) == status.read_by_one == 1


def test_one_record_is_said_in_the_singular_and_thousands_with_commas(library):
    screening = screened(library)
    screening.decide(screening.next_record("me").paper, "exclude", "me", Given(("trains",)))
    flow = make_flow(screening)
    assert (flow.screened, flow.excluded, flow.sought) == (1, 1, 0)
    said = methods_sentence(flow)
    assert "Of 1 record screened, 1 was excluded; 0 reports were sought, 0 were not" in said
    many = flow.model_copy(update={"identified": 1204})
    assert methods_sentence(many).startswith("1,204 records were identified from 1 source. ")


def test_reviewers_who_share_the_work_read_each_record_once(library):
    screening = screened(library, reviewers=("ann", "ben"), double="20%")
    while sum(read_all(screening, name, 1) for name in ("ann", "ben")):
        pass
    readers = [len(screening.outcome(paper).readers) for paper in screening.papers]
    assert sorted(readers) == [1] * 24 + [2] * 6
    agreement = make_status(screening).agreements[0]
    assert agreement.records == 6


def test_maybe_comes_again_at_the_end_once(library):
    screening = screened(library)
    first = screening.next_record("me").paper
    screening.decide(first, "maybe", "me")
    assert read_all(screening) == 29
    again = screening.next_record("me")
    assert again.again
    assert again.paper.id == first.id
    screening.decide(first, "maybe", "me")
    assert screening.next_record("me") is None
    assert make_flow(screening).sought == 6


def test_merged_papers_keep_both_decisions_and_a_split_asks_again(library):
    screening = screened(library)
    papers = library.papers()
    screening.decide(papers[0], "include", "me")
    screening.decide(papers[1], "exclude", "me")
    merge_papers(library, [papers[0].key, papers[1].key])
    screening.refresh()
    merged = screening.outcome(papers[0].id)
    assert merged.is_conflict
    flow = make_flow(screening)
    assert (flow.identified, flow.duplicates, flow.not_screened) == (30, 1, 29)
    screening.resolve(library.paper(papers[0].id), "include", "cem", Given())
    assert make_flow(screening).sought == 1

    split_paper(library, papers[0].key, [2])
    flow = make_flow(screening)
    assert (flow.duplicates, flow.sought + flow.excluded, flow.not_screened) == (0, 2, 28)
    assert screening.outcome(papers[1].id).verdict == "exclude"


def test_identified_counts_entries_and_not_papers(tmp_path):
    row = {"title": "Twin study of eta", "abstract": "We look at eta.", "doi": "10.1000/b1"}
    other = {"title": "Other study of theta", "abstract": "We look at theta.", "doi": "10.1000/b2"}
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([write_listing(tmp_path / "1.jsonl", row, row, other)])
        shelf.add([write_listing(tmp_path / "2.jsonl", row)])
        sources = (("2.jsonl", "CENTRAL", "register"),)
        flow = make_flow(screened(shelf, sources=sources))
    assert (flow.identified, flow.duplicates, flow.not_screened) == (4, 2, 2)
    assert [(s.label, s.kind, s.entries) for s in flow.sources] == [
        ("1.jsonl", "database", 3),
        ("CENTRAL", "register", 1),
    ]


def test_full_texts_are_assessed_with_reasons_and_located_quotes(tmp_path):
    bodies = [
        {"title": f"Whale song {n}", "abstract": "Whales sing.", "text": "Trains run on rails."}
        for n in range(3)
    ]
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([write_listing(tmp_path / "1.jsonl", *bodies)])
        screening = screened(shelf)
        one, two, three = shelf.papers()
        with pytest.raises(UsageError, match="not pass"):
            screening.retrieve(one, "", "me")
        for paper in (one, two, three):
            screening.decide(paper, "include", "me")
        screening.change("stage", "full-text", "me", "")
        with pytest.raises(UsageError, match="for a reason"):
            screening.decide(one, "exclude", "me")
        with pytest.raises(UsageError, match="these words are not in"):
            screening.quoted(one, "trains fly")
        quote = screening.quoted(one, "Whales sing")
        assert one.text_of(quote.part)[quote.start : quote.end] == "Whales sing"
        screening.decide(one, "exclude", "me", Given(("trains", "topic"), quote))
        screening.retrieve(two, "library closed", "me")
        screening.retrieve(three, "", "me")
        screening.decide(three, "include", "me")
        flow = make_flow(screening)
    assert (flow.sought, flow.not_retrieved, flow.assessed, flow.included) == (3, 1, 2, 1)
    assert flow.full_text_reasons == (("topic", 1),)
    assert flow.not_retrieved_reasons == (("library closed", 1),)
    assert flow.not_final == ()


def test_full_texts_are_real_pdfs_and_a_quote_has_its_page(tmp_path):
    titles = ("Round Apples and Their Taste", "Square Pears in Cold Storage", "On Long Bananas")
    rows = [
        {"title": title, "abstract": f"{title}: a trial.", "authors": ["Ada Example", "Bo Sample"]}
        for title in titles
    ]
    second = "The trial was stopped after nine weeks. Fruit was weighed by hand."
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([write_listing(tmp_path / "1.jsonl", *rows)])
        screening = screened(shelf)
        for paper in shelf.papers():
            screening.decide(paper, "include", "me")
        screening.change("stage", "full-text", "me", "")
        assert set(screening.retrievals().values()) == set()
        for n, title in enumerate(titles[:2]):
            first = paper_page(["Trees bear fruit in autumn."], title=title)
            pages = [first, column(60, 700, second, width=80)[0]]
            (tmp_path / f"{n}.pdf").write_bytes(make_pdf(pages))
        assert shelf.add([tmp_path / "0.pdf", tmp_path / "1.pdf"]).added == ()
        screening.refresh()
        papers = {paper.title: paper for paper in shelf.papers()}
        apples, pears, bananas = (papers[title] for title in titles)
        assert screening.retrievals() == {apples.id: "retrieved", pears.id: "retrieved"}
        assert screening.next_record("me").paper.id in (apples.id, pears.id)

        quote = screening.quoted(apples, "stopped after nine weeks")
        assert (quote.part, quote.page) == ("body", 2)
        assert screening.quoted(apples, "Trees bear fruit").page == 1
        with pytest.raises(UsageError, match="these words are not in"):
            screening.quoted(apples, "stopped after ten weeks")
        sentences = sentences_of(apples, "full-text")
        weighed = next(own for own in sentences if "weighed by hand" in own[3])
        marked = screening.quoted_at(apples, *weighed[:3])
        assert (marked.page, clean(marked.text)) == (2, weighed[3])
        screening.decide(apples, "exclude", "me", Given(("topic",), quote))
        screening.decide(pears, "include", "me")
        screening.retrieve(bananas, "library closed", "me")
        flow = make_flow(screening)
        exported = render(screened_records(screening), "csv")
    assert (flow.sought, flow.not_retrieved, flow.assessed, flow.included) == (3, 1, 2, 1)
    assert (flow.full_text_reasons, flow.not_final) == ((("topic", 1),), ())
    assert "stopped after nine weeks (p. 2)" in exported


def test_a_pdf_with_another_title_is_joined_to_its_record_by_hand(tmp_path):
    rows = [{"title": f"Whale song {n}", "abstract": f"Whales sing {n}."} for n in "abc"]
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([write_listing(tmp_path / "1.jsonl", *rows)])
        screening = screened(shelf)
        one, two, _ = shelf.papers()
        file = tmp_path / "scan.pdf"
        file.write_bytes(make_pdf([paper_page(["Trees bear fruit."], title="A Working Draft")]))
        with pytest.raises(UsageError, match="did not pass"):
            add_full_text(screening, one, file, "me")
        for paper in (one, two):
            screening.decide(paper, "include", "me")
        joined = add_full_text(screening, one, file, "me")
        assert joined.id == one.id
        assert screening.quoted(joined, "Trees bear fruit").page == 1
        assert screening.retrievals() == {one.id: "retrieved"}
        assert len(shelf.papers()) == 3
        with pytest.raises(UsageError, match="text of another record"):
            add_full_text(screening, two, file, "me")
        (tmp_path / "empty.pdf").write_bytes(b"%PDF-1.4 nothing")
        with pytest.raises(UsageError, match=r"empty\.pdf: "):
            add_full_text(screening, two, tmp_path / "empty.pdf", "me")
        assert make_flow(screening).not_yet_retrieved == 1


def test_a_signed_stop_excludes_nothing_and_the_flow_says_so(library):
    screening = screened(library, stop="budget:10")
    read_all(screening, most=9)
    assert not make_status(screening).is_reached
    assert make_status(screening).to_go == 1
    read_all(screening, most=1)
    assert make_status(screening).is_reached
    assert make_flow(screening).not_screened == 20
    event = sign_stop(screening, "time is up", "me")
    assert (event.read, event.reached) == (10, True)
    flow = make_flow(screening)
    assert (flow.automatic, flow.not_screened, flow.stop) == (20, 0, "time is up")
    assert screening.next_record("me") is not None
    read_all(screening, most=1)
    assert make_flow(screening).automatic == 19


def test_the_stopping_test_counts_what_people_decided(library):
    screening = screened(library)
    read_all(screening)
    status = make_status(screening)
    assert (status.read, status.included, status.is_reached) == (30, 6, True)
    assert status.p_95 == 0
    assert status.least_recall == 1


def test_a_backup_and_a_repair_keep_a_screening(library, tmp_path):
    screening = screened(library)
    read_all(screening, most=7)
    kept = [d.id for d in screening.decisions]
    folder = tmp_path / "copy"
    folder.mkdir()
    back_up(library.database, folder / "library.db")
    with Library(folder, WITHOUT) as copy:
        copied = Screening(copy, "s")
        assert [d.id for d in copied.decisions] == kept
        assert copied.next_record("me").paper.id == screening.next_record("me").paper.id
    damaged = sqlite3.connect(folder / "library.db")
    damaged.execute("DELETE FROM chunks")
    damaged.commit()
    damaged.close()
    assert not repair_library(folder).is_sound
    with Library(folder, WITHOUT) as copy:
        repaired = Screening(copy, "s")
        assert [d.id for d in repaired.decisions] == kept
        assert repaired.next_record("me").paper.id == screening.next_record("me").paper.id
        assert len(repaired.records) == 30


# kappa 0.4, AC1 0.4082 of 50 pairs: 20 both, 15 neither, 5 and 10 apart.
PAIRS = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15


def test_agreement_is_as_in_the_literature():
    assert cohen_kappa(PAIRS) == pytest.approx(0.4)  # the example of Wikipedia's "Cohen's kappa"
    metrics = pytest.importorskip("sklearn.metrics")
    draw = random.Random(1)
    for _ in range(20):
        pairs = [(draw.choice("aab"), draw.choice("abb")) for _ in range(30)]
        theirs = metrics.cohen_kappa_score(*zip(*pairs, strict=True))
        assert cohen_kappa(pairs) == pytest.approx(theirs)
    # Gwet (2008), table 2: 118 both, 5 and 2 apart, none negative by both.
    skewed = [("+", "+")] * 118 + [("+", "-")] * 5 + [("-", "+")] * 2
    assert cohen_kappa(skewed) == pytest.approx(-0.0234, abs=1e-4)
    assert gwet_ac1(skewed, 2) == pytest.approx(0.9408, abs=1e-4)
    assert cohen_kappa([]) is None
    assert cohen_kappa([("a", "a")] * 3) is None
    assert gwet_ac1([("a", "a")] * 3, 2) == 1


@pytest.mark.parametrize("seed", range(40))
def test_random_histories_never_break_a_sum(tmp_path, seed):
    random_history(tmp_path, seed)


def random_history(tmp_path, seed):
    """A random history of one screening; after each step the flow adds up, and is what a slow
    recount from the log says."""
    draw = random.Random(seed)
    with Library(tmp_path / f"shelf{seed}", WITHOUT) as shelf:
        shelf.add([listing(tmp_path / f"{seed}.jsonl", 9, seed)])
        shelf.add([listing(tmp_path / f"{seed}b.jsonl", 3, seed)])
        double = draw.choice(["none", "all", "50%", "included"])
        screening = screened(shelf, reviewers=("ann", "ben"), double=double, seed=seed)
        for n in range(25):
            act(screening, draw, tmp_path / f"{seed}-{n}.jsonl")
            flow = make_flow(screening)
            assert Recount(screening).boxes() == (
                flow.duplicates, flow.automatic, flow.other, flow.not_screened, flow.excluded,
                flow.not_retrieved, flow.not_yet_retrieved, flow.full_text_excluded,
                flow.not_assessed, flow.included,
            )  # fmt: skip


def act(screening, draw, file):
    """One step of a history; what cannot be done is refused, and changes nothing."""
    library = screening.library
    papers = [p for p in library.papers() if p.id in screening.papers]
    paper, reviewer = draw.choice(papers), draw.choice(["ann", "ben"])
    verdict = draw.choice(KEPT)
    reasons = (draw.choice(["topic", "trains"]),) if verdict == "exclude" else ()
    other, stage = draw.choice(papers).key, draw.choice(["title", "full-text"])
    steps = {
        "label": lambda: screening.decide(paper, verdict, reviewer, Given(reasons)),
        "undo": lambda: screening.undo(reviewer),
        "resolve": lambda: screening.resolve(paper, verdict, "cem", Given(reasons)),
        "merge": lambda: merge_papers(library, [paper.key, other]),
        "split": lambda: split_paper(library, paper.key, [2]),
        "remove": lambda: library.remove(paper.key) if len(papers) > 4 else None,
        "stage": lambda: screening.change("stage", stage, "ann", ""),
        "retrieve": lambda: screening.retrieve(paper, draw.choice(["", "closed"]), "ann"),
        "stop": lambda: sign_stop(screening, "enough", "ann"),
        "update": lambda: update(screening, file, draw.randint(1, 4), draw.randint(0, 60)),
    }
    with suppress(UsageError):
        steps[draw.choice([*["label"] * 8, *steps])]()


def update(screening, file, count, seed, **named):
    """Adds a file and updates the screening by it."""
    screening.library.add([listing(file, count, seed)])
    update_screening(screening, plan_update(screening, Filters(), **named))


class Recount:
    """The boxes, counted again one paper at a time from all that was kept."""

    def __init__(self, screening):
        self.library, store = screening.library, ScreenStore(screening.library.database)
        self.records, self.events = store.records("s"), store.events("s")
        updates = [n for n, event in enumerate(self.events) if event.kind == "update"]
        self.sources = store.sources("s")
        self.begins = [0, *(int(self.events[n].value.split()[0]) for n in updates)]
        self.since = [self.events, *(self.events[n:] for n in updates)]  # by wave
        log = [d for _, d in store.decisions("s")]
        gone = {d.undoes for d in log if d.verdict == "undo"}
        self.log = [d for d in log if d.id not in gone and d.verdict not in ("undo", "note")]

    def present(self, paper_id):
        found = self.library.catalogue.paper_named(paper_id)
        return found.id if found else None

    def final(self, paper, stage):
        """The verdict of all, and whether anyone decided."""
        own = [d for d in self.log if d.stage == stage and self.present(d.paper_id) == paper]
        resolved = [d.verdict for d in own if d.source == "resolve"]
        if resolved:
            return resolved[-1], True
        last = {(d.reviewer, d.paper_id): d.verdict for d in own}
        kinds = {"include" if verdict == "maybe" else verdict for verdict in last.values()}
        if len(kinds) != 1:
            return None, bool(kinds)
        return ("maybe" if "maybe" in last.values() else kinds.pop()), True

    def box(self, paper, wave):
        verdict, has_read = self.final(paper, "title")
        if verdict is None:
            is_signed = any(e.kind == "stop" and e.stage == "title" for e in self.since[wave])
            return "automatic" if is_signed and not has_read else "waiting"
        if verdict in ("duplicate", "exclude"):
            return verdict
        full, was_read = self.final(paper, "full-text")
        said = [e.kind for e in self.events if e.paper_id and self.present(e.paper_id) == paper]
        state = "retrieved" if was_read else said[-1] if said else "yet"
        if state != "retrieved":
            return state
        named = {"include": "included", "exclude": "full", "duplicate": "full"}
        return named.get(full, "full waiting")

    def papers_of(self, records):
        papers = self.library.papers()
        signs = {sign for r in records for sign in r.signs}
        scope = {self.present(r.paper_id) for r in records} - {None}
        return scope | {p.id for p in papers if signs & {o.sha256 for o in p.origins}}

    def boxes(self):
        places, seen = [], set()
        for wave, begin in enumerate(self.begins):
            end = [*self.begins, len(self.records)][wave + 1]
            scope = self.papers_of(self.records[begin:end]) - seen
            seen |= scope
            places.append({paper: self.box(paper, wave) for paper in scope})
        waits = {"waiting", "yet", "full waiting"}
        is_one = any(waits & set(own.values()) for own in places[:-1])
        shown = range(len(places)) if is_one else [len(places) - 1]
        last = self.records if is_one else self.records[self.begins[-1] :]
        boxes = [box for wave in shown for box in places[wave].values()]
        held = {o.sha256 for p in self.library.papers() for o in p.origins}
        lost = sum(self.present(r.paper_id) is None and not set(r.signs) & held for r in last)
        found = Counter(boxes)
        entries = sum(s.entries for s in self.sources if s.wave - 1 in shown)
        found["duplicate"] += entries - lost - len(boxes)
        found["lost"] = lost
        order = (
            "duplicate,automatic,lost,waiting,exclude,not-retrieved,yet,full,full waiting,included"
        )
        return tuple(found[name] for name in order.split(","))


def test_an_update_takes_in_what_is_new_and_changes_no_earlier_order(library, tmp_path):
    screening = screened(library, reviewers=("ann", "ben"), double="50%", seed=3)
    other = Screening(library, "s")  # another process
    twice = {own.position for own in screening.records if own.position in screening._double}
    read_all(screening, "ann", 12)
    read_all(other, "ben", 3)
    update(screening, tmp_path / "b.jsonl", 12, seed=7, named=(("b.jsonl", "Embase", "database"),))
    assert len(screening.records) == 42
    assert len(twice) == 15
    assert {n for n in screening._double if n < 30} == twice
    assert sum(n >= 30 for n in screening._double) == 6
    for _ in range(6):
        read_all(screening, "ann", 1)
        read_all(other, "ben", 1)
    assert replay_screening(Screening(library, "s")) == (27, "")
    rankings = ScreenStore(library.database).rankings("s").values()
    assert Counter(own.wave for own in rankings) == {1: 15, 2: 12}
    assert {n for own in rankings if own.wave == 1 for n in own.top} <= set(range(30))
    shown = next(own for own in screening.decisions[15:] if own.verdict == "include")
    assert shown.paper_id in {record.paper_id for record in screening.records[30:]}


def test_the_flow_of_an_update_has_new_records_and_earlier_studies(library, tmp_path):
    screening = screened(library)
    read_all(screening)
    library.add([listing(tmp_path / "b.jsonl", 35, seed=0)])  # 30 of them are there
    found = plan_update(screening, Filters(), (("b.jsonl", "Embase again", "database"),))
    assert [(s.label, s.entries) for s in found.sources] == [("Embase again", 35)]
    update_screening(screening, found)
    flow = make_flow(screening)  # the first search is not finished: all is one review
    assert (flow.identified, flow.duplicates, flow.not_screened, flow.wave) == (65, 30, 5, 1)
    assert (flow.sought, flow.excluded, flow.previous_studies) == (6, 24, 0)
    flow = make_flow(screening, wave=2)
    assert (flow.identified, flow.duplicates, flow.not_screened, flow.wave) == (35, 30, 5, 2)
    assert (flow.previous_studies, flow.studies, flow.total_studies) == (0, 0, 0)
    assert any("6 records of earlier searches" in words for words in flow.not_final)
    read_all(screening)
    screening.change("stage", "full-text", "me", "")
    for paper in screening.sought():
        own = library.paper(paper)
        screening.retrieve(own, "", "me")
        screening.decide(own, "include", "me")
    flow = make_flow(screening)
    assert (flow.screened, flow.excluded, flow.included) == (5, 4, 1)
    assert (flow.previous_studies, flow.previous_reports) == (6, 6)
    assert (flow.total_studies, flow.total_reports) == (7, 7)
    assert Counter(paper.box for paper in flow.papers) == {
        "previous": 6, "excluded": 4, "included": 1,
    }  # fmt: skip
    first = make_flow(screening, wave=1)
    assert (first.identified, first.included, first.total_studies) == (30, 6, 6)
    with pytest.raises(UsageError, match="no wave 3"):
        make_flow(screening, wave=3)
    with pytest.raises(FlowError, match="total studies 8"):
        require_sums(flow.model_copy(update={"total_studies": 8}))


def test_a_new_report_of_an_earlier_study_is_no_new_study(library, tmp_path):
    screening = screened(library)
    old = library.papers()[0]
    update(screening, tmp_path / "b.jsonl", 2, seed=9)
    fresh = library.paper(screening.records[30].paper_id)
    for paper in (old, fresh):
        screening.decide(paper, "include", "me")
    screening.change("stage", "full-text", "me", "")
    for paper in (old, fresh):
        screening.decide(paper, "include", "me")
    group_papers(screening, [old, fresh], "me")
    flow = make_flow(screening, wave=2)
    assert (flow.previous_studies, flow.studies, flow.included) == (1, 0, 1)
    assert (flow.total_studies, flow.total_reports) == (1, 2)


def test_after_an_update_the_stopping_rule_begins_again(library, tmp_path):
    screening = screened(library, stop="row:5")
    read_all(screening, most=20)
    assert make_status(screening).is_reached
    sign_stop(screening, "enough", "me")
    update(screening, tmp_path / "b.jsonl", 10, seed=5)
    status = make_status(screening)
    assert (status.records, status.read, status.unread_then, status.read_since) == (40, 20, 20, 0)
    assert not status.is_reached
    assert status.signed == ""
    flow = make_flow(screening, wave=2)
    assert (flow.automatic, flow.not_screened) == (0, 10)
    assert make_flow(screening, wave=1).automatic == 10
    sign_stop(screening, "enough again", "me")
    assert make_flow(screening, wave=2).automatic == 10


def test_an_update_takes_what_init_took_and_says_when_nothing_is_new(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([listing(tmp_path / "a.jsonl", 6), listing(tmp_path / "other.jsonl", 4, 1)])
        screening = screened(shelf, filters=Filters(files=("a.jsonl",)))
        with pytest.raises(UsageError, match="nothing is new"):
            plan_update(screening, Filters())
        shelf.add([listing(tmp_path / "c.jsonl", 3, 2)])
        found = plan_update(screening, Filters(files=("c.jsonl",)))
        assert [(s.label, s.entries) for s in found.sources] == [("c.jsonl", 3)]
        listing(tmp_path / "a.jsonl", 8)
        shelf.add([tmp_path / "a.jsonl"])
        found = plan_update(screening, Filters())
        assert (len(found.papers), [s.entries for s in found.sources]) == (2, [2])
        update_screening(screening, found)
        again = Screening(shelf, "s")
        with pytest.raises(UsageError, match="a moment ago"):
            screening.store.update("s", again.events[-1], (), (), b"")
        assert len(again.records) == 8


def test_a_flow_that_does_not_add_up_is_an_error_that_names_the_difference(library):
    flow = make_flow(screened(library))
    with pytest.raises(FlowError, match=r"identified 31, but .* = 30"):
        require_sums(flow.model_copy(update={"identified": 31}))


def test_criteria_are_read_from_lists_of_their_kind(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(
        "question: Does it help?\ninclude:\n  - Adults with asthma\nexclude:\n"
        "  - 'design: Case reports'\n  - {key: age, text: Only children}\n"
    )
    question, found = read_criteria(file)
    assert question == "Does it help?"
    assert [(own.key, own.kind) for own in found] == [
        ("adults-with", "include"), ("design", "exclude"), ("age", "exclude"),
    ]  # fmt: skip
    file.write_text("criteria:\n  - exclude: Case reports\n")
    assert [(own.kind, own.text) for own in read_criteria(file)[1]] == [("exclude", "Case reports")]


def test_criteria_are_read_from_yaml_and_from_lines(tmp_path):
    yaml = tmp_path / "c.yaml"
    yaml.write_text(
        "question: Do whales sing?\ncriteria:\n  - {key: w, text: Whales}\n"
        "  - {kind: exclude, text: On trains alone}\n"
    )
    question, found = read_criteria(yaml)
    assert question == "Do whales sing?"
    assert [(c.key, c.kind) for c in found] == [("w", "include"), ("on-trains", "exclude")]
    lines = tmp_path / "c.txt"
    lines.write_text("# rules\nAdults with asthma\nexclude: design: Case reports\n- Adults with\n")
    _, found = read_criteria(lines)
    assert [(c.key, c.kind, c.text) for c in found] == [
        ("adults-with", "include", "Adults with asthma"),
        ("design", "exclude", "Case reports"),
        ("adults-with-2", "include", "Adults with"),
    ]
    yaml.write_text("criteria:\n  - {kind: exclud, text: x}\n")
    with pytest.raises(UsageError, match=r"line 2: unknown kind 'exclud'"):
        read_criteria(yaml)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stop": "soon"}, "unknown stopping rule"),
        ({"double": "all"}, "two reviewers"),
        ({"double": "150%"}, "unknown --double"),
        ({"reviewers": ("ann", "ann")}, "one name each"),
        ({"sources": (("x.ris", "X", "database"),)}, r"no record was read from x\.ris"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(library, options, said):
    with pytest.raises(UsageError, match=said):
        screened(library, **options)
    assert ScreenStore(library.database).names() == []


def test_a_changed_criterion_has_a_version_and_old_decisions_name_theirs(library):
    screening = screened(library)
    read_all(screening, most=4)
    with pytest.raises(UsageError, match="for a reason"):
        screening.change_criteria(CRITERIA[:1], "me", " ")
    screening.change_criteria(CRITERIA[:1], "me", "agreed")
    assert screening.criteria.version == 2
    assert make_status(screening).to_revisit == 4
    shown = screening.next_record("me").paper
    with pytest.raises(UsageError, match="no criterion"):
        screening.decide(shown, "exclude", "me", Given(("trains",)))


def test_a_conflict_on_titles_can_be_resolved_after_the_stage_has_changed(library):
    screening = screened(library, reviewers=("ann", "ben"), double="all")
    paper = screening.next_record("ann").paper
    screening.decide(paper, "include", "ann")
    screening.decide(paper, "exclude", "ben")
    screening.change("stage", "full-text", "ann", "")
    assert screening.resolve(paper, "include", "cem", Given()).stage == "title"
    for reviewer, verdict in (("ann", "include"), ("ben", "exclude")):
        given = Given(("topic",) if verdict == "exclude" else ())
        screening.decide(paper, verdict, reviewer, given)
    assert screening.resolve(paper, "include", "cem", Given()).stage == "full-text"
    assert make_flow(screening).included == 1
