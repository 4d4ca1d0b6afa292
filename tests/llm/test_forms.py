"""The form of a reply through the real litellm: prose and JSON, limits, faults, the context."""

import json
from contextlib import nullcontext
from typing import Annotated

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LLM, is_form_fault
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.llm.replies import CutReplyError, DeclinedError, ModelReplyError
from reviewer.settings import Settings
from reviewer.types.frozen import Frozen
from tests.support.fake_provider import FakeProvider, answer, refused, sent, streamed

SDK, PLAIN = "openai/gpt-4o-mini", "openai/unlisted"
FITS = '{"text": "fine", "numbers": ["E1.1"]}'


class Note(Frozen):
    text: str
    numbers: tuple[str, ...] = ()


class Prose(str):
    __slots__ = ()


class Keeper(dict):
    """A reply cache that is a dictionary."""

    def find(self, key):
        return self.get(key)

    def keep(self, key, reply, model):
        self[key] = reply

    def turn(self, key, ended):
        return nullcontext(True)


@pytest.fixture
def provider():
    with FakeProvider(answers=lambda seen: FITS) as opened:
        yield opened


def llm_of(provider, cache=None, **settings):
    given = {"model": SDK, "api_base": provider.url, "timeout_s": 20} | settings
    return LLM(Settings(**given), cache, pause_s=0.001)


def says_end(text):
    return "" if text.endswith("END") else "it does not end with the line END"


def test_prose_is_asked_for_without_a_schema_and_comes_as_it_is(provider):
    said = 'With \\(\\pi_\\theta\\) and a "quote" {x} [E1.1].\nEND'
    provider.script = [answer(said)]
    for model in (SDK, PLAIN):
        provider.script = [answer(said)]
        assert llm_of(provider, model=model).ask("Say it.", Form(Prose)) == said
    assert all(seen.schema is None for seen in provider.requests)
    assert {seen.prompt for seen in provider.requests} == {"Say it."}


def test_thoughts_are_no_part_of_prose(provider):
    provider.script = [answer("<think>Perhaps [E9.9]. END</think>\nIt holds [E1.1].\nEND")]
    assert llm_of(provider).ask("Say it.", Form(Prose)).strip() == "It holds [E1.1].\nEND"


@pytest.mark.parametrize("said", [".", "\n-\n"])
def test_prose_without_a_word_is_told_once_and_then_no_reply(provider, said):
    provider.script = [answer(said)] * 2
    with pytest.raises(ModelReplyError, match="it holds no words"):
        llm_of(provider).ask("Say it.", Form(Prose))
    assert (
        "That reply cannot be used: it holds no words."
        in (provider.requests[1].body["messages"][-1]["content"])
    )


def test_a_fault_is_told_once_and_the_second_reply_is_used_whatever_it_is(provider):
    provider.script = [answer("One."), answer("Two.")]
    assert llm_of(provider).ask("Say it.", Form(Prose, fault_of=says_end)) == "Two."
    first, second = provider.requests
    assert [m["role"] for m in second.body["messages"]] == ["user", "assistant", "user"]
    assert "does not end with the line END" in second.body["messages"][-1]["content"]
    assert len(first.body["messages"]) == 1


def test_a_first_reply_with_a_fault_is_used_if_the_second_cannot_be_read(provider):
    provider.script = [
        answer("One."),
        answer("-"),
        answer("One."),
        answer("x", finish_reason="length"),
    ]
    form = Form(Prose, fault_of=says_end)
    assert llm_of(provider).ask("Say it.", form) == "One."
    assert llm_of(provider).ask("Say it.", form) == "One."


def test_a_reply_with_a_fault_is_kept_and_not_asked_for_again(provider):
    cache = Keeper()
    provider.script = [answer("One."), answer("Two.")]
    form = Form(Prose, fault_of=says_end)
    assert [llm_of(provider, cache).ask("Say it.", form) for _ in "ab"] == ["Two.", "Two."]
    assert len(provider.requests) == 2


def test_prose_streams_the_text_so_far(provider):
    said = "It holds [E1.1]. It lasts [E1.2].\nEND"
    provider.script = [streamed(said)]
    heard = []
    assert llm_of(provider).ask("Say it.", Form(Prose), on_text=heard.append) == said
    assert len(heard) > 1
    assert all(said.startswith(text) for text in heard)


