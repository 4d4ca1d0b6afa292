"""Texts that are not Unicode: which of them are read as Chinese, Japanese or Korean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources import ReadOptions, read_file
from reviewer.text.encoding import decode

CHINESE = "基于深度学习的医学图像分割方法研究"
TAIWAN = "高齡者使用智慧型手機之學習經驗與健康行為之研究"
JAPANESE = "深層学習を用いた医用画像の領域分割に関する研究"
KOREAN = "딥러닝을 이용한 의료 영상 분할 방법에 관한 연구"
WRITTEN = [
    (CHINESE, "gbk", "GBK (Chinese)"),
    (CHINESE, "gb18030", "GBK (Chinese)"),
    ("大学生心理健康状况调查与分析", "gb2312", "GBK (Chinese)"),
    ("城市公共交通网络的优化设计", "gbk", "GBK (Chinese)"),
    ("量子点发光二极管的制备及性能", "gbk", "GBK (Chinese)"),
    ("唐代诗歌意象与审美研究", "gbk", "GBK (Chinese)"),
    (TAIWAN, "big5", "Big5 (Chinese)"),
    ("臺灣原住民族語言復振政策之探討", "big5", "Big5 (Chinese)"),
    (JAPANESE, "cp932", "Shift-JIS (Japanese)"),
    ("日本における高齢者の社会参加とその支援について", "cp932", "Shift-JIS (Japanese)"),
    (JAPANESE, "euc_jp", "EUC-JP (Japanese)"),
    (KOREAN, "euc_kr", "EUC-KR (Korean)"),
    ("청소년의 스마트폰 사용과 학업 성취도의 관계", "cp949", "EUC-KR (Korean)"),
]
WESTERN = [
    ("Über größere Gärten für Bäume – eine Übersicht", "cp1252"),
    ("L’été à la forêt : évaluation générale des espèces", "cp1252"),
    ("Żółte gęsi i źdźbła trawy na łące", "cp1250"),
    ("Исследование методов машинного обучения", "cp1251"),
    ("исследование методов машинного обучения и анализа", "koi8-r"),
    ("Μελέτη των μεθόδων μηχανικής μάθησης", "iso8859-7"),
    ("การศึกษาวิธีการเรียนรู้ของเครื่อง", "tis-620"),
    ("دراسة طرق التعلم الآلي", "cp1256"),
    ("מחקר על שיטות למידת מכונה", "cp1255"),
    ("Ağaçların büyümesi ve öğrenme üzerine çalışma", "cp1254"),
]


@pytest.mark.parametrize(("text", "encoding", "shown"), WRITTEN)
@pytest.mark.parametrize("form", ["bib", "ris", "csv"])
def test_a_file_of_an_older_program_is_read_with_a_note(tmp_path, text, encoding, shown, form):
    name = {"bib": f"@article{{a1, title = {{{text}}}, year = {{2011}}, journal = {{Maps}}}}\n",
            "ris": f"TY  - JOUR\r\nTI  - {text}\r\nPY  - 2011\r\nER  - \r\n",
            "csv": f"Title,Year\n{text},2011\n"}[form]  # fmt: skip
    (tmp_path / f"a.{form}").write_bytes(name.encode(encoding))
    found = read_file(str(tmp_path / f"a.{form}"), ReadOptions())
    assert [paper.title for paper in found.papers] == [text]
    assert [note.reason for note in found.notes] == [f"it is not UTF-8 and was read as {shown}"]


@pytest.mark.parametrize(("text", "encoding"), WESTERN)
def test_other_alphabets_are_not_taken_for_one_of_these(text, encoding):
    for times in (1, 20):
        assert "Chinese" not in (note := decode(f"{text}\n".encode(encoding) * times).note)
        assert "Japanese" not in note
        assert "Korean" not in note


@given(st.text(st.characters(codec="cp1252", min_codepoint=0x20), min_size=1, max_size=80))
def test_no_western_text_is_taken_for_one_of_these(text):
    assert not any(word in decode(text.encode("cp1252")).note for word in ("ese)", "Korean"))


def test_damaged_utf8_stays_utf8():
    for text in (CHINESE, TAIWAN, JAPANESE, KOREAN):
        data = (text * 3).encode()
        found = decode(data[:4] + b"\xff" + data[5:])
        assert found.text.endswith(text * 2)
        assert "characters are not UTF-8" in found.note


def test_two_letters_prove_nothing():
    assert decode("Lu, 中文".encode("gbk")).note != ""
    assert "Chinese" not in decode("Lu, 中文".encode("gbk")).note


def test_what_a_head_declares_is_believed():
    text = f"% Encoding: GBK\n@article{{a, title = {{{CHINESE[:3]}}}}}"
    assert decode(text.encode("gbk")).text == text
    xml = f'<?xml version="1.0" encoding="gb2312"?><a>{"镕"}</a>'
    assert decode(xml.encode("gbk")).text == xml
    assert decode(f"% Encoding: EUC_KR\n{KOREAN}".encode("cp949")).text.endswith(KOREAN)


def test_one_lost_byte_costs_one_letter(tmp_path):
    data = ("\n".join([CHINESE] * 20)).encode("gbk")
    found = decode(data[:100] + data[101:])
    assert found.text.count(CHINESE) >= 18
    assert "GBK" in found.note
