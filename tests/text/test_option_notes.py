"""Options in notes, for the command line and for pages."""

from reviewer.text.option_notes import with_option, without_options


def test_a_page_says_a_note_without_its_option():
    for option in ("-k", "--words", "--api-base"):
        assert without_options(f"{with_option('4 papers beyond', option)}; more.") == (
            "4 papers beyond; more."
        )


def test_other_words_in_brackets_stay():
    for words in ("2 papers (strict)", "a loss (-3)", "a dash (-- so)", "the --words option"):
        assert without_options(words) == words
