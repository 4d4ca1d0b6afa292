"""Finding one paper in two entries: 2,000 generated pairs, and what must never be merged."""

from __future__ import annotations

import random

import pytest

from reviewer.library.dedupe.compare import (
    blocks_of,
    is_published,
    judge,
    likeness_of,
    pairs_between,
)
from reviewer.library.dedupe.groups import group_same, identities
from reviewer.library.dedupe.similarity import Title, match_titles, may_match
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part

PAIRS = 2000
LEAST_PRECISION, LEAST_RECALL = 0.995, 0.95
GIVEN = "Anna Jürgen María Siobhán Wei Chidi Jan Łukasz Søren Zoë Rita Ivan Mei Omar".split()
FAMILIES = (
    "Müller Östberg García-López O'Brien Li Okafor Berg Kowalski Ångström Nguyen Smith Johansson "
    "Petrov Zhang Haddad Rossi Dubois Tanaka Silva Novák"
).split()
METHODS = (
    "reinforcement learning,contrastive pretraining,graph attention,knowledge distillation,"
    "active sampling,beam search,curriculum training,retrieval augmentation,sparse attention,"
    "preference optimisation,symbolic regression,variational inference"
).split(",")
THINGS = (
    "protein folding,orchard mapping,legal question answering,speech translation,code repair,"
    "theorem proving,tabular forecasting,music transcription,medical coding,robot grasping,"
    "weather prediction,citation recommendation,sentence segmentation,crop classification"
).split(",")
FRAMES = (
    "{m} for {t}", "On the limits of {m} in {t}", "{n}: {m} improves {t}", "Rethinking {m} for {t}",
    "{n}: a benchmark of {t} under {m}", "Does {m} help {t}? Evidence from {k} tasks",
)  # fmt: skip


def entry(title, authors=(), year=None, abstract="", *, sign="", **fields):
    parts = [Part(name="title", text=title)]
    parts += [Part(name="abstract", text=abstract)] if abstract else []
    return Paper(
        parts=tuple(parts), authors=tuple(authors), year=year,
        origins=(Origin(file="f", position=1, sha256=sign or title + str(authors)),), **fields,
    )  # fmt: skip


def compared(one, other):
    """`merged`, `listed` or `apart`, as adding both would have it."""
    pair = [p.model_copy(update={"origins": (Origin(file="f", position=i, sha256=str(i)),)})
            for i, p in enumerate((one, other))]  # fmt: skip
    likes = {p.origins[0].sha256: likeness_of(
        p, [n for n in identities(p) if n[0] != "title"]) for p in pair}  # fmt: skip
    said = list(pairs_between(likes, likes))
    if len(group_same(pair, said)) == 1:
        return "merged"
    return "listed" if said else "apart"


class Maker:
    """Makes papers and what other sources make of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def title(self):
        choose = self.random.choice
        words = choose(FRAMES).format(
            m=choose(METHODS), t=choose(THINGS), k=self.random.randint(3, 90),
            n="".join(self.random.choice("BCDGLMPRST") + self.random.choice("aeiou")
                      for _ in range(3)).capitalize(),
        )  # fmt: skip
        return words[0].upper() + words[1:]

    def authors(self):
        count = self.random.choice([1, 2, 3, 3, 4, 6])
        families = self.random.sample(FAMILIES, count)
        return tuple(f"{self.random.choice(GIVEN)} {family}" for family in families)

    def abstract(self, title):
        choose = self.random.choice
        return (
            f"We study {choose(THINGS)} with {choose(METHODS)} and report on {title.lower()}. "
            f"On {self.random.randint(2, 60)} sets it gains {self.random.randint(1, 40)} points "
            f"over {choose(METHODS)}, and it loses nothing on {choose(THINGS)}."
        )

    def paper(self):
        title = self.title()
        return entry(title, self.authors(), self.random.randint(2005, 2025), self.abstract(title))

    def slip(self, title):
        """A letter lost, doubled, exchanged or put in another's place, in a long word."""
        words = title.split(" ")
        places = [i for i, w in enumerate(words) if w.isalpha() and len(w) > 6]
        place = self.random.choice(places)
        word = words[place]
        at = self.random.randint(1, len(word) - 3)
        words[place] = self.random.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + "x" + word[at + 1 :],
            ]
        )
        return " ".join(words)

    def again(self, paper):  # noqa: C901  one way a kind
        """The same paper as another source has it."""
        title, authors, year, abstract = paper.title, paper.authors, paper.year, paper.abstract
        kinds = ["case", "accents", "initials", "slip", "subtitle", "year", "authors", "abstract"]
        for kind in self.random.sample(kinds, self.random.choice([1, 1, 2, 3])):
            if kind == "case":
                title = self.random.choice([str.upper, str.lower, str.title])(title)
            elif kind == "accents":
                authors = tuple(a.translate(str.maketrans("üÖáÅŁøëí", "uOaALoei")) for a in authors)
            elif kind == "initials":
                authors = tuple(f"{a.split(' ', 1)[1]}, {a[0]}." for a in authors if " " in a)
            elif kind == "slip":
                title = self.slip(title)
            elif kind == "subtitle" and ": " not in title:
                title += ": A " + self.random.choice(["field", "formal", "large"]) + " study"
            elif kind == "year":
                year = self.random.choice([None, year + 1])
            elif kind == "authors":
                authors = self.random.choice([(), authors[:1], authors])
            elif kind == "abstract":
                abstract = self.random.choice(["", abstract + " Code is at hand.", abstract[:150]])
        return entry(title, authors, year, abstract)

    def other(self, paper):
        """Another paper with a similar title: the next of a series, another task, the opposite."""
        title = paper.title
        kind = self.random.choice(["part", "method", "negated", "plural", "survey", "again"])
        authors = self.random.choice([paper.authors, paper.authors, self.authors()])
        if kind == "part":
            title += ": Part II"
        elif kind == "method":
            method = next(m for m in METHODS + THINGS if m.lower() in title.lower())
            pool = METHODS if method in METHODS else THINGS
            other = self.random.choice([m for m in pool if m != method])
            title = title.lower().replace(method, other).capitalize()
        elif kind == "negated":
            title = title.replace("improves", "cannot improve").replace("Rethinking", "Against")
            title = title if title != paper.title else "Against " + title
        elif kind == "plural":
            title = title + "s" if not title.endswith("s") else title + " and beyond"
        elif kind == "survey":
            title = "A survey of " + title
        else:  # the very same title by other people
            authors = tuple(f"Other {f}" for f in self.random.sample(
                [f for f in FAMILIES if f not in " ".join(paper.authors)], 2))  # fmt: skip
        return entry(title, authors, paper.year + self.random.choice([0, 1]), self.abstract(title))


