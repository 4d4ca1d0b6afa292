"""Papers for LaTeX in many classes, with all that a reader of their PDFs has to find.

Every sentence, heading, caption, footnote, cell and reference is known, so that order and wholeness
are scored exactly. Texts are made from lists of words by a seed. `paper(layout, seed)` is one paper;
`LAYOUTS` names the classes. `benchmarks/pdfs.py` sets them and scores; a few set ones are fixtures.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

NOUNS = """affine baseline|agent|algorithm|approximation|baseline|bonus|classification|coefficient
|configuration|credit assignment|difference|efficient policy|environment|estimator|experiment|factor
|flow field|generalisation|hypothesis|implementation|influence|laboratory|learner|likelihood|matrix
|measurement|model|modification|network|observation|offline setting|optimisation|parameter|policy
|price-determining factor|probability|recommendation|regularisation|representation|reward|sample
|sequence|signal|specification|state-of-the-art system|temperature|threshold|variance|workflow
""".replace("\n", "").split("|")
VERBS = """affects|amplifies|approximates|confirms|contradicts|determines|differs from|dominates
|explains|identifies|improves|limits|outperforms|precedes|reflects|replaces|simplifies|stabilises
|suffices for|underestimates""".replace("\n", "").split("|")
ENDS = """in every group that we looked at|under a fixed budget|without further tuning|over five seeds
|when few demonstrations are given|on nine of twelve tasks|as the official protocol asks
|after a first-order correction|for most of the officials|across all laboratories
|with the usual precautions|at a significantly lower cost""".replace("\n", "").split("|")
BEGINS = (
    """However, |In contrast, |Moreover, |As a consequence, |We note that |We find that
