"""The scripted model that users may test with."""

import inspect

import pytest

from reviewer.errors import ModelError
from reviewer.llm import LLM, Prompts
from reviewer.llm.form import Form
from reviewer.llm.testing import ModelCall, ScriptedLLM
from reviewer.types.frozen import Frozen
from reviewer.writers.prompted.answers import RerankReply


class Note(Frozen):
    text: str


class Other(Frozen):
    text: str


def test_a_script_replies_with_values_or_with_the_text_itself():
    model = ScriptedLLM(
        {Note: lambda asked: {"text": asked.prompt}, Other: lambda _: '{"text":""}'}
    )
    assert model.ask("Say this.", Note, prompt_hash="h") == Note(text="Say this.")
    assert model.ask("And that.", Other) == Other(text="")
    assert model.calls(Note) == [ModelCall("Say this.", Note, "h")]
    assert model.usage().calls == 2


@pytest.mark.parametrize("reply", ["no JSON", {"words": "text"}, {"text": ["a", "b"]}, None])
def test_a_reply_that_does_not_fit_is_refused_as_a_models_would_be(reply):
    with pytest.raises(ModelError, match="did not answer in the asked form"):
        ScriptedLLM({Note: lambda asked: reply}).ask("?", Note)


def test_a_reply_that_nobody_scripted_is_named():
    with pytest.raises(LookupError, match="no reply for Note"):
        ScriptedLLM({}).ask("?", Note)


def test_the_texts_of_a_real_prompt_are_read_out_of_their_fences():
    prompts = Prompts(secret="secret")
    shown = prompts.fence("E1", "A Study", 2024, "One holds. Two holds.")
    prompt = prompts.render("rerank", question="Which?", evidence=[shown]).text
    asked = ModelCall(prompt, RerankReply, "")
    assert (asked.question, asked.tags, asked.columns) == ("Which?", ["E1"], [])
    (text,) = asked.texts
    assert (text.title, text.year) == ("A Study", "2024")
    assert text.sentences == ["One holds.", "Two holds."]


def test_numbered_sentences_are_read_out_of_a_real_prompt():
    prompts = Prompts(secret="secret")
    shown = prompts.fence("E1", "A Study", None, "E1.1 One holds.", "E1.2 Two holds, see E9.9 x.")
    prompt = prompts.render("answer", question="Which?", evidence=[shown]).text
    (text,) = ModelCall(prompt, str, "").texts
    assert (text.title, text.year) == ("A Study", "year unknown")
    assert text.numbers == ["E1.1", "E1.2"]
    assert text.sentences == ["One holds.", "Two holds, see E9.9 x."]


class Prose(str):
    __slots__ = ()


def test_prose_is_a_kind_of_str_and_a_fault_is_told_once():
    replies = iter(["a slip", "no slip"])
    model = ScriptedLLM({Prose: lambda asked: next(replies)})
    form = Form(Prose, most_tokens=9, fault_of=lambda said: "it slips" if said == "a slip" else "")
    assert model.ask("Say it.", form) == "no slip"
    assert [call.most_tokens for call in model.calls(Prose)] == [9, 9]
    assert "That reply cannot be used: it slips." in model.asked[1].prompt


def test_a_second_reply_that_cannot_be_read_leaves_the_first():
    replies = iter(["a slip", " "])
    model = ScriptedLLM({Prose: lambda asked: next(replies)})
    assert model.ask("Say it.", Form(Prose, fault_of=lambda said: "it slips")) == "a slip"


@pytest.mark.parametrize("name", ["ask", "usage", "close"])
def test_it_takes_what_the_real_model_takes(name):
    real = inspect.signature(getattr(LLM, name)).parameters
    scripted = inspect.signature(getattr(ScriptedLLM, name)).parameters
    assert {n: p.kind for n, p in scripted.items()} == {n: p.kind for n, p in real.items()}


def test_a_script_may_name_the_reply_types_and_give_replies_as_they_are():
    model = ScriptedLLM({"Note": {"text": "a"}, "Prose": "It holds."})
    assert model.ask("Say this.", Note) == Note(text="a")
    assert model.ask("Write.", Prose) == "It holds."
    assert [call.prompt for call in model.calls("Prose")] == ["Write."]
