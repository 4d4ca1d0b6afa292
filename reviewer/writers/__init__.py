"""Drafts answers, tables and sections: `extractive` quotes sentences, `prompted` asks a model.

Both follow `types.writer.Writer` and pass the same contract tests. Nothing that they return is
trusted until grounding has checked it.
"""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.writers.choose import writer_of as writer_of
    from reviewer.writers.extractive.answers import Extractive as Extractive
    from reviewer.writers.prompted.answers import Prompted as Prompted
else:
    __getattr__ = face(__name__)
