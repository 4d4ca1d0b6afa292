"""Characters that nobody sees reach no prompt, no output and no terminal; ordinary text stays."""

from __future__ import annotations

import html
import json
import os
import pty
import re
import select
import subprocess
import sys
import unicodedata
from pathlib import Path

import html5lib
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.cli import run
from reviewer.grounding import locate
from reviewer.llm import Prompts
from reviewer.render.escape import escape
from reviewer.render.html.table import table_html
from reviewer.render.json import papers_jsonl
from reviewer.sources import ReadOptions, find_files, read_file
from reviewer.text import clean
from reviewer.text.invisible import escape_hidden, is_hidden, visible
from reviewer.text.views import clean_view
from reviewer.types import Paper, Table
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage
from reviewer.types.tables import Column
from tests.conftest import write_listing
from tests.support.fake_provider import FakeProvider
from tests.support.promises import promise
from tests.support.scripted import served

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Told apart from the code under test: by categories, and the few that Unicode counts as letters.
BLANK = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0}
SEEN = {
    0x600,
    0x601,
    0x602,
    0x603,
    0x604,
    0x605,
    0x6DD,
    0x70F,
    0x890,
    0x891,
    0x8E2,
    0x110BD,
    0x110CD,
}


def is_unseen(character):
    """True for what no reader of English sees, white space aside."""
    point = ord(character)
    if point in BLANK or 0xFE00 <= point <= 0xFE0F or 0xE0000 <= point <= 0xE0FFF:
        return True
    if point in SEEN or character.isspace():
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs")


UNSEEN = [
    chr(p) for p in range(sys.maxunicode + 1) if is_unseen(chr(p)) and not 0xD800 <= p < 0xE000
]
# Without those of private use (137,000) and those that are kept for later (4,000).
SOME = [c for c in UNSEEN if unicodedata.category(c) not in ("Co", "Cn")]


def unseen_in(text):
    """What must not be there. A terminal's and a file's own line ends may."""
    return [f"U+{ord(c):04X}" for c in text if is_unseen(c) and c not in "\r\x1b"]


def laced(words, characters):
    """English words with one of these characters after each letter, until all are used."""
    wanted, out = list(characters), []
    while wanted:
        for letter in f"{words} ":
            out += [letter, wanted.pop()] if wanted and letter.isalpha() else [letter]
    return "".join(out)


LACED = {
    "title": laced("Reward models and search", SOME[:150]),
    "abstract": laced("We train a reward model for search. It gains 8.4% on 3 tasks. ", SOME),
    "authors": [laced("Ada Guo", SOME[:40]), laced("Bo Lee", SOME[100:120])],
    "venue": laced("Conference on Pears", SOME[-40:]),
    "organisation": laced("Pear Laboratory", SOME[:40]),
    "keywords": [laced("reward", SOME[:30])],
    "url": f"https://papers.example/a{''.join(SOME[-300:])}b",
    "doi": f"10.1/x{''.join(SOME[:100])}y",
    "tags": [laced("tag", SOME[:20])],
}
IN_TEXT = [c for c in SOME if c >= " "]  # with others a draft is taken for no text
MINE = laced(
    "Abstract. We train a reward model for search agents that count pears and apples. ",
    IN_TEXT[:300],
)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a library of laced papers, and a draft that cites them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    name = "papers " + "".join(c for c in SOME if len(c.encode()) < 4)[:60].replace("\0", "")
    papers = [LACED, {**LACED, "title": "Search agents " + LACED["title"], "url": "", "doi": ""}]
    write_listing(tmp_path / f"{name}.jsonl", *papers)
    write_listing(tmp_path / "bad.jsonl", {"title": LACED["title"]}, {"note": LACED["title"]})
    others = ("bread", "wool", "bees", "concrete", "votes", "rivers", "opera", "chess", "maps")
    write_listing(
        tmp_path / "others.jsonl",
        *({"title": f"On {x}", "abstract": f"This is about {x} alone."} for x in others),
    )
    (tmp_path / "mine.md").write_text(f"# Reward\n\n{MINE}", encoding="utf-8")
    return tmp_path


