"""Replies as models write them become the record that they hold, or a reason why not."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from reviewer.llm.replies import (
    MisfitError,
    mend,
    mend_body,
    read_reply,
    read_thoughts,
    schema_of,
)
from reviewer.types.frozen import Frozen


class Quote(Frozen):
    tag: str
    quote: str = ""


class Draft(Frozen):
    claim: str
    quotes: tuple[Quote, ...] = ()
    score: float = Field(default=1.0, ge=0, le=1)


class Loose(Frozen):
    """A record that an empty object fits."""

    claims: tuple[Draft, ...] = ()


OURS = '{"claim": "RL helps", "quotes": [{"tag": "E1", "quote": "it helps"}]}'
DRAFT = Draft(claim="RL helps", quotes=(Quote(tag="E1", quote="it helps"),))


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        f"\n  {OURS}\n",
        f"```json\n{OURS}\n```",
        f"```\n{OURS}\n```\nI hope this helps!",
        f"Sure! Here is the JSON:\n\n```json\n{OURS}\n```",
        f"As {{asked}}, [1] and {{2}}: {OURS}",
        f"<think>Maybe {{\"claim\": \"no\"}}?</think>\n{OURS}",
        f"<THINKING>\nhm\n</THINKING>{OURS}",
        f"It asks for a claim, so {{\"claim\": \"no\"}} ...</think>{OURS}",
        OURS.replace("}]}", "},],}"),
        OURS.replace("}]}", "}  ,\n ]\n,\n}"),
        f"{OURS} Note: {{\"claim\": \"\"}}",
        f"{{\"claim\": \"x\"}} was my first thought; better: {OURS}",
    ],
)  # fmt: skip
def test_a_record_is_found_in_what_stands_around_it(text):
    assert read_reply(text, Draft) == DRAFT


@pytest.mark.parametrize(
    "claim",
    [
        "models write <think> and </think>",
        "a list [1,] and {x,}",
        "```json\n{}\n```",
        'she said "no", twice',
        "line\nbreak\ttab",
        "\\ud800 as text",
        "5² < 10⁻³ – naïve 漢字 \U0001f600",
    ],
)
def test_what_stands_in_a_string_stays(claim):
    text = json.dumps({"claim": claim})
    assert read_reply(text, Draft).claim == claim
    assert read_reply(text[:-1] + ",}", Draft).claim == claim


def test_a_bare_line_break_in_a_string_is_kept():
    assert read_reply('{"claim": "two\nlines"}', Draft).claim == "two\nlines"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON object"),
        ("I think RL helps.", "no JSON object"),
        ("null", "no JSON object"),
        ('"claim"', "no JSON object"),
        (OURS[:30], "not JSON"),
        (f"[{OURS}, {OURS}]", "a list"),
        (f"```json\n[{OURS}, 3]\n```", "a list"),
        ('{"quotes": []}', "claim: field required"),
        ('{"claim": null}', "claim: input should be a valid string"),
        ('{"claim": "x", "score": 7}', "score: input should be less than or equal to 1"),
        ('{"claim": "x", "quotes": [{"quote": "y"}]}', "quotes.0.tag: field required"),
        (f"<think>{OURS}", "no JSON object"),
        (f"<think>{OURS}</think>I cannot say.", "no JSON object"),
        ('{"claim": ' * 100_000, "not JSON"),
        ('{"score": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_what_is_no_record_is_refused_with_a_reason(text, reason):
    with pytest.raises(MisfitError, match=reason):
        read_reply(text, Draft)


@pytest.mark.parametrize(
    "text", ['{"claims": [{"claim": "x", "more": {}', '[{}]', '{"claims" {}}']
)  # fmt: skip
def test_a_detail_of_a_broken_reply_is_not_taken_for_the_reply(text):
    with pytest.raises(MisfitError):
        read_reply(text, Loose)


def test_a_reason_names_the_first_misfits_only():
    quotes = [{"quote": str(number)} for number in range(9)]
    with pytest.raises(MisfitError, match=r"quotes\.2\.tag: field required; and 6 more$"):
        read_reply(json.dumps({"claim": "x", "quotes": quotes}), Draft)


@given(st.text())
def test_any_text_is_a_record_or_a_misfit(text):
    with suppress(MisfitError):
        assert isinstance(read_reply(text, Loose), Loose)


@given(
    st.text(alphabet=st.characters(exclude_characters="\b\f")),
    st.sampled_from(["{}", "ok:\n{}", "```json\n{}\n```"]),
)
def test_every_string_comes_back_as_it_was_written(claim, frame):
    text = frame.replace("{}", json.dumps({"claim": claim}))
    assert read_reply(text, Draft).claim == mend(claim)


@given(st.text(alphabet=st.characters(categories=["Cs", "Lu", "So"])))
def test_a_mended_text_can_be_stored(text):
    assert len(mend(text).encode()) >= len(mend(text))
    assert mend(mend(text)) == mend(text)


def test_a_schema_is_strict_all_the_way_down():
    schema = schema_of(Draft)
    assert schema["required"] == ["claim", "quotes", "score"]
    assert schema["additionalProperties"] is False
    quote = schema["$defs"]["Quote"]
    assert (quote["required"], quote["additionalProperties"]) == (["tag", "quote"], False)
    assert "default" not in json.dumps(schema)
    assert "maximum" not in json.dumps(schema)


def test_a_field_may_be_named_like_a_word_of_the_schema():
    class Odd(Frozen):
        default: str
        title: str
        items: tuple[str, ...]

    assert list(schema_of(Odd)["properties"]) == ["default", "title", "items"]


LONG = '{"claim": "a draft that is much longer than the reply which the model gives in the end"}'
THOUGHTS = {
    "DeepSeek, Qwen": f"<think>{LONG}</think>\n{OURS}",
    "Seed": f"<seed:think>{LONG}</seed:think>{OURS}",
    "Magistral": f"[THINK]{LONG}[/THINK]{OURS}",
    "Kimi": f"◁think▷{LONG}◁/think▷{OURS}",
    "Sky-T1": f"<|begin_of_thought|>{LONG}<|end_of_thought|>"
              f"<|begin_of_solution|>{OURS}<|end_of_solution|>",
    "Command A": f"<|START_THINKING|>{LONG}<|END_THINKING|><|START_RESPONSE|>{OURS}",
    "gpt-oss": f"<|channel|>analysis<|message|>{LONG}<|end|><|start|>assistant"
               f"<|channel|>final<|message|>{OURS}<|return|>",
    "gpt-oss held to JSON": f"<|channel|>analysis<|message|>{LONG}<|end|><|start|>assistant"
                            f"<|channel|>final <|constrain|>json<|message|>{OURS}",
    "gpt-oss without marks": f"analysisWe need JSON: {LONG}.assistantfinal{OURS}",
    "a word before": f"Sure!\n<think>{LONG}</think>\n{OURS}",
    "twice": f"<think>{LONG}</think> So: <think>{LONG}</think>\n{OURS}",
    "the opening mark lost": f"Hm, {LONG}\n</think>\n{OURS}",
}  # fmt: skip


@pytest.mark.parametrize("text", THOUGHTS.values(), ids=THOUGHTS)
def test_the_reply_counts_however_long_a_draft_in_the_thoughts_is(text):
    assert read_reply(text, Draft) == DRAFT


@pytest.mark.parametrize(
    "text",
    [
        f"<think>Perhaps {LONG}? No: {OURS}</think>",
        f"[THINK]{LONG} then {OURS}[/THINK]\nDone.",
        f"<think>{OURS}</think> As I said.",
    ],
)
def test_a_reply_in_thoughts_alone_is_read_only_as_a_last_resort(text):
    with pytest.raises(MisfitError):
        read_reply(text, Draft)
    assert read_thoughts(text, Draft) == DRAFT


@pytest.mark.parametrize(
    "text",
    [
        f"<think>I go on and on: {OURS}",
        f"<|channel|>analysis<|message|>{OURS}",
        "<think>no object</think>",
        '<think>{"claim": []}</think>',
        OURS,
    ],
)
def test_thoughts_that_do_not_end_or_hold_no_reply_are_not_read(text):
    with pytest.raises(MisfitError):
        read_thoughts(text, Draft)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"error": {"message": "no", "code": 429}}', 429),
        ('{"error": {"message": "no", "code": "rate_limit_exceeded"}}', 429),
        ('{"error": {"message": "no", "type": "insufficient_quota", "code": null}}', 429),
        ('{"error": {"message": "no", "status": 503}}', 503),
        ('{"error": "Unexpected endpoint or method. (POST /x)"}', 404),
        ('{"error": "overloaded"}', 500),
        ('{"error": null, "answer": 1}', 200),
        ('{"error": {"code": 429}, "choices": [{"message": {"content": "x"}}]}', 200),
        ('{"message": {"content": "about \\"error\\": {}"}}', 200),
        ('["error"]', 200),
        ('{"error"', 200),
        ('{"choices": null, "content": [1]}', 200),
        ('{"choices": "none", "content": ["error"]}', 200),
    ],
)
def test_an_error_that_was_sent_as_a_success_gets_its_status(body, status):
    assert mend_body(body.encode()) == (status, body.encode())


@given(st.text(max_size=60))
def test_no_body_is_too_odd(body):
    assert mend_body(body.encode())[1] == body.encode()