@pytest.fixture(scope="module")
def outcomes():
    """What was done with 1,000 pairs that are one paper and with 1,000 that are two."""
    maker = Maker(8)
    found = {True: [], False: []}
    for number in range(PAIRS):
        paper = maker.paper()
        is_one = number % 2 == 0
        other = maker.again(paper) if is_one else maker.other(paper)
        found[is_one].append((compared(paper, other), paper, other))
    return found


def test_of_2000_generated_pairs_what_is_merged_is_one_paper(outcomes):
    right = sum(result == "merged" for result, _, _ in outcomes[True])
    wrong = [pair for result, *pair in outcomes[False] if result == "merged"]
    assert right > PAIRS / 4
    assert right / (right + len(wrong)) >= LEAST_PRECISION, [[p.title for p in w] for w in wrong]


def test_of_2000_generated_pairs_what_is_one_paper_is_merged_or_listed(outcomes):
    missed = [pair for result, *pair in outcomes[True] if result == "apart"]
    assert 1 - len(missed) / len(outcomes[True]) >= LEAST_RECALL, [
        [(p.title, p.authors, p.year) for p in pair] for pair in missed
    ]


GONSIOR = ("Julius Gonsior", "Maik Thiele", "Wolfgang Lehner")


@pytest.mark.parametrize("authors", [(), GONSIOR])
def test_a_title_that_was_reworded_is_listed_and_not_merged(authors):
    one = entry("ImitAL: Learned Active Learning Strategy on Synthetic Data", authors, 2022)
    other = entry("ImitAL: Learning Active Learning Strategies from Synthetic Data", authors, 2021)
    assert compared(one, other) == "listed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Supervised parsing of garden paths", "Unsupervised parsing of garden paths"),
        ("Symmetric attention for trees", "Asymmetric attention for trees"),
        ("GPT-3 as a gardener of orchards", "GPT-4 as a gardener of orchards"),
        ("Orchards at night: Part I", "Orchards at night: Part II"),
        ("A model of orchards", "A models of orchards"),
        ("Orchards at night", "Orchards at night: Erratum"),
        ("Orchards at night", "Orchards at night: Extended abstract"),
    ],
)
def test_a_word_that_means_something_else_is_no_slip(one, other):
    assert compared(entry(one, GONSIOR, 2020), entry(other, GONSIOR, 2020)) != "merged"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Jürgen Müller",), ("Mueller, J.",)),
        (("Jan van der Berg", "Ann Lee"), ("Van Der Berg, J", "Lee, A")),
        (("Søren Østergård",), ("Oestergard, S.",)),
    ],
)
def test_authors_in_two_spellings_bear_a_slip_out(one, other):
    first = entry("Grafting pears onto quince trees", one, 2021)
    second = entry("Grafting pears onto qunice trees", other, 2021)
    assert compared(first, second) == "merged"


@pytest.mark.parametrize(
    ("doi", "expected"),
    [
        ("10.1101/2020.01.02.123456", False),
        ("10.1101/gr.123.1", True),
        ("10.2139/ssrn.123", False),
        ("10.1038/nature1", True),
    ],
)
def test_a_preprint_servers_doi_is_known(doi, expected):
    assert is_published([f"doi:{doi}"]) is expected
    assert is_published([f"doi:{doi}", "arxiv:2501.00001"]) is (None if expected else False)
    assert is_published([]) is None


def test_a_preprint_and_its_published_form_are_versions_also_when_the_title_has_a_slip():
    one = likeness_of(entry("Grafting pears onto quince", GONSIOR, 2021), [("arxiv", "2101.00001")])
    other = likeness_of(entry("Grafting paers onto quince", GONSIOR, 2022), [("doi", "10.1/a")])
    verdict, _ = judge(one, other)
    assert verdict == "versions"
    assert blocks_of(one) & blocks_of(other)


def test_of_many_titles_none_is_passed_over_that_matches():
    maker = Maker(11)
    papers = [maker.paper() for _ in range(60)]
    papers += [maker.again(paper) for paper in papers] + [maker.other(paper) for paper in papers]
    short = [
        entry(title) for title in ("", "GPT", "G P T", "GPT: a model", "Multi modal", "MULTIMODAL")
    ]
    titles = [Title(n.title, n.main) for n in (likeness_of(p, []) for p in (*papers, *short))]
    fresh = titles[::2]
    expected = {
        (i, k)
        for i, one in enumerate(fresh)
        for k, other in enumerate(titles)
        if match_titles(one, other) != "none"
    }
    found = may_match(fresh, titles)
    assert expected <= found
    assert len(expected) > len(fresh) + 60
    assert len(found) < len(fresh) * len(titles) / 10
