"""One language model behind litellm: its calls and their limits, its replies, its prompts."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.llm.ask import Asking as Asking
    from reviewer.llm.ask import side_by_side as side_by_side
    from reviewer.llm.budget import Account as Account
    from reviewer.llm.budget import LimitError as LimitError
    from reviewer.llm.budget import StoppedError as StoppedError
    from reviewer.llm.client import LLM as LLM
    from reviewer.llm.prompts import Prompts as Prompts
    from reviewer.llm.providers import check_early as check_early
    from reviewer.llm.replies import in_short as in_short
    from reviewer.llm.replies import is_form_fault as is_form_fault
else:
    __getattr__ = face(__name__)