|It is well known that |Our measurements show that |For small samples, |Finally, ||||
""".replace("\n", "")
    .replace("that|", "that |")
    .split("|")
)
MATH = [
    ("$n = 12$", "n = 12"), ("$p < 0.05$", "p < 0.05"), ("40\\%", "40%"), ("3.5", "3.5"),
    ("$k = 8$", "k = 8"), ("$r = -0.31$", "r = -0.31"), ("$10^{-4}$", "10-4"), ("$x_i$", "xi"),
]  # fmt: skip
PEOPLE = """Ann B. Ash|Bo Birch|Carl d'Elm|Dora van der Berg|Émile Côté|Fatima al-Sayed|Gao Lin
|Hanna O'Neil|Ivo K. Jansen|Jean-Luc Petit|Kåre Østergård|Lucía Núñez|Mehmet Öz|Nina de la Cruz
|Oskar von Braun|P. Q. Rossi|Wei Zhang|Yuki Tanaka|Zoë Quinn|Tomáš Dvořák""".replace(
    "\n", ""
).split("|")
PLACES = [
    "University of Oslo, Norway", "Institute for Late Rewards, Lyon, France",
    "Department of Physics, Kyoto University, Kyoto, Japan", "Lab of Y, Example Inc., Boston, MA, USA",
]  # fmt: skip
METHODS = "Ours full|Ours small|Baseline|Random|Greedy search|No bonus|Fast decay|Oracle".split("|")
HEADS = "Return|Memory|Time (s)|Accuracy|Loss|Steps|Rank|F1".split("|")
SECTIONS = "Introduction|Method|Data and tasks|Results|Discussion|Limits of the study|Conclusion"


@dataclass
class TableTruth:
    """A table as set: `cells` are (row's head, column's head, value)."""

    number: int
    caption: str
    cells: list[tuple[str, str, str]]


@dataclass
class Truth:
    """What a reader of a paper has to find. `apart` stands outside the run of sentences."""

    title: str
    authors: list[str]
    year: str = ""
    abstract: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    tables: list[TableTruth] = field(default_factory=list)


@dataclass
class Draft:
    """A paper while it is being written: its dice, what is true of it, and how it is set."""

    dice: random.Random
    truth: Truth
    is_two_columns: bool
    seed: int
    is_always_numbered: bool = False
    said: set[str] = field(default_factory=set)
    floats: int = 0
    figures: int = 0

    def sentence(self) -> tuple[str, str]:
        """A new sentence for LaTeX, and as it reads."""
        while True:
            one, other, third = self.dice.sample(NOUNS, 3)
            verb, end = self.dice.choice(VERBS), self.dice.choice(ENDS)
            begin = self.dice.choice(BEGINS)
            tex = plain = f"{begin}the {one} {verb} the {other}"
            kind = self.dice.random()
            if kind < 0.25:
                set_as, reads = self.dice.choice(MATH)
                tex, plain = f"{tex} with {set_as}", f"{plain} with {reads}"
            if 0.2 < kind < 0.6:
                more = f", while the {third} {self.dice.choice(VERBS)} the {one}"
                tex, plain = tex + more, plain + more
            if 0.5 < kind < 0.8:
                tex, plain = f"{tex} {end}", f"{plain} {end}"
            if kind > 0.85:
                number = self.dice.randint(1, 9)
                tex, plain = f"{tex}~[{number}]", f"{plain} [{number}]"
            if plain not in self.said:
                self.said.add(plain)
                return tex[0].upper() + tex[1:] + ".", plain[0].upper() + plain[1:] + "."

    def paragraph(self, size: int) -> str:
        """A paragraph of so many sentences; some have a footnote."""
        pieces = []
        for _ in range(size):
            tex, plain = self.sentence()
            if self.dice.random() < 0.06:
                note_tex, note = self.sentence()
                tex += f"\\footnote{{{note_tex}}}"
                self.truth.apart.append(note)
            self.truth.body.append(plain)
            pieces.append(tex)
        return " ".join(pieces) + "\n\n"

    def equation(self) -> str:
        tex, plain = self.sentence()
        self.truth.body.append(plain.rstrip("."))
        after, after_plain = self.sentence()
        self.truth.body.append(after_plain)
        inner = self.dice.choice([
            r"J(\theta) = \sum_{t=0}^{T} \gamma^t r_t - \beta K(\pi, \pi_0).",
            r"\frac{\partial u}{\partial t} = \nabla \cdot (D \nabla u) + f(u).",
            r"a_{ij} = \frac{1}{n} \sum_{k} x_{ik} x_{jk}.",
        ])  # fmt: skip
        return f"{tex.rstrip('.')}\n\\begin{{equation}} {inner} \\end{{equation}}\n{after} "

    def figure(self, wide: bool = False) -> str:
        self.figures += 1
        tex, plain = self.sentence()
        self.truth.apart.append(plain)
        star = "*" if wide and self.is_two_columns else ""
        place = self.dice.choice(["t", "t", "b", "h"]) if not star else "t"
        drawn = (
            r"\setlength{\unitlength}{1mm}\begin{picture}(60,30)\put(5,5){\line(1,0){50}}"
            r"\put(5,5){\line(0,1){22}}\put(8,8){\line(2,1){30}}\put(22,0){\small steps}"
            r"\put(40,22){\small ours}\put(40,12){\small baseline}\put(0,27){\small 1.0}\end{picture}"
        )
        return (
            f"\\begin{{figure{star}}}[{place}]\\centering {drawn}\n\\caption{{{tex}}}"
            f"\\end{{figure{star}}}\n"
        )

    def table(self, wide: bool = False) -> str:
        """A table, ruled or not; its caption is above or below."""
        number = len(self.truth.tables) + 1
        star = "*" if wide and self.is_two_columns else ""
        heads = self.dice.sample(HEADS, self.dice.randint(2, 3) if not star else 5)
        methods = self.dice.sample(METHODS, self.dice.randint(3, 6))
        tex, plain = self.sentence()
        kind = self.dice.choice(["booktabs", "hline", "grid", "none"])
        cells, rows = [], []
        for method in methods:
            own = []
            for head in heads:
                value = f"{self.dice.uniform(0, 99):.1f}"
                if self.dice.random() < 0.15:
                    value += " ± 0." + str(self.dice.randint(1, 9))
                if self.dice.random() < 0.06:
                    value = ""
                own.append(value.replace("±", r"$\pm$"))
                if value:
                    cells.append((method, head, value))
            rows.append(" & ".join([method, *own]) + r" \\")
        top, middle, bottom = {
            "booktabs": (r"\toprule", r"\midrule", r"\bottomrule"),
            "hline": (r"\hline", r"\hline", r"\hline"),
            "grid": (r"\hline", r"\hline", r"\hline"), "none": ("", "", ""),
        }[kind]  # fmt: skip
        between = "\n\\hline " if kind == "grid" else "\n"
        bar = "|" if kind == "grid" else ""
        columns = bar + bar.join(["l", *(self.dice.choice("rcl") for _ in heads)]) + bar
        inner = (
            f"\\begin{{tabular}}{{{columns}}}{top}\n{' & '.join(['Method', *heads])} \\\\ {middle}\n"
            f"{between.join(rows)} {bottom}\n\\end{{tabular}}"
        )
        caption = f"\\caption{{{tex}}}"
        both = f"{caption}\n{inner}" if self.dice.random() < 0.6 else f"{inner}\n{caption}"
        self.truth.apart.append(plain)
        self.truth.tables.append(TableTruth(number, plain, cells))
        place = self.dice.choice(["t", "t", "b"])
        return f"\\begin{{table{star}}}[{place}]\\centering\n{both}\n\\end{{table{star}}}\n"

    def algorithm(self) -> str:
        tex, plain = self.sentence()
        self.truth.apart.append(plain)
        return (
            f"\\begin{{algorithm}}[t]\\caption{{{tex}}}\\begin{{algorithmic}}[1]\n"
            r"\STATE set the bonus to one \FOR{each episode} \STATE collect rewards"
            r" \IF{the loss rises} \STATE halve the rate \ENDIF \ENDFOR"
            "\n\\end{algorithmic}\\end{algorithm}\n"
        )

    def sections(self, head: Callable[[str], str]) -> str:
        """The body: sections of paragraphs with equations, floats and footnotes among them."""
        text = ""
        for number, name in enumerate(SECTIONS.split("|")):
            text += head(name)
            for _ in range(self.dice.randint(2, 4)):
                roll = self.dice.random()
                if roll < 0.2:
                    text += self.equation()
                text += self.paragraph(self.dice.randint(3, 8))
                if 0.2 < roll < 0.4:
                    text += self.figure(wide=roll < 0.25)
                elif 0.4 < roll < 0.65:
                    text += self.table(wide=roll < 0.45)
                elif roll > 0.93 and number < 4:
                    text += self.algorithm()
        if not self.truth.tables:
            text += self.table()
        return text

    def bibliography(self, head: str) -> str:
        """References, numbered or by author and year. `head` is "" for a list without a heading."""
        count = self.dice.randint(14, 30)
        is_numbered = self.seed % 3 != 2 or self.is_always_numbered
        items = []
        for number in range(count):
            names = ", ".join(
                f"{chr(65 + self.dice.randint(0, 25))}. {p.split()[-1]}"
                for p in self.dice.sample(PEOPLE, 2)
            )
            one, other = self.dice.sample(NOUNS, 2)
            title = f"On the {one} and the {other} of type {number}"
            year = self.dice.randint(1985, 2022)
            pages = f"{self.dice.randint(1, 99)}--{self.dice.randint(100, 199)}"
            place = f"\\emph{{Journal of Late Rewards}}, {number + 1}({number % 4}):{pages}"
            self.truth.references.append(title)
            label = "" if is_numbered else "[]"
            dated = (
                f"{names} ({year}). {title}. {place}." if not is_numbered
                else f"{names}. {title}. {place}, {year}."
            )  # fmt: skip
            items.append(f"\\bibitem{label}{{r{number}}} {dated}")
        named = "" if head else r"\renewcommand{\refname}{}\renewcommand{\bibname}{}"
        plain = "" if is_numbered else r"\makeatletter\def\@biblabel#1{}\makeatother"
        body = "\n".join(items)
        return (
            f"{named}{plain}\n\\begin{{thebibliography}}{{99}}\n{body}\n\\end{{thebibliography}}\n"
        )


def paper(layout: str, seed: int) -> tuple[str, Truth]:
    """The LaTeX source of a paper in this layout, and what is true of it."""
    dice = random.Random(f"{layout} {seed}")
    one, other, third = dice.sample(NOUNS, 3)
    title = dice.choice([
        f"On the {one.title()} and the {other.title()}",
        f"{one.capitalize()} for {other}: A second look at the {third}",
        f"How the {one} limits the {other}",
        f"Slow {one}. Towards an efficient {other} under a late {third} in offline settings",
    ])  # fmt: skip
    people = dice.sample(PEOPLE, dice.randint(1, 5))
    draft = Draft(dice, Truth(title, people), LAYOUTS[layout][0], seed)
    pieces = [draft.sentence() for _ in range(dice.randint(4, 9))]
    draft.truth.abstract = [plain for _, plain in pieces]
    abstract = " ".join(tex for tex, _ in pieces)
    return LAYOUTS[layout][1](draft, abstract), draft.truth


def _whole(
    preamble: str, front: str, draft: Draft, *, head: str = "References", after: str = ""
) -> str:
    """The source: what comes before the body, the body and the list of references."""
    body = draft.sections(lambda name: f"\\section{{{name}}}\n")
    if draft.seed % 4 in (1, 2):
        head = ""
    return (
        f"{preamble}\n\\begin{{document}}\n{front}\n\\suppressfloats[t]{body}\n{draft.bibliography(head)}{after}"
        "\\end{document}\n"
    )


USED = (
    r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{amsmath,booktabs,graphicx}"
    r"\usepackage{algorithm,algorithmic}"
)
NUMBERED = r"\usepackage{lineno}\linenumbers"
FONTS = [r"\usepackage{lmodern}", r"\usepackage{mathptmx}", r"\usepackage{mathpazo}"]


def _font(draft: Draft) -> str:
    return FONTS[draft.seed % len(FONTS)]


def _marked(draft: Draft, marks: list[str], between: str = ", ") -> str:
    """Authors, each with a mark of its place."""
    return between.join(
        f"{person}$^{{{marks[i % 2]}{',*' if i == 0 else ''}}}$"
        for i, person in enumerate(draft.truth.authors)
    )


def _article(draft: Draft, abstract: str) -> str:
    people = r" \and ".join(draft.truth.authors)
    lines = NUMBERED if draft.seed % 4 in (2, 3) else ""
    year = 2010 + draft.seed
    draft.truth.year = str(year)
    front = (
        f"\\title{{{draft.truth.title}}}\\author{{{people}}}\\date{{March {draft.seed + 1}, {year}}}"
        f"\\maketitle\\begin{{abstract}}{abstract}\\end{{abstract}}"
    )
    return _whole(f"\\documentclass[11pt]{{article}}{USED}{_font(draft)}{lines}", front, draft)


def _article_two(draft: Draft, abstract: str) -> str:
    """Two columns below a title and an abstract of the full width."""
    marks = ["1", "2"] if draft.seed % 2 else ["a", "b"]
    front = (
        f"\\twocolumn[{{\\begin{{center}}{{\\LARGE {draft.truth.title}\\par}}\\medskip "
        f"{_marked(draft, marks)}\\\\ \\small $^{{{marks[0]}}}${PLACES[0]}\\quad "
        f"$^{{{marks[1]}}}${PLACES[1]}\\end{{center}}\\begin{{center}}"
        f"\\begin{{minipage}}{{0.9\\textwidth}}\\textbf{{Abstract.}} {abstract}\\end{{minipage}}"
        "\\bigskip\\end{center}}]"
    )
    preamble = f"\\documentclass[10pt,twocolumn]{{article}}{USED}{_font(draft)}"
    return _whole(f"{preamble}\\usepackage[margin=2cm]{{geometry}}", front, draft)


def _arxiv(draft: Draft, abstract: str) -> str:
    """Two columns with a stamp in the margin and the abstract in a column."""
    year = 8 + draft.seed
    draft.truth.year = f"20{year:02}"
    stamp = (
        r"\usepackage{eso-pic,xcolor}\AddToShipoutPictureBG*{\AtPageLowerLeft{\put(20,250){"
        rf"\rotatebox{{90}}{{\Large\color{{gray}}arXiv:{year:02}11.04567v2\ \ [cs.LG]\ \ 12 Nov 20{year:02}}}}}}}}}"
    )
    people = _marked(draft, ["\\dagger", "\\ddagger"], r" \quad ")
    front = (
        f"\\title{{{draft.truth.title}}}\\author{{{people} \\\\ $^\\dagger${PLACES[0]} \\quad "
        f"$^\\ddagger${PLACES[3]} \\\\ \\texttt{{\\{{one,two\\}}@x.example.org}}}}\\date{{}}\\maketitle"
        f"\\begin{{abstract}}{abstract}\\end{{abstract}}"
    )
    preamble = f"\\documentclass[10pt,twocolumn]{{article}}{USED}{stamp}"
    return _whole(f"{preamble}\\usepackage[margin=2cm]{{geometry}}", front, draft)


def _revtex(draft: Draft, abstract: str) -> str:
    people = "".join(
        f"\\author{{{p}}}\\affiliation{{{PLACES[i % 3]}}}"
        for i, p in enumerate(draft.truth.authors)
    )
    year = 2009 + draft.seed
    draft.truth.year = str(year)
    front = (
        f"\\title{{{draft.truth.title}}}{people}\\date{{12 May {year}}}"
        f"\\begin{{abstract}}{abstract}\\end{{abstract}}\\maketitle"
    )
    journal = "prl" if draft.seed % 2 else "prb"
    preamble = f"\\documentclass[aps,{journal},twocolumn,superscriptaddress]{{revtex4-2}}{USED}"
    return _whole(preamble, front, draft)


def _elsarticle(options: str) -> Callable[[Draft, str], str]:
    def write(draft: Draft, abstract: str) -> str:
        people = "".join(
            f"\\author[{'ab'[i % 2]}]{{{p}{'' if i else chr(92) + 'corref{cor}'}}}"
            for i, p in enumerate(draft.truth.authors)
        )
        lines = NUMBERED if "review" in options else ""
        year = 2011 + draft.seed
        draft.truth.year = str(year)
        front = (
            f"\\begin{{frontmatter}}\\title{{{draft.truth.title}}}{people}"
            f"\\cortext[cor]{{Corresponding author. Email: ash@x.example.org}}"
            r"\affiliation[a]{organization={University of X},city={Oslo},country={Norway}}"
            r"\affiliation[b]{organization={Lab of Y},city={Lyon},country={France}}"
            f"\\begin{{abstract}}{abstract}\\end{{abstract}}"
            r"\begin{keyword} learning \sep exploration \sep credit \end{keyword}\end{frontmatter}"
        )
        preamble = f"\\documentclass[{options}]{{elsarticle}}{USED}{lines}"
        dated = f"\\renewcommand{{\\today}}{{May 3, {year}}}"
        return _whole(f"{preamble}{dated}\\journal{{Journal of Late Rewards}}", front, draft)

    return write


def _ieee(kind: str) -> Callable[[Draft, str], str]:
    def write(draft: Draft, abstract: str) -> str:
        if kind == "conference":
            people = r" \and ".join(
                f"\\IEEEauthorblockN{{{p}}}\\IEEEauthorblockA{{{PLACES[i % 3].split(',')[0]}\\\\"
                f"Oslo, Norway\\\\{p[0].lower()}@x.org}}"
                for i, p in enumerate(draft.truth.authors)
            )
        else:
            people = ", ".join(draft.truth.authors)
            people += f"\\thanks{{The authors are with the {PLACES[0]}.}}"
        front = (
            f"\\title{{{draft.truth.title}}}\\author{{{people}}}\\maketitle"
            f"\\begin{{abstract}}{abstract}\\end{{abstract}}"
            r"\begin{IEEEkeywords}learning, exploration\end{IEEEkeywords}"
        )
        return _whole(f"\\documentclass[{kind}]{{IEEEtran}}{USED}", front, draft)

    return write


def _acm(kind: str) -> Callable[[Draft, str], str]:
    def write(draft: Draft, abstract: str) -> str:
        people = "".join(
            f"\\author{{{p}}}\\affiliation{{\\institution{{University of X}}\\city{{Oslo}}"
            "\\country{Norway}}"
            for p in draft.truth.authors
        )
        year = 2018 + draft.seed % 6
        draft.truth.year = str(year)
        front = (
            f"\\title{{{draft.truth.title}}}{people}\\begin{{abstract}}{abstract}\\end{{abstract}}"
            r"\keywords{learning, exploration}\maketitle"
        )
        preamble = (
            f"\\documentclass[{kind}]{{acmart}}\\usepackage{{algorithm,algorithmic,booktabs}}"
            f"\\acmYear{{{year}}}\\copyrightyear{{{year}}}\\setcopyright{{rightsretained}}"
        )
        return _whole(preamble, front, draft)

    return write


def _llncs(draft: Draft, abstract: str) -> str:
    draft.is_always_numbered = True
    people = r" \and ".join(f"{p}\\inst{{{i % 2 + 1}}}" for i, p in enumerate(draft.truth.authors))
    front = (
        f"\\title{{{draft.truth.title}}}\\author{{{people}}}\\institute{{{PLACES[0]} \\and "
        f"{PLACES[1]}\\\\ \\email{{a@x.org}}}}\\maketitle"
        f"\\begin{{abstract}}{abstract}\\keywords{{learning \\and credit}}\\end{{abstract}}"
    )
    return _whole(f"\\documentclass[runningheads]{{llncs}}{USED}", front, draft)


def _neurips(draft: Draft, abstract: str) -> str:
    """One column of Times with authors in blocks over their places; review copies have numbers."""
    blocks = r"\quad ".join(
        f"\\begin{{tabular}}{{c}}\\textbf{{{p}}}\\\\ {PLACES[i % 2].split(',')[0]}\\\\ "
        f"\\texttt{{{p[0].lower()}@x.org}}\\end{{tabular}}"
        for i, p in enumerate(draft.truth.authors[:3])
    )
    draft.truth.authors = draft.truth.authors[:3]
    lines = NUMBERED if draft.seed % 2 else ""
    year = 2019 + draft.seed % 5
    draft.truth.year = str(year)
    foot = f"\\let\\thefootnote\\relax\\footnotetext{{33rd Conference on Late Rewards (CLR {year}), Oslo, Norway.}}"
    front = (
        rf"\begin{{center}}\rule{{\textwidth}}{{2pt}}\par\medskip{{\LARGE\bfseries {draft.truth.title}\par}}"
        rf"\medskip\rule{{\textwidth}}{{1pt}}\par\bigskip {blocks}\end{{center}}"
        rf"\begin{{center}}\large\textbf{{Abstract}}\end{{center}}\begin{{quote}}{abstract}\end{{quote}}"
        f"\\makeatletter{{{foot}}}\\makeatother"
    )
    preamble = f"\\documentclass[10pt]{{article}}{USED}\\usepackage{{times}}{lines}"
    geometry = r"\usepackage[textwidth=5.5in,textheight=9in]{geometry}\setlength{\parindent}{0pt}\setlength{\parskip}{5.5pt}"
    return _whole(preamble + geometry, front, draft)


def _icml(draft: Draft, abstract: str) -> str:
    """Two columns with a title between rules; review copies have numbers beside both columns."""
    lines = r"\usepackage[switch]{lineno}\linenumbers" if draft.seed % 2 else ""
    front = (
        rf"\twocolumn[\begin{{center}}\hrule\vskip 10pt{{\Large\bfseries {draft.truth.title}\par}}\vskip 8pt\hrule"
        rf"\vskip 15pt {{\bfseries {_marked(draft, ['1', '2'], chr(92) + 'quad ')}}}\vskip 20pt\end{{center}}]"
        rf"\begin{{center}}\large\textbf{{Abstract}}\end{{center}}\begin{{quote}}{abstract}\end{{quote}}"
        rf"\let\thefootnote\relax\footnotetext{{$^1${PLACES[0]} $^2${PLACES[3]}. Correspondence to: one@x.org.}}"
    )
    preamble = f"\\documentclass[10pt,twocolumn]{{article}}{USED}\\usepackage{{times}}{lines}"
    geometry = r"\usepackage[textwidth=6.75in,textheight=9in,columnsep=0.25in]{geometry}\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}"
    return _whole(preamble + geometry, front, draft)


def _acl(draft: Draft, abstract: str) -> str:
    """Two columns, authors marked with card suits over their places."""
    suits = [r"\spadesuit", r"\heartsuit"]
    front = (
        rf"\twocolumn[\begin{{center}}{{\Large\bfseries {draft.truth.title}\par}}\vskip 12pt "
        rf"{{\large\bfseries {_marked(draft, suits, ' ' + chr(92) + 'quad ')}}}\\ "
        rf"$^\spadesuit${PLACES[0]} \quad $^\heartsuit${PLACES[1]}\\ \texttt{{\{{a,b\}}@x.org}}\end{{center}}\vskip 20pt]"
        rf"\begin{{center}}\textbf{{Abstract}}\end{{center}}\begin{{quote}}\small {abstract}\end{{quote}}"
    )
    preamble = f"\\documentclass[11pt,twocolumn,a4paper]{{article}}{USED}\\usepackage{{times}}"
    geometry = r"\usepackage[textwidth=16cm,textheight=24.7cm,columnsep=0.6cm]{geometry}"
    return _whole(preamble + geometry, front, draft)


def _mdpi(draft: Draft, abstract: str) -> str:
    """One column beside a narrow one on the first page with dates and how to cite."""
    year = 2015 + draft.seed % 9
    draft.truth.year = str(year)
    people = draft.truth.authors
    marked = (" and ".join if len(people) == 2 else ", ".join)(
        f"{p} $^{{{i % 2 + 1}{',*' if i == 0 else ''}}}$" for i, p in enumerate(people)
    )
    side = (
        r"\marginpar{\raggedright\scriptsize \textbf{Citation:} Ash, A.; Birch, B. Late Rewards "
        rf"\textbf{{{year}}}, 4, 12.\par Received: 3 January {year}\par Accepted: 9 March {year}\par Published: 12 April {year}\par "
        rf"\textbf{{Copyright:}} \copyright\ {year} by the authors.}}"
    )
    front = (
        rf"\noindent\textit{{Article}}\par\medskip\noindent{{\LARGE\bfseries\raggedright {draft.truth.title}\par}}\medskip"
        rf"\noindent\textbf{{{marked}}}\par\medskip\noindent{{\small $^1$ {PLACES[0]}; a@x.org\\ $^2$ {PLACES[1]}; b@x.org\\ * Correspondence: a@x.org\par}}"
        rf"\medskip\noindent\textbf{{Abstract:}}{side} {abstract}\par\medskip\noindent\textbf{{Keywords:}} learning; credit\par"
    )
    preamble = f"\\documentclass[10pt,a4paper]{{article}}{USED}\\usepackage{{mathpazo}}"
    geometry = r"\usepackage[textwidth=13cm,textheight=24cm,left=5.7cm,marginparwidth=4cm,marginparsep=0.6cm]{geometry}\reversemarginpar"
    return _whole(preamble + geometry, front, draft)


def _amsart(draft: Draft, abstract: str) -> str:
    people = "".join(
        f"\\author{{{p}}}\\address{{{PLACES[i % 3]}}}" for i, p in enumerate(draft.truth.authors)
    )
    front = f"\\title{{{draft.truth.title}}}{people}\\begin{{abstract}}{abstract}\\end{{abstract}}\\maketitle"
    return _whole(f"\\documentclass{{amsart}}{USED}", front, draft)


def _mnras(draft: Draft, abstract: str) -> str:
    people = draft.truth.authors
    marked = _marked(draft, ["1", "2"])
    year = 2012 + draft.seed
    draft.truth.year = str(year)
    front = (
        f"\\title[Short title]{{{draft.truth.title}}}\\author[{people[0]} et al.]{{{marked}\\\\ $^{{1}}${PLACES[0]}\\\\"
        f"$^{{2}}${PLACES[2]}}}\\date{{Accepted {year} May 3. Received {year} May 1; in original form {year} April 2}}"
        f"\\pubyear{{{year}}}\\maketitle\\begin{{abstract}}{abstract}\\end{{abstract}}\\begin{{keywords}}learning -- credit\\end{{keywords}}"
    )
    return _whole(f"\\documentclass{{mnras}}{USED}", front, draft)


def _nature(draft: Draft, abstract: str) -> str:
    """A bold abstract of the full width without a heading, then two columns without numbers."""
    year = 2016 + draft.seed % 6
    draft.truth.year = str(year)
    people = draft.truth.authors
    marked = ", ".join(f"{p}$^{{{i % 2 + 1}}}$" for i, p in enumerate(people[:-1]))
    marked = f"{marked} \\& {people[-1]}$^{{2}}$" if marked else f"{people[-1]}$^{{1}}$"
    front = (
        rf"\twocolumn[{{\noindent{{\huge\raggedright {draft.truth.title}\par}}\medskip\noindent {marked}\par\smallskip\noindent "
        rf"{{\footnotesize $^1${PLACES[0]}. $^2${PLACES[1]}. Published online: 4 May {year}\par}}\medskip\noindent{{\bfseries {abstract}\par}}\bigskip}}]"
    )
    preamble = f"\\documentclass[9pt,twocolumn]{{extarticle}}{USED}\\usepackage{{times}}\\setcounter{{secnumdepth}}{{0}}"
    return _whole(preamble + r"\usepackage[margin=1.8cm,columnsep=0.6cm]{geometry}", front, draft)


LAYOUTS: dict[str, tuple[bool, Callable[[Draft, str], str]]] = {
    "article": (False, _article),
    "article-two": (True, _article_two),
    "arxiv": (True, _arxiv),
    "revtex": (True, _revtex),
    "elsarticle": (False, _elsarticle("preprint,12pt")),
    "elsarticle-review": (False, _elsarticle("review,12pt")),
    "elsarticle-3p": (True, _elsarticle("final,3p,times,twocolumn")),
    "elsarticle-5p": (True, _elsarticle("final,5p,times,twocolumn")),
    "ieee-conference": (True, _ieee("conference")),
    "ieee-journal": (True, _ieee("journal")),
    "acm-conference": (True, _acm("sigconf")),
    "acm-review": (False, _acm("manuscript,review")),
    "llncs": (False, _llncs),
    "neurips": (False, _neurips),
    "icml": (True, _icml),
    "acl": (True, _acl),
    "mdpi": (False, _mdpi),
    "amsart": (False, _amsart),
    "mnras": (True, _mnras),
    "nature": (True, _nature),
}
"""Each layout: whether it has two columns, and what writes a paper in it."""
