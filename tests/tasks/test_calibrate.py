"""Judges of known quality on the known pairs: what the measure says of each."""

import json

import pytest

from reviewer.cli import run
from reviewer.errors import UsageError
from reviewer.tasks.calibrate import agreement, calibrate_judge
from reviewer.writers import Extractive
from reviewer.writers.prompted.judging import ExamineReply
from tests.conftest import ROOT
from tests.support.fake_provider import FakeProvider
from tests.support.scripted import examines
from tests.support.scripted import writer as scripted_writer

KNOWN = json.loads((ROOT / "reviewer" / "tasks" / "judge_pairs.json").read_text(encoding="utf-8"))
LABELS = {(pair["key"], pair["claim"]): pair["label"] for pair in KNOWN["pairs"]}
KEYS = {paper["title"]: paper["key"] for paper in KNOWN["papers"]}


def knowing(reads_definitions):
    """A judge that knows every verdict; it may read what the labels mean, or go by their names."""

    def judges(asked):
        is_swapped = '"supported": the texts do not say it' in asked.prompt
        texts = {t.tag: t.title for t in asked.texts if not t.tag.startswith("S")}
        verdicts = []
        for said in (t for t in asked.texts if t.tag.startswith("S")):
            claim, _, cited = said.body.partition(" [")
            key = KEYS[texts[cited.split(".")[0]]]
            label = LABELS[key, f"{claim.rstrip('.')}."]
            if is_swapped and reads_definitions:
                label = {"supported": "unsupported", "unsupported": "supported"}.get(label, label)
            verdicts.append({"tag": said.tag, "support": label})
        return {"verdicts": verdicts}

    return judges


def test_a_judge_that_knows_and_reads_definitions_is_right_on_all_sixty_both_times():
    writer, _ = scripted_writer({ExamineReply: knowing(reads_definitions=True)}, context=128_000)
    found = calibrate_judge(writer)
    for one in (found.plain, found.swapped):
        assert (one.pairs, one.right, one.passed, one.refused, one.unread) == (60, 60, 0, 0, 0)


def test_a_judge_that_goes_by_the_names_of_labels_is_found_out():
    writer, _ = scripted_writer({ExamineReply: knowing(reads_definitions=False)}, context=128_000)
    found = calibrate_judge(writer)
    assert found.plain.right == 60
    assert (found.swapped.right, found.swapped.passed, found.swapped.refused) == (20, 20, 20)


def test_a_judge_that_agrees_with_everything_passes_every_wrong_claim():
    writer, _ = scripted_writer({ExamineReply: examines}, context=128_000)
    plain = calibrate_judge(writer).plain
    assert (plain.right, plain.passed, plain.refused) == (20, 40, 0)


def test_verdicts_that_cannot_be_read_are_counted_as_that():
    found = agreement(["unchecked", "partial", "supported"], ["supported"] * 2 + ["contradicted"])
    assert (found.right, found.passed, found.refused, found.unread) == (0, 1, 0, 1)


def test_a_writer_without_a_model_is_no_judge(capsys):
    with pytest.raises(UsageError, match="needs a model"):
        calibrate_judge(Extractive())
    assert run(["eval", "--judge"]) == 2
    assert "--model" in capsys.readouterr().err
    assert run(["eval"]) == 2
    assert "--judge" in capsys.readouterr().err


def test_the_figures_are_printed_without_any_library(monkeypatch, capsys):
    def all_supported(seen):
        tags = seen.schema["$defs"]["SentenceVerdict"]["properties"]["tag"]["enum"]
        verdict = {"support": "supported", "words": "", "numbers": [], "reason": ""}
        return json.dumps({"verdicts": [{"tag": tag} | verdict for tag in tags]})

    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with FakeProvider(answers=all_supported) as fake:
        code = run(["eval", "--judge", "-m", "openai/fake", "--api-base", fake.url, "-q"])
    out = capsys.readouterr().out
    assert code == 0
    assert "| same verdict | 20 of 60 | 20 of 60 |" in out
    assert "| wrong claims passed | 40 of 40 | 0 of 40 |" in out
    assert "| right claims refused | 0 of 20 | 20 of 20 |" in out
