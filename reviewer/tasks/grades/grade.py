"""grade_text: which criteria of a rubric a text meets, and where. No model is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.library.embeddings.embedding import LOCAL, MissingEmbeddingError
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import Bibliography, name_keys
from reviewer.tasks.checks.check import is_word_draft
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.text.draft_prose import is_latex_draft
from reviewer.types.checks import DraftSentence
from reviewer.types.grades import Criterion, Grade, GradedCriterion, Met, Rubric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The least cosine of a sentence and a paper's title or sentence, chosen on related-work sections
# with a paragraph cut out (docs/quality.md).
NEAR = 0.6
_NEAR_SENTENCES = 2  # say as much as a citation
_WORTH: Mapping[Met, float] = {"met": 1.0, "partly": 0.5, "missing": 0.0}


def grade_text(
    opened: TextFile, rubric: Rubric, library: Library, bibliography: Bibliography
) -> Grade:
    """The text under the rubric.

    A criterion is met when the text cites half of its papers, or has two sentences near to it;
    partly met when it cites one of them, or has one sentence near to it. A sentence that cites a
    paper of the library counts for what it cites. Any other counts for the one criterion that is
    nearest in meaning, from the cosine NEAR on, where the library's embedding runs here.
    """
    is_word = is_word_draft(opened.file)
    is_latex = not is_word and is_latex_draft(opened.text, opened.file)
    draft = read_draft(opened.text, is_latex=is_latex)
    named = name_keys(draft, bibliography, library)
    known = {key: paper.id for key, paper in {**named.title_only, **named.papers}.items()}
    cites = [{known[key] for key in s.keys if key in known} for s in draft.sentences]
    own = [s for s, cited in zip(draft.sentences, cites, strict=True) if not cited]
    nearest = _nearest(own, rubric.criteria, library)
    graded = []
    for place, criterion in enumerate(rubric.criteria):
        papers = set(criterion.paper_ids)
        citing = [s for s, cited in zip(draft.sentences, cites, strict=True) if cited & papers]
        cited = {paper_id for ids in cites for paper_id in ids & papers}
        near = [s for n, s in enumerate(own) if nearest.get(n) == place]
        graded.append(
            GradedCriterion(
                criterion=criterion,
                met=_met(len(cited), len(papers), len(near)),
                cited=tuple(
                    dict.fromkeys(s.key for s in criterion.sentences if s.paper_id in cited)
                ),
                citing=tuple(citing),
                near=tuple(near),
            )
        )
    has_vectors = _runs_here(library)
    note = "only citations are compared: the library has no vectors of an embedding that runs here"
    return Grade(
        file=opened.file,
        topic=rubric.topic,
        criteria=tuple(graded),
        score=round(sum(_WORTH[item.met] for item in graded) / len(graded), 3),
        notes=() if has_vectors else (note,),
    )


def _met(cited: int, papers: int, near: int) -> Met:
    if 2 * cited >= papers or near >= _NEAR_SENTENCES:
        return "met"
    return "partly" if cited or near else "missing"


def _runs_here(library: Library) -> bool:
    if not library.has_vectors or library.embedding_name not in LOCAL:
        return False
    try:
        library.embedding()
    except MissingEmbeddingError:
        return False
    return True


def _nearest(
    sentences: Sequence[DraftSentence], criteria: Sequence[Criterion], library: Library
) -> dict[int, int]:
    """For each sentence, by its place, the place of the criterion that is nearest to it; without
    those that are near to none."""
    import numpy as np

    if not sentences or not _runs_here(library):
        return {}
    asked = library.embedding().embed([sentence.text for sentence in sentences])
    cosines = np.stack([(asked @ _vectors(c, library).T).max(axis=1) for c in criteria])
    best = cosines.argmax(axis=0)
    return {n: int(place) for n, place in enumerate(best.tolist()) if cosines[place, n] >= NEAR}


def _vectors(criterion: Criterion, library: Library) -> NDArray[np.float32]:
    """The vectors of the titles of its papers and of all their sentences, row by row."""
    import numpy as np

    papers = [library.paper(paper_id) for paper_id in criterion.paper_ids]
    rows = [library.embedding().embed([paper.title for paper in papers])]
    numbers = [library.catalogue.number_of(paper.id) for paper in papers]
    chunks = [c.number for n in numbers if n is not None for c in library.chunks.of_paper(n)]
    rows += [vectors for _, vectors in library.chunks.sentences(chunks).values()]
    return np.vstack(rows)
