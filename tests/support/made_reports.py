"""Reports for the tests of pages: quotes of the sample papers, and hostile words in every place."""

from reviewer.grounding import verdict_of
from reviewer.render.claim_notes import citations_of
from reviewer.search import map_papers
from reviewer.tasks import compare_papers, draft_related_work
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.tasks.tables.table import TableOptions
from reviewer.text import sentence_spans
from reviewer.types import Answer, Citation, Claim, Paper, RelatedWork, SurveyReport, Table
from reviewer.types.answers import StanceTaken
from reviewer.types.drafts import Section, Theme
from reviewer.types.maps import PaperMap
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage, Usage
from reviewer.types.searches import Filters
from reviewer.types.sound import sound_text
from reviewer.types.surveys import (
    Batch,
    Flow,
    Made,
    Methods,
    OpenQuestion,
    Query,
    SeeAlso,
    StanceCount,
    SurveySection,
    UpdateNews,
)
from reviewer.types.tables import Cell, Column, Row, Value
from reviewer.writers import Extractive

SUPPORTS = ("supported", "partial", "unchecked", "uncited", "unsupported", "contradicted")
STANCES = ("yes", "no", "mixed", "yes", "none", "yes")
MADE = Made(
    run_id="r1", started="2026-11-25T18:00:00+00:00", finished="2026-11-25T18:05:00+00:00",
    usage=Usage(model="m", calls=3, tokens_in=10, tokens_out=20, cost_usd=0.5, seconds=2.0),
)  # fmt: skip
METHODS = Methods(
    writer="openai/name", prompt_hashes={"read": "1a2b", "write_section": "3c4d"},
    queries=(Query(question="does RL help?", view="sceptic", section="RL", matched=9, kept=5),),
    search="lexical and dense", embedding="minilm", filters=Filters(year_from=2024, tags=("rl",)),
    plan_hash="99ff", generation=7, library_papers=62, library_entries=70, version="0.1.0",
)  # fmt: skip


def survey_of(library):
    """A report over the sample library: what the extractive writer quotes, a table, sentences of
    each support, stances, news, a map."""
    topic = "does RL teach new skills?"
    options = DraftOptions(24, words=2000)
    work = draft_related_work(topic, library, Extractive(), options)
    columns = (Column(name="reward"), Column(name="gain", kind="number"))
    table = compare_papers(topic, library, Extractive(), TableOptions(columns=columns))
    quotes = [claim for section in work.sections for claim in section.claims]
    return report_of(work, quotes, (table,), library)


def report_of(work, quotes, tables, library=None):
    ids = list(dict.fromkeys(c.paper_id for c in citations_of(quotes)))
    first = {c.paper_id: c for c in reversed(citations_of(quotes))}
    stances = tuple(
        StanceTaken(paper_id=i, stance=s, citation=None if s == "none" else first[i])
        for i, s in zip(ids, STANCES * 9, strict=False)
    )
    written = tuple(
        Claim(
            text=f"A sentence that is {support}.",
            citations=() if support == "uncited" else quotes[number].citations,
            support=support,
            dropped=("no such quote",) if support == "uncited" else (),
        )
        for number, support in enumerate(SUPPORTS)
    )
    sections = tuple(
        SurveySection(
            **{**dict(section), "claims": section.claims + (written if number == 1 else ())},
            questions=(f"What of {section.title}?",),
            see_also=(SeeAlso(number=number % len(work.sections) + 1, paper_ids=ids[:2]),),
            state="new" if number == 1 else "unchanged",
        )
        for number, section in enumerate(work.sections, start=1)
    )
    themes = [
        Theme(name=s.title, paper_ids=tuple({c.paper_id: 0 for c in citations_of(s.claims)}))
        for s in work.sections
    ]
    cited = [paper for paper in work.papers if paper.id in ids]
    return SurveyReport(
        name="report", title=work.question, topic=work.question,
        abstract=tuple(Claim(text=q.text, citations=q.citations) for q in quotes[:2]),
        sections=sections, tables=tables, papers=work.papers, methods=METHODS, made=MADE,
        failed_tables=("the model refused",),
        open_questions=(
            OpenQuestion(text="Is it so?", citations=quotes[0].citations, sections=(1,)),
        ),
        verdicts=(StanceCount(question="Does it?", verdict=verdict_of(stances), stances=stances),),
        map=map_papers(cited, themes, library) if library is not None else PaperMap(),
        flow=Flow(searches=9, found=100, duplicates=40, screened=60, not_read=60 - len(work.papers),
                  read=len(work.papers), not_cited=len(work.papers) - len(ids), cited=len(ids),
                  reasons=("beyond 24 papers",)),
        news=UpdateNews(since="2026-11-01T08:00:00+00:00", new_ids=tuple(ids[:2]), unchanged=3,
                  rewritten=("RL",), gone_titles=("Gone",)),
    )  # fmt: skip