def test_a_limit_is_sent_and_none_is_not(provider):
    llm_of(provider).ask("Say it.", Form(Note, most_tokens=77))
    llm_of(provider).ask("Say it.", Note)
    assert provider.requests[0].body["max_tokens"] == 77
    assert not {"max_tokens", "max_completion_tokens"} & set(provider.requests[1].body)


def test_a_limit_leaves_room_for_the_prompt_in_a_small_context(provider):
    llm = llm_of(provider, model=PLAIN, context_tokens=1000)
    llm.ask("x" * 2000, Form(Note, most_tokens=4000))
    (seen,) = provider.requests
    assert len(seen.prompt) / 4 + seen.body["max_tokens"] <= 1001


def test_a_model_that_thinks_may_think(provider):
    llm_of(provider, model="openai/o3-mini").ask("Say it.", Form(Note, most_tokens=77))
    sent_limits = {
        provider.requests[0].body.get(n) for n in ("max_tokens", "max_completion_tokens")
    }
    assert max(filter(None, sent_limits)) > 10_000


def test_a_reply_that_was_cut_at_the_limit_is_asked_for_once_with_more_room(provider):
    provider.script = [answer('{"te', finish_reason="length"), answer(FITS)]
    assert llm_of(provider).ask("Say it.", Form(Note, most_tokens=77)).text == "fine"
    assert [seen.body["max_tokens"] for seen in provider.requests] == [77, 4 * 77]


def test_a_reply_that_is_cut_twice_is_a_fault_of_its_form(provider):
    provider.script = [answer('{"te', finish_reason="length")] * 3
    with pytest.raises(CutReplyError) as caught:
        llm_of(provider).ask("Say it.", Form(Note, most_tokens=77))
    assert is_form_fault(caught.value)
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    ("reply", "is_fault"),
    [(answer("no JSON"), True), (answer("no", refusal="I will not"), False), (refused(401), False)],
)
def test_a_slip_of_form_is_told_from_a_refusal_and_from_a_provider_that_fails(
    provider, reply, is_fault
):
    provider.script = [reply] * 2
    with pytest.raises(ModelError) as caught:
        llm_of(provider).ask("Say it.", Note)
    assert is_form_fault(caught.value) is is_fault
    assert isinstance(caught.value, DeclinedError) == ("declined" in caught.value.message)


def test_a_schema_holds_the_choices_and_a_prompt_does_not_repeat_it(provider):
    schema = with_choices(Note, {"numbers": ["E1.1", "E1.2"], "text": ["fine", ""]})
    llm_of(provider).ask("Say it.", Form(Note, schema))
    (seen,) = provider.requests
    assert seen.schema["properties"]["numbers"]["items"]["enum"] == ["E1.1", "E1.2"]
    assert seen.schema["properties"]["text"]["enum"] == ["fine", ""]
    assert seen.prompt == "Say it."
    assert "enum" not in json.dumps(with_choices(Note, {"numbers": []}))


def test_a_model_without_schemas_gets_the_schema_in_words_without_the_choices(provider):
    schema = with_choices(Note, {"numbers": ["E1.1", "E1.2"]})
    provider.script = [refused(400, "response_format is not supported")]
    llm_of(provider, model=PLAIN).ask("Say it.", Form(Note, schema))
    _, seen = provider.requests
    assert seen.schema is None
    assert '"required":["text","numbers"]' in seen.prompt
    assert "E1.1" not in seen.prompt


class Bounded(Note):
    text: Annotated[str, at_most(300)]
    numbers: Annotated[tuple[str, ...], at_most_items(5)] = ()


def test_a_server_that_the_user_names_is_sent_the_longest_texts_and_lists(provider):
    schema = with_choices(Bounded, {"numbers": ["E1.1"]}, {"numbers": 1})
    llm_of(provider, model=PLAIN).ask("Say it.", Form(Bounded, schema))
    (seen,) = provider.requests
    assert seen.schema["properties"]["text"]["maxLength"] == 300
    numbers = seen.schema["properties"]["numbers"]
    assert (numbers["minItems"], numbers["maxItems"]) == (1, 1)
    assert numbers["items"]["enum"] == ["E1.1"]


def test_a_server_that_refuses_bounds_gets_the_schema_without_them_for_the_rest_of_the_run(
    provider,
):
    provider.script = [refused(400, "schema features not supported: maxLength")]
    llm = llm_of(provider, model=PLAIN)
    for said in ("Say it.", "Say it again."):
        assert llm.ask(said, Bounded).text == "fine"
    _, *others = provider.requests
    assert [list(seen.schema["properties"]) for seen in others] == [["text", "numbers"]] * 2
    assert not any("maxLength" in json.dumps(seen.schema) for seen in others)


