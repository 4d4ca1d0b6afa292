"""Fills a table's rows from what a writer gave in earlier runs, and asks it for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.errors import ModelError
from reviewer.library.storage.steps import key_of
from reviewer.llm import LimitError, StoppedError
from reviewer.tasks.surveys.context import SurveyRun, texts_in
from reviewer.tasks.tables.corrections import find_corrections, nearest_examples
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.tables import CellDraft, Column, RowDraft


class KeptCells(Frozen):
    """What a writer gave for one column of one paper. Its tags are the ids of chunks: tags live
    inside one table only. What it did not answer is not kept."""

    cells: tuple[CellDraft, ...] = ()


@dataclass(frozen=True)
class CellKeeper:
    """Keeps what the run's writer gives, cell by cell."""

    run: SurveyRun

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> list[RowDraft]:
        """As `fill_rows` of a writer, which is asked just for what it did not give yet on a paper
        with these texts. A call that fails is not kept, so that the next run asks for it again.
        Raises ModelError when every call fails and nothing is kept."""
        own = by_paper(evidence)
        cells: dict[str, list[CellDraft]] = {paper_id: [] for paper_id in own}
        missing: dict[tuple[Column, ...], list[str]] = defaultdict(list)
        for paper_id, texts in own.items():
            kept = {column: self._find(topic, column, texts) for column in columns}
            cells[paper_id] += [cell for given in kept.values() for cell in given or ()]
            unknown = tuple(column for column, given in kept.items() if given is None)
            missing[unknown].append(paper_id)
        has_kept = bool(missing.pop((), ())) or any(len(known) < len(columns) for known in missing)
        failed: dict[str, str] = {}
        unanswered: dict[str, str] = {}
        for unknown, paper_ids in missing.items():
            shown = {paper_id: own[paper_id] for paper_id in paper_ids}
            for draft in self._asked(topic, unknown, shown, progress, may_fail=has_kept):
                cells[draft.paper_id] += draft.cells
                if draft.failed:
                    failed[draft.paper_id] = draft.failed
                unanswered[draft.paper_id] = draft.unanswered
        return [
            RowDraft(
                paper_id=i,
                cells=tuple(given),
                failed=failed.get(i, ""),
                unanswered=unanswered.get(i, ""),
            )
            for i, given in cells.items()
        ]

    def _asked(
        self,
        topic: str,
        columns: Sequence[Column],
        shown: Mapping[str, Sequence[Evidence]],
        progress: Progress,
        *,
        may_fail: bool,
    ) -> Sequence[RowDraft]:
        """What the writer gives now, kept. If it `may_fail` the rows of a failed call say so."""
        writer, texts = self.run.writer, [item for own in shown.values() for item in own]
        try:
            known = find_corrections(self.run.library)
            examples = nearest_examples(columns, topic, known)
            drafts = writer.fill_rows(topic, columns, texts, progress, examples=examples)
        except (LimitError, StoppedError):
            raise
        except ModelError as error:
            if not may_fail:
                raise
            return [RowDraft(paper_id=paper_id, failed=error.message) for paper_id in shown]
        ids = {item.tag: item.chunk.id for item in texts}
        kept = [
            (
                self._key(topic, column, shown[draft.paper_id]),
                KeptCells(cells=_tagged((c for c in draft.cells if c.column == column.name), ids)),
            )
            for draft in drafts
            if not draft.failed
            for column in columns
            if any(cell.column == column.name for cell in draft.cells)
        ]
        self.run.steps.keep_all("cell", kept)
        return drafts

    def _find(
        self, topic: str, column: Column, texts: Sequence[Evidence]
    ) -> tuple[CellDraft, ...] | None:
        kept = self.run.steps.find(self._key(topic, column, texts), KeptCells)
        tags = {item.chunk.id: item.tag for item in texts}
        return None if kept is None else _tagged(kept.cells, tags)

    def _key(self, topic: str, column: Column, texts: Sequence[Evidence]) -> str:
        writer = self.run.writer
        hashes = writer.prompt_hashes(("table", "judge_cells"))
        return key_of("cell", [topic, column, writer.name, hashes, texts_in(texts)])


def _tagged(cells: Iterable[CellDraft], names: Mapping[str, str]) -> tuple[CellDraft, ...]:
    """The cells with their tags by other names; a tag that no text has becomes empty."""
    return tuple(c.model_copy(update={"tag": names.get(c.tag, "")}) for c in cells)
