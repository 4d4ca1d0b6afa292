"""Embeddings of a provider, through the real litellm to loopback: right vectors or an error."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.errors import ModelError
from reviewer.library.embeddings.embedding import MissingEmbeddingError, open_embedding
from reviewer.library.embeddings.provider import TEXTS_A_CALL, ProviderEmbedding
from reviewer.settings import Settings
from tests.support.fake_provider import FakeProvider, Reply, embedded, refused, sent

MODELS = ["openai/text-embedding-3-small", "hosted_vllm/any"]


@pytest.fixture
def provider():
    with FakeProvider() as opened:
        yield opened


def embedding_of(provider, name=MODELS[0]):
    return ProviderEmbedding(name, Settings(api_base=provider.url, timeout_s=20))


@pytest.mark.parametrize("name", MODELS)
def test_vectors_come_in_the_texts_order_with_length_one(provider, name):
    body = {"object": "list", "model": "fake", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    rows = [{"object": "embedding", "index": i, "embedding": [float(i), 1.0]} for i in (2, 0, 1)]
    provider.script = [sent(body | {"data": rows})]
    vectors = embedding_of(provider, name).embed(["a", "b", "c"])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [0, 1, 2])
    (seen,) = provider.requests
    assert seen.path == "/v1/embeddings"
    assert seen.body["input"] == ["a", "b", "c"]


def test_many_texts_go_in_several_calls_and_empty_ones_are_sent_as_a_space(provider):
    texts = ["x" * (number % 7) for number in range(TEXTS_A_CALL + 5)]
    vectors = embedding_of(provider).embed(texts)
    assert vectors.shape == (TEXTS_A_CALL + 5, 8)
    sizes = [len(seen.body["input"]) for seen in provider.requests]
    assert sizes == [TEXTS_A_CALL, 5]
    assert provider.requests[0].body["input"][0] == " "


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (embedded([[1.0, 2.0]]), "1 vectors for 2 texts"),
        (embedded([[1.0, 2.0]] * 3), "3 vectors for 2 texts"),
        (embedded([]), "vectors for 2 texts"),
        (embedded([[1.0, 2.0], []]), "vectors for 2 texts"),
        (embedded([[1.0, 2.0], [1.0, 2.0, 3.0]]), "different lengths"),
        (embedded([[1.0, 2.0], [float("nan"), 1.0]]), "not numbers"),
        (refused(401), "rejected the API key"),
        (refused(404), "not known"),
    ],
    ids=["fewer", "more", "none", "an empty one", "dimensions", "not a number", "401", "404"],
)
def test_a_reply_that_is_not_one_vector_a_text_is_an_error(provider, name, reply, said):
    provider.script = [reply] * 4
    with pytest.raises(ModelError, match=said) as error:
        embedding_of(provider, name).embed(["a", "b"])
    assert error.value.hint


def test_another_dimension_in_a_later_call_is_an_error(provider):
    provider.script = [embedded([[1.0, 2.0]] * TEXTS_A_CALL), embedded([[1.0, 2.0, 3.0]])]
    with pytest.raises(ModelError, match="different lengths"):
        embedding_of(provider).embed(["a"] * (TEXTS_A_CALL + 1))


@pytest.mark.parametrize("name", MODELS)
def test_a_busy_provider_is_asked_again(provider, name):
    provider.script = [
        refused(429, Retry_After="0"),
        Reply(b"{", said_length=99),
        refused(503, Retry_After="0"),
    ]
    assert embedding_of(provider, name).embed(["a"]).shape == (1, 8)
    assert len(provider.requests) == 4


def test_offline_and_missing_keys_are_reported_before_anything_is_sent():
    with pytest.raises(MissingEmbeddingError):
        open_embedding(MODELS[0], Settings(offline=True))
    with pytest.raises(ModelError, match="OPENAI_API_KEY is not set"):
        ProviderEmbedding(MODELS[0], Settings()).embed(["a"])