KEYS = ("guo-nd-reward", "guo-nd-search")
QUESTION = "wh\u200bich rew\U000e0061ard mo\u202edel for search?"
COMMANDS = (
    ["papers"],
    ["papers", "--json"],
    ["show", KEYS[0]],
    ["show", KEYS[0], "--json"],
    ["search", QUESTION],
    ["search", QUESTION, "--explain", "--json"],
    ["similar", KEYS[0]],
    ["ask", QUESTION, "--quotes"],
    ["ask", QUESTION, "--json"],
    ["table", QUESTION, "--column", "re\u200bward: wh\u2066at?"],
    *(["table", "--keys", ",".join(KEYS), "--column", "reward", "-o", f"t.{form}"]
      for form in ("md", "csv", "xlsx", "tex", "html", "json")),
    *(["draft", QUESTION, "-o", f"d.{form}"] for form in ("md", "tex", "json")),
    ["draft", QUESTION, "--style", "author-year"],
    ["draft", QUESTION, "--plan-only", "-o", "plan.yaml"],
    *(["export", "--format", form] for form in ("bibtex", "ris", "csl-json", "jsonl", "csv")),
    ["export", "--style", "harvard-cite-them-right"],
    *(["check", "draft.md", "-o", f"c.{form}"] for form in ("md", "html", "json")),
    ["check", "draft.md"],
    ["remove", "gu\u200bo-nd"],
    ["runs"],
    ["runs", "--json"],
)  # fmt: skip


def write_draft(desk):
    quoted = laced("We train a reward model for search.", IN_TEXT[:100])
    lines = [
        f"They say: \u201c{quoted}\u201d [@{KEYS[0]}].",
        f"It gains 9.9% [@{KEYS[1]}, x\u200by].",
    ]
    head = laced("Reward models", IN_TEXT[-100:])
    (desk / "draft.md").write_text("\n\n".join([f"# {head}", *lines, MINE]), "utf-8")


def texts_of(path):
    """All texts that an output holds."""
    if path.suffix != ".xlsx":
        return path.read_bytes().decode("utf-8")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


@promise(
    "Invisible characters reach no prompt, no terminal and no output",
    "every control, format, bidi, tag, zero-width and variation character between the letters of "
    "titles, abstracts, names, addresses, file names, questions and drafts, through 31 commands",
)
def test_no_command_prints_or_writes_what_nobody_sees(desk, capsys):
    assert run(["add", ".", "--verbose"]) == 0
    write_draft(desk)
    codes = {"check": 3, "remove": 1}  # for faults in the draft, and a paper that is not there
    for words in COMMANDS:
        code = run(words)
        printed = capsys.readouterr()
        assert code == codes.get(words[0], 0), (words, printed.err)
        assert not unseen_in(printed.out), words
        assert not unseen_in(printed.err), words
    written = [path for path in desk.iterdir() if path.stem in ("t", "d", "c", "plan")]
    assert len(written) == 15
    for path in written:
        assert not unseen_in(texts_of(path)), path.name
        is_exact = path.suffix == ".json"  # which spells what it hides
        assert is_exact or "reward model" in clean(texts_of(path)).lower(), path.name


def test_no_prompt_holds_what_nobody_sees(desk, capsys):
    assert run(["add", "."]) == 0
    write_draft(desk)
    with FakeProvider(answers=served()) as provider:
        own = ["--model", "openai/gpt-4o-mini", "--api-base", provider.url]
        for words in (
            ["ask", QUESTION, "--effort", "thorough"], ["ask", "-c", "and smaller\u200b ones?"],
            ["table", "--keys", ",".join(KEYS), "--suggest", "2", "--column", "re\u200bward"],
            ["draft", QUESTION, "--for", "mine.md"], ["check", "draft.md"],
            ["draft", "--revise", "mine.md", "--add", KEYS[0]],
        ):  # fmt: skip
            code = run([*words, *own])
            assert code == (3 if "check" in words else 0), (words, capsys.readouterr().err)
        assert len(provider.requests) >= 12
        for seen in provider.requests:
            assert not unseen_in(seen.prompt)


def on_a_terminal(words):
    """What the command prints on a terminal of 100 columns."""
    code = f"from reviewer.cli import run; raise SystemExit(run({words!r}))"
    main, side = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=side, stderr=side, env=environment
    )
    os.close(side)
    got = b""
    while select.select([main], [], [], 60)[0]:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        got += piece
    os.close(main)
    process.wait(60)
    return got.decode("utf-8", "replace")


