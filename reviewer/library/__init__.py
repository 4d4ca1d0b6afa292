"""Papers on disk: one SQLite file is the truth; everything else can be deleted and made again."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.library.backup import back_up as back_up
    from reviewer.library.backup import restore as restore
    from reviewer.library.decisions import merge_papers as merge_papers
    from reviewer.library.library import Library as Library
    from reviewer.library.migrating import bring_up_library as bring_up_library
    from reviewer.library.migrating import make_roles as make_roles
    from reviewer.library.migrating import roles_of as roles_of
    from reviewer.library.repair import repair_library as repair_library
    from reviewer.library.run_log import keep_run as keep_run
    from reviewer.library.saved_questions import Saved as Saved
    from reviewer.library.shared import SharedLibrary as SharedLibrary
    from reviewer.library.temporary import open_at_hand as open_at_hand
    from reviewer.library.tidy import forget_before as forget_before
else:
    __getattr__ = face(__name__)