def test_a_longer_text_than_the_schema_bounds_fits_all_the_same(provider):
    provider.script = [answer(json.dumps({"text": "x" * 400, "numbers": []}))]
    assert len(llm_of(provider, model=PLAIN).ask("Say it.", Bounded).text) == 400
    assert len(provider.requests) == 1


def test_in_a_small_context_a_reply_takes_a_third_and_a_long_wrong_one_is_shown_by_its_beginning(
    provider,
):
    rambling = "word " * 1600
    provider.script = [answer(rambling), answer("fine\nEND")]
    llm = llm_of(provider, model=PLAIN, context_tokens=3000)
    assert llm.ask("Say it.", Form(Prose, None, 2500, says_end)) == "fine\nEND"
    first, second = provider.requests
    assert first.body["max_tokens"] == second.body["max_tokens"] == 1000
    shown = second.body["messages"][1]["content"]
    assert rambling.startswith(shown.rstrip("…. ")[:40])
    assert len(shown) < 500


def listing(**row):
    return {
        "object": "list",
        "data": [{"id": "other", "context_length": 5}, {"id": "unlisted", **row}],
    }


@pytest.mark.parametrize(
    ("row", "tokens"),
    [
        ({"max_model_len": 32_768}, 32_768),
        ({"context_length": 131_072}, 131_072),
        ({"context_window": 16_384}, 16_384),
        ({"loaded_context_length": 4096, "max_context_length": 131_072}, 4096),
        ({"meta": {"n_ctx_train": 2048}}, 8192),
        ({"max_model_len": None, "context_length": "9000"}, 9000),
        ({"max_model_len": "many"}, 8192),
        ({"max_model_len": -1}, 8192),
        ({}, 8192),
    ],
)
def test_an_unknown_models_server_is_asked_for_its_context_once(provider, row, tokens):
    provider.models = {"/v1/models": listing(**row)}
    cache = Keeper()
    for _ in "ab":
        llm = llm_of(provider, cache, model=PLAIN)
        assert [llm.context_tokens, llm.context_tokens] == [tokens, tokens]
    assert provider.looked_at.count("/v1/models") == (1 if tokens != 8192 else 2)


def test_llama_cpp_says_what_it_runs_with(provider):
    provider.models = {
        "/v1/models": {"data": [{"id": "gguf", "meta": {"n_ctx_train": 131_072}}]},
        "/props": {"default_generation_settings": {"n_ctx": 4096}},
    }
    assert llm_of(provider, model=PLAIN).context_tokens == 4096


def test_ollama_says_what_a_model_can_and_it_is_kept_within_a_laptops_memory(provider):
    base = provider.url.removesuffix("/v1")
    for length, tokens in ((8192, 8192), (131_072, 16_384)):
        provider.script = [sent({"model_info": {"llama.context_length": length}})]
        assert llm_of(provider, model="ollama/no-such", api_base=base).context_tokens == tokens
    assert [(seen.path, seen.body) for seen in provider.requests] == [
        ("/api/show", {"model": "no-such"})
    ] * 2


@pytest.mark.parametrize("said", [[], {"data": 3}, {"data": []}, "x", {"data": [{"id": 4}]}])
def test_a_server_that_says_nothing_of_it_costs_nothing(provider, said):
    provider.models = {"/v1/models": said}
    assert llm_of(provider, model=PLAIN).context_tokens == 8192


def test_a_server_that_is_not_there_is_not_waited_for():
    assert LLM(Settings(model=PLAIN, api_base="http://127.0.0.1:9/v1")).context_tokens == 8192


def test_what_is_known_or_set_is_not_asked_for(provider):
    assert llm_of(provider).context_tokens == 128_000
    assert llm_of(provider, model=PLAIN, context_tokens=5000).context_tokens == 5000
    assert provider.looked_at == []


def test_a_second_reply_that_is_worse_is_not_taken(provider):
    form = Form(
        Prose,
        fault_of=lambda reply: "too short",
        is_worse=lambda new, old: len(new) < len(old),
    )
    provider.script = [answer("A first reply of some words."), answer("Worse.")]
    assert llm_of(provider).ask("Write.", form) == "A first reply of some words."
    assert len(provider.requests) == 2
