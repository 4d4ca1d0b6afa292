"""The one reader of XML: what it reads, and what it refuses."""

import pytest

from reviewer.errors import SourceError
from reviewer.sources import ReadOptions, read_bytes
from reviewer.sources.parsing.xml_stream import (
    XmlError,
    parse_xml,
    read_xml,
    text_of_jats,
    whole_text,
    xml_records,
)

FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>http://arxiv.org/abs/2401.00001</id><title>{title}</title></entry></feed>"""
ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'


def nested(depth):
    return "<x>" * depth + "t" + "</x>" * depth


def test_nesting_is_bounded_far_below_what_python_can_walk():
    assert whole_text(read_xml(nested(256).encode())) == "t"
    assert whole_text(parse_xml(nested(255))) == "t"
    for depth in (257, 100_000):
        assert parse_xml(nested(depth)) == "the XML is nested too deeply"
        with pytest.raises(XmlError):
            read_xml(nested(depth).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-7"])
@pytest.mark.parametrize("before", ["", f"<!--{'-x' * 200_000}-->"])
def test_entities_are_refused_in_any_encoding_and_after_any_comment(encoding, before):
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{declared}{before}{ENTITY}<x y="&a;">&a;</x>'
    with pytest.raises(XmlError):
        read_xml(text.encode(encoding))


def test_a_name_that_only_an_outside_dtd_could_explain_is_refused():
    with pytest.raises(XmlError, match="entities"):
        read_xml(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x>&outside;</x>')


def test_an_outside_dtd_is_never_asked_for():
    head = b'<!DOCTYPE x PUBLIC "-//X//Y//EN" "http://127.0.0.1:9/x.dtd">'
    assert whole_text(read_xml(head + b"<x>a</x>")) == "a"


def test_character_data_is_text_and_not_a_declaration():
    text = FEED.format(title="<![CDATA[Pears & <i>quince</i>]]>")
    (paper,) = read_bytes(text.encode(), "x.atom", ReadOptions()).papers
    assert paper.title == "Pears & <i>quince</i>"
    with pytest.raises(SourceError, match="entities"):
        list(xml_records(f"<!DOCTYPE x [<![INCLUDE[ ]]>]>{text}", "entry"))


@pytest.mark.parametrize("raw", ["<a/><b/>", "<a/>b", "<a></a></r><r><a></a>"])
def test_more_than_one_element_is_damage(raw):
    assert parse_xml(raw) == "the XML is damaged here"


def test_no_text_is_lost_where_markup_closes_what_it_did_not_open():
    assert text_of_jats("one</x>two<x>three") == "onetwothree"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("5<sup>2</sup> &lt; 52", "5² < 52"),
        ("10<sup>-3</sup> and CO<sub>2</sub>", "10⁻³ and CO2"),
        ("1<sup>st</sup>, x<sup>n+1</sup>", "1st, x^n+1"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        (" a\n <i> b </i>c ", "a b c"),
    ],
)
def test_a_raised_digit_stays_raised_and_blocks_stay_apart(markup, text):
    assert whole_text(parse_xml(f"<x>{markup}</x>")) == text