@pytest.mark.parametrize(
    "words", [["ask", QUESTION, "--quotes"], ["table", "--keys", KEYS[0], "--column", "gain"]]
)
def test_a_terminal_is_told_nothing_but_colours_and_text(desk, words, capsys):
    hostile = {"url": "https://papers.example/%1B%5B2J%E2%80%AE%C2%9B31m", "doi": ""}
    write_listing(desk / "other.jsonl", {**LACED, **hostile, "title": "Reward models that search"})
    hostile = {
        "title": "Reward \x1b[2J [bold red]x[/] \x1b]8;;http://evil.example\x07y \x9b31m models"
    }
    write_listing(desk / "more.jsonl", {**LACED, **hostile, "doi": "", "url": ""})
    assert run(["add", "."]) == 0
    shown = on_a_terminal(words)
    rest = re.sub(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[\d*[AK]|\x1b\[1A\x1b\[2K|\r", "", shown)
    assert "\x1b" not in rest
    assert not unseen_in(rest)
    assert "reward" in rest.lower()


ORDINARY = {
    "Persian": "می‌خواهیم مدل‌های زبانی را در ۳۰‌درصد آزمون‌ها بسنجیم؛ PDF‌ها هم هستند.",
    "Arabic": "نُدرِّبُ النموذجَ على ١٢ مهمة، والنتيجة ٨٫٤٪ \u06dd\u0661\u0662 ه\u200d.",
    "Urdu": "ہم ماڈل کو سکھاتے ہیں اور نتیجہ بہتر ہے۔",
    "Hebrew": "אֲנַחְנוּ מְאַמְּנִים מוֹדֵל; יְרוּשָׁלִַ\u034fים",
    "Hindi": "हम मॉडल को प्रशिक्षित करते हैं; क्‍ष और क्‌ष अलग हैं।",
    "Bengali": "আমরা মডেলকে শেখাই; র‍্যাব ও উৎস।",
    "Malayalam": "അവന്‍ പഠിക്കുന്നു, അവള്‍ എഴുതുന്നു",
    "Sinhala": "ශ්‍රී ලංකාව; ප්‍රතිඵල",
    "Tamil": "நாங்கள் மாதிரியைப் பயிற்றுவிக்கிறோம்",
    "Kannada": "ರ‍್ಯಾಂಕ್ ಮಾಡೆಲ್",
    "Nepali": "गर्‍यो",
    "Thai": "เราฝึกแบบจำลองภาษา",
    "Khmer": "យើងបង្ហាត់ម៉ូដែល",
    "Burmese": "ကျွန်ုပ်တို့ မော်ဒယ်ကို လေ့ကျင့်သည်",
    "Tibetan": "དཔེ་གཞི་སྦྱོང་བརྡར།",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180eᠠ ᠪᠢᠴᠢᠭ᠋",
    "Chinese": "我们训练模型，提高了8.4%。辻\U000e0100和葛\U000e0101城是名字。",
    "Japanese": "モデルを学習させ、8.4%改善した。ｶﾞﾝﾀﾞﾑ",
    "Korean": "우리는 모델을 학습시킨다. ᄒᆞᆫ글 ᅟᅠᆨ",
    "Vietnamese": "Chúng tôi huấn luyện mô hình ngôn ngữ",
    "Greek": "Εκπαιδεύουμε το μοντέλο, α = 0,05",
    "Russian": "Мы обучаем модель; ё и й на месте",
    "Georgian": "ჩვენ ვავარჯიშებთ მოდელს",
    "Armenian": "Մենք մարզում ենք մոդելը",
    "Amharic": "ሞዴሉን እናሠለጥናለን።",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "emoji of several": "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 ❤️‍🔥 👩🏽‍🔬 🏴‍☠️ 👁️‍🗨️ 🧑‍🤝‍🧑",
    "emoji with selectors": "❤️ ✈️ ☎︎ ©️ ™️ ℹ️ ↔️ ‼️ #️⃣ 1️⃣ *️⃣",
    "flags": "🇮🇷 🇯🇵 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f "
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "mathematics": "∩\ufe00 ≨\ufe00 𝒳 ∈ ℝⁿ, 10⁻³ ± ½, x² ≤ ∞",
    "accents": "Łódź, naïve, Ångström, Z͑ͫạ",
    "Egyptian": "𓀀\U00013430𓀁",
}


@promise(
    "Ordinary text in any script is unchanged",
    "32 scripts and kinds of emoji, with the joiners and selectors that they are written with, in "
    "views, prompts, Markdown, HTML and JSON",
)
@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_text_is_unchanged(name):
    text = ORDINARY[name]
    assert clean(text) == text
    assert visible(text) == text
    assert clean_view(text).text == text
    (shown,) = html5lib.parseFragment(f"<p>{markdown(escape(text))}</p>").itertext()
    assert shown == text
    prompts = Prompts(secret="s")
    assert (
        text
        in prompts.render("read", question=text, evidence=[prompts.fence("E1", text, 1, text)]).text
    )
    paper = Paper(id="p", key="k", parts=(Part(name="title", text=text),))
    assert text in papers_jsonl([paper])
    table = Table(
        topic=text, columns=(Column(name="a"),), papers=(paper,), writer="x",
        coverage=Coverage(papers=1, matched=0, read=0, cited=0),
    )  # fmt: skip
    assert text in html.unescape(table_html(table))
    assert locate(f"x {text}", f"x {text} y")


def markdown(text):
    from markdown_it import MarkdownIt

    return MarkdownIt("gfm-like").renderInline(text)


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=60))
def test_a_clean_text_has_nothing_hidden_and_cleaning_it_again_changes_nothing(text):
    once = clean(text)
    assert not [i for i in range(len(once)) if is_hidden(once, i)]
    assert visible(once) == once
    assert clean(once) == once or "\\" in once  # what LaTeX wraps may hold a command again


@settings(max_examples=200)
@given(st.text("aб1 ", min_size=1, max_size=20), st.data())
def test_no_hidden_character_stays_among_letters_that_are_written_without(text, data):
    unseen = st.sampled_from(SOME)
    laced_text = "".join(f"{c}{data.draw(unseen)}" for c in text)
    assert visible(laced_text) == text
    assert clean(laced_text) == " ".join(text.split())


def test_each_character_that_nobody_sees_is_hidden_between_letters():
    missed = [f"U+{ord(c):04X}" for c in UNSEEN if not is_hidden(f"a{c}b", 1)]
    assert not missed


@pytest.mark.parametrize(
    "text",
    ["a\u200c\u200db", "研\u200c究\u200d", "—\u200c—\u200d", "α\u200cβ", "中\ufe0f文", "a\ufe0f",
     "🏴\U000e0061\U000e0062\U000e007f", "😀\U000e0150\U000e0151", "中\U000e01ef文", "ab\u180b",
     "क\u200c\u200c\u200cख", "❤\ufe0f\ufe0f\ufe0f"],
)  # fmt: skip
def test_a_joiner_or_selector_without_its_script_is_hidden(text):
    assert len(visible(text)) < len(text)


@given(st.text(st.sampled_from([*SOME[:400], *'ab"\\ \n中\u2028']), max_size=40))
def test_json_means_the_same_when_hidden_characters_are_spelt(text):
    document = escape_hidden(json.dumps([text], ensure_ascii=False))
    assert json.loads(document) == [text]
    assert not [i for i, c in enumerate(document) if is_hidden(document, i) or c in "\u2028\u2029"]


@pytest.mark.seeds
@promise(
    "The listings are kept byte for byte",
    "all 537 entries of the 5 listings: each text as read, exported as JSON Lines and read again",
)
def test_the_listings_are_kept_byte_for_byte(seeds, tmp_path):
    entries = 0
    for file in find_files([str(seeds)]):
        raw = Path(file).read_bytes()
        papers = read_file(file, ReadOptions()).papers
        exported = tmp_path / "out.jsonl"
        exported.write_text(papers_jsonl(papers), encoding="utf-8")
        again = read_file(str(exported), ReadOptions()).papers
        for paper, same in zip(papers, again, strict=True):
            entries += 1
            assert same.parts == paper.parts
            for part in paper.parts:
                assert part.text.encode() in raw
                assert visible(part.text) == part.text
    assert entries == 537
