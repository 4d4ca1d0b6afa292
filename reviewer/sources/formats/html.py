"""Reads a saved web page of one paper: its `citation_` tags and its visible text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from reviewer.sources.entries import ReadOptions, distinct, new_paper, origin_of
from reviewer.sources.parsing.xml_stream import Element
from reviewer.text import bare_doi, split_name
from reviewer.text.identifiers import arxiv_id_in, bare_arxiv_id, date_in
from reviewer.types import Paper
from reviewer.types.papers import Origin, Skipped

_MOST_CHARS = 20_000_000
_START = re.compile(
    r"[\s\ufeff]*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*(?:<!doctype html|<html)", re.I | re.S
)
_UNSEEN = frozenset("script style noscript template svg nav header footer aside form button iframe "
                    "select option textarea head math-hidden object canvas".split())  # fmt: skip
_BLOCKS = frozenset("p div section article main li h1 h2 h3 h4 h5 h6 blockquote pre td th tr table "
                    "ul ol dl dt dd br hr figure figcaption body".split())  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?(?:;|$)"
    r"|font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|$)",
    re.IGNORECASE,
)
_DROPPED = re.compile(r"^(?:references|bibliography|works cited)$", re.IGNORECASE)
_LEAST_CHARS = 40
_DATES = (
    "citation_publication_date citation_date citation_online_date dc.date article:published_time"
).split()


def matches(text: str) -> bool:
    return _START.match(text[:20_000]) is not None


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper, or Skipped when the page has no title or no text."""
    if len(text) > _MOST_CHARS:
        yield Skipped(file=file, reason="the page is too long for one paper")
        return
    page = _parsed(text)
    if isinstance(page, str):
        yield Skipped(file=file, reason=page)
        return
    tags = _tags(page)
    title = _first(tags, "citation_title", "dc.title", "og:title") or _heading(page)
    body = _seen_text(page)
    abstract = _first(tags, "citation_abstract", "dc.description.abstract", "dcterms.abstract")
    if not title:
        yield Skipped(file=file, reason="the page has no title")
    elif not abstract and len(body) < _LEAST_CHARS:
        yield Skipped(file=file, reason="the page has no text that can be seen")
    else:
        yield _paper(title, abstract, body, tags, origin_of(text, file, 1))


def _parsed(text: str) -> Element:
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "\ufffd", text)
    try:
        page = lxml_html.document_fromstring(plain.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "the page cannot be read as HTML"
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        return "the page is nested too deeply"
    return page


def _tags(page: Element) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for element in page.iter("meta"):
        name = (element.get("name") or element.get("property") or "").lower()
        value = " ".join((element.get("content") or "").split())
        if name and value:
            tags.setdefault(name, []).append(value)
    return tags


def _first(tags: dict[str, list[str]], *names: str) -> str:
    return next((tags[name][0] for name in names if name in tags), "")


def _heading(page: Element) -> str:
    for name in ("h1", "title"):
        for element in page.iter(name):
            if text := " ".join(element.text_content().split()):
                return text
    return ""


def _is_hidden(element: Element) -> bool:
    return (
        not isinstance(element.tag, str)
        or element.tag in _UNSEEN
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDDEN.search(element.get("style") or "") is not None
    )


def _seen_text(page: Element) -> str:
    """The paragraphs that a reader sees, up to the list of references."""
    root = next(page.iter("article"), None)
    root = root if root is not None else next(page.iter("main"), page)
    paragraphs = (" ".join(p.split()) for p in "".join(_seen(root)).split("\n\n"))
    return "\n\n".join(p for p in takewhile(lambda p: not _DROPPED.match(p), paragraphs) if p)


def _seen(element: Element) -> Iterator[str]:
    """The texts that are not hidden, at most 256 deep, which is as deep as the parser goes."""
    if _is_hidden(element):
        return
    gap = "\n\n" if element.tag in _BLOCKS else ""
    yield gap + (element.text or "")
    for child in element:
        yield from _seen(child)
        yield child.tail or ""
    yield gap


def _paper(
    title: str, abstract: str, body: str, tags: dict[str, list[str]], origin: Origin
) -> Paper:
    people = tags.get("citation_author") or tags.get("dc.creator") or tags.get("author") or []
    url = _first(tags, "citation_public_url", "citation_abstract_html_url", "og:url")
    return new_paper(
        title,
        abstract,
        body,
        names=[split_name(n) for p in people for n in p.split(";") if n.strip()],
        date=date_in(_first(tags, *_DATES)),
        venue=_first(tags, "citation_journal_title", "citation_conference_title"),
        doi=bare_doi(_first(tags, "citation_doi", "dc.identifier", "prism.doi")),
        arxiv_id=bare_arxiv_id(_first(tags, "citation_arxiv_id")) or arxiv_id_in(url),
        pmid=_first(tags, "citation_pmid"),
        url=url,
        keywords=distinct(re.split("[;,]", ";".join(tags.get("citation_keywords", [])))),
        extra={},
        origins=(origin,),
    )