def hostile_report(texts):
    """A report that holds these texts in every place that another's words can reach."""
    papers, claims = [], []
    for number, text in enumerate(texts, start=1):
        parts = (
            Part(name="title", text=f"Title {text}"),
            Part(name="abstract", text=f"Before it. {text} After it."),
        )
        paper = Paper(
            id=f"p{number}", key=f"key-{number}", parts=parts, year=2000 + number % 5,
            url=f"javascript:alert({number})" if number % 2 else f"https://example.org/{text}",
            authors=(text,), venue=text, organisation=text,
        )  # fmt: skip
        papers.append(paper)
        claims.append(Claim(text=f"Claim {text}", citations=(citation_in(paper, text),)))
    own, every = texts[0], " ".join(text[:300] for text in texts)
    work = RelatedWork(
        question=f"Topic {every}", papers=tuple(papers), writer="scripted",
        coverage=Coverage(papers=9, matched=9, read=9, cited=9),
        sections=(
            Section(title=f"Section {every}", claims=tuple(claims)),
            Section(title="Quoted", claims=tuple(
                Claim(text=c.citations[0].quote, citations=c.citations, kind="quote",
                          support="supported") for c in claims)),
            Section(title="Failed", failed=f"because {every}"),
        ),
    )  # fmt: skip
    made = report_of(work, claims, (hostile_table(papers, texts),))
    methods = METHODS.model_copy(
        update={
            "writer": own, "prompt_hashes": {own: own}, "embedding": own, "plan_hash": own,
            "queries": (Query(question=every, section=every, matched=1, kept=1),),
            "filters": Filters(venue=own, tags=tuple(texts), keys=(own,), files=(own,)),
        }
    )  # fmt: skip
    sections = tuple(
        s.model_copy(update={"questions": tuple(texts), "left_out": tuple(texts)})
        for s in made.sections
    )
    return made.model_copy(
        update={
            "methods": methods, "sections": sections, "failed_tables": tuple(texts),
            "flow": made.flow.model_copy(update={"reasons": tuple(texts)}),
            "news": made.news.model_copy(
                update={"gone_titles": tuple(texts), "rewritten": tuple(texts)}
            ),
        }
    )  # fmt: skip


def citation_in(paper, text):
    text = sound_text(text)  # as a paper keeps it
    start = paper.abstract.index(text)
    return Citation(
        paper_id=paper.id, chunk_id="c", part="abstract", start=start, end=start + len(text),
        quote=text,
    )  # fmt: skip


def hostile_table(papers, texts):
    rows = []
    for number, (paper, text) in enumerate(zip(papers, texts, strict=True)):
        located = citation_in(paper, text) if number % 2 else None
        value = Value(
            text=text, quote=text, citation=located, support="unchecked" if located else "uncited",
            doubts=() if located else ("it is made up",),
        )  # fmt: skip
        cell = Cell(column=texts[0], state="filled" if located else "no proof", values=(value,))
        rows.append(Row(paper_id=paper.id, key=text, cells=(cell,)))
    return Table(
        topic=texts[0], columns=(Column(name=texts[0], question=texts[0]),), rows=tuple(rows),
        papers=tuple(papers), coverage=Coverage(papers=9, matched=9, read=9, cited=9), writer="m",
    )  # fmt: skip


def big_report(papers):
    """A report of that many papers with long abstracts: three sentences of each are quoted, and
    four tables hold six cells for each of 25."""
    sentence = "In sentence {n} of paper {p} the authors report what they measured on a benchmark."
    made, claims = [], []
    for p in range(papers):
        abstract = " ".join(sentence.format(n=n, p=p) for n in range(24))
        paper = Paper(
            id=f"p{p}", key=f"key-{p}", year=2020 + p % 6,
            parts=(Part(name="title", text=f"Paper {p}, on the measuring of what was reported"),
                   Part(name="abstract", text=abstract)),
        )  # fmt: skip
        made.append(paper)
        spans = sentence_spans(abstract)
        for start, end in (spans[1], spans[9], spans[20]):
            quote = abstract[start:end]
            claims.append(Claim(text=quote, citations=(citation_in(paper, quote),), kind="quote"))
    sections = tuple(
        Section(title=f"Theme {n}", claims=tuple(claims[n * 30 : n * 30 + 30]))
        for n in range(len(claims) // 30)
    )
    work = RelatedWork(
        question="much", papers=tuple(made), sections=sections, writer="m",
        coverage=Coverage(papers=9, matched=9, read=9, cited=9),
    )  # fmt: skip
    tables = tuple(_long_table(made[n * 25 : n * 25 + 25]) for n in range(4))
    return report_of(work, claims, tables)


def _long_table(papers):
    columns = tuple(Column(name=f"aspect {n}") for n in range(6))
    rows = []
    for paper in papers:
        cells = []
        for n, column in enumerate(columns):
            start, end = sentence_spans(paper.abstract)[n * 3]
            quote = paper.abstract[start:end]
            value = Value(
                text=quote, quote=quote, citation=citation_in(paper, quote), support="supported"
            )
            cells.append(Cell(column=column.name, state="filled", values=(value,)))
        rows.append(Row(paper_id=paper.id, key=paper.key, cells=tuple(cells)))
    return Table(
        topic="much", columns=columns, rows=tuple(rows), papers=tuple(papers), writer="m",
        coverage=Coverage(papers=9, matched=9, read=9, cited=9),
    )  # fmt: skip


def batch_of(*reports):
    return Batch(title="A batch", reports=reports, made=MADE)


def answered(library, writer_name="openai/name"):
    """An answer to a yes/no question: sentences of the sample papers, with stances."""
    from reviewer.search import SearchOptions, find

    found = find("does RL teach new skills?", library, SearchOptions(6))
    claims, stances = [], []
    for item, stance in zip(found.evidence, STANCES, strict=False):
        start, end = sentence_spans(item.paper.abstract)[1]
        quote = item.paper.abstract[start:end]
        citation = citation_in(item.paper, quote)
        claims.append(Claim(text=f"They say so ({item.tag}).", citations=(citation,)))
        located = None if stance == "none" else citation
        stances.append(StanceTaken(paper_id=item.paper.id, stance=stance, citation=located))
    return Answer(
        question=found.question, claims=tuple(claims), stances=tuple(stances),
        verdict=verdict_of(stances), evidence=found.evidence, writer=writer_name,
        coverage=Coverage(papers=62, matched=17, read=12, cited=6, left_out=("5 papers beyond",)),
    )  # fmt: skip
