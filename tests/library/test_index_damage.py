"""Whatever happens to Chroma's files: it is found, made again, and no answer changes."""

import os
import random
import shutil
from itertools import product

import pytest

from reviewer.library import Library
from reviewer.library.index import chroma_state as index_files
from tests.conftest import SAMPLES, WordEmbedding, write_listing
from tests.library.test_index import QUESTIONS, answers, numbered_papers, rows_in_chroma
from tests.support.promises import promise

FILES = ("chroma.sqlite3", "data_level0.bin", "header.bin", "index_metadata.pickle",
         "length.bin", "link_lists.bin")  # fmt: skip
TERABYTE = 2**40
ROWS = 200


def delete(path, _):
    path.unlink()


def cut(path, chance):
    os.truncate(path, chance.randrange(path.stat().st_size))


def zero(path, _):
    path.write_bytes(bytes(path.stat().st_size))


def zero_a_page(path, chance):
    data = bytearray(path.read_bytes())
    starts = range(first_of(path), len(data), 4096)
    at = chance.choice([n for n in starts if any(data[n : n + 4096])])
    data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    path.write_bytes(data)


def flip(path, chance):
    """One bit."""
    data = bytearray(path.read_bytes())
    data[chance.randrange(first_of(path), len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def first_of(path):
    """Where a change counts: every opening of Chroma changes what its SQLite file has before, and
    no answer is made of that."""
    return 16_384 if path.name == "chroma.sqlite3" else 0


def junk(path, chance):
    path.write_bytes(chance.randbytes(path.stat().st_size))


def claim_a_terabyte(path, _):
    """Its first length says that gigabytes follow, and the file is as large, sparsely."""
    data = bytearray(path.read_bytes())
    data[:4] = (2**32 - 1).to_bytes(4, "little")
    path.write_bytes(data)
    os.truncate(path, TERABYTE)


DAMAGES = (delete, cut, zero, zero_a_page, flip, junk)


def size_of(folder):
    """Bytes on the disk, not what sparse files claim."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "library"
    with Library(folder, embedding=WordEmbedding()) as library:
        made = numbered_papers(62, ROWS)  # enough that some vectors lie on a second level
        library.add([str(SAMPLES), write_listing(folder / "made.jsonl", *made)])
        before = answers(library)
    assert all(any(p.read_bytes()) for p in (folder / "chroma").rglob("*.bin"))
    return folder, before


def check_it_is_found_and_mended(folder, before, most_bytes):
    embedding = WordEmbedding()
    with Library(folder, embedding=embedding) as library:
        assert not library.index.is_in_step()
        assert answers(library) == before
        library.catch_up()
        assert size_of(folder) < most_bytes
        assert library.index.is_in_step()
        assert answers(library) == before
    assert embedding.texts == 2 * len(QUESTIONS)
    assert rows_in_chroma(folder) == ROWS


def check_no_answer_changes(folder, before):
    """Whether or not the damage is one that matters."""
    for _ in range(2):
        with Library(folder, embedding=WordEmbedding()) as library:
            assert answers(library) == before
            library.catch_up()
            assert answers(library) == before


@promise(
    "Damage to Chroma's files is found at the next start, mended, and changes no answer",
    "each file deleted, cut, zeroed, one page zeroed, one bit flipped, made junk; sizes and times "
    "as before where they can be; disk use under 3 times the data",
    full=720,
    few=3,
)
def test_damage_to_any_file_is_found_and_mended(whole, tmp_path, rounds):
    kept, before = whole
    most = 3 * size_of(kept)
    ways = list(product(FILES, DAMAGES))
    for n in range(rounds):
        name, damage = ways[7 * n % len(ways)]
        folder = shutil.copytree(kept, tmp_path / str(n))
        (path,) = (folder / "chroma").rglob(name)
        stat = path.stat()
        damage(path, random.Random(n))
        if path.exists():
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        check_it_is_found_and_mended(folder, before, most)
        shutil.rmtree(folder)


@promise(
    "Damage to Chroma's files is found at the next start, mended, and changes no answer",
    "the page that each opening writes, zeroed or made junk, which no checksum covers",
    full=20,
    few=1,
)
def test_damage_to_the_page_that_openings_write_changes_no_answer(whole, tmp_path, rounds):
    kept, before = whole
    for n in range(rounds):
        folder = shutil.copytree(kept, tmp_path / str(n))
        path = folder / "chroma" / "chroma.sqlite3"
        data = bytearray(path.read_bytes())
        data[12_288:16_384] = random.Random(n).randbytes(4096) if n else bytes(4096)
        path.write_bytes(data)
        check_no_answer_changes(folder, before)
        shutil.rmtree(folder)


def spoil_the_migrations(path, _):
    """What Chroma keeps of how its tables were made is not UTF-8 any more: its Rust part panics."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + data[4096:].replace(b"CREATE TABLE", b"CREATE \xff\xfeBLE"))


def spoil_the_schema(path, chance):
    """One letter of the text that describes a table is not UTF-8 any more. Where Chroma opens this,
    its Rust part panics while it cleans up after a panic, which ends the process."""
    data = bytearray(path.read_bytes())
    words = b"CREATE VIRTUAL TABLE embedding_fulltext_search"  # stands in the schema alone
    data[data.index(words) + chance.randrange(len(words))] ^= 0x80
    path.write_bytes(data)


def spoil_the_header(path, chance):
    """Python's SQLite may not call this damage."""
    data = bytearray(path.read_bytes())
    at = chance.choice([16, 18, 19, 20, 21, 44, 47, 56, 59, 100])
    data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def spoil_a_page(path, chance):
    data = bytearray(path.read_bytes())
    at = 4096 * chance.randrange(len(data) // 4096)
    data[at : at + 4096] = chance.choice([bytes(4096), chance.randbytes(4096)])
    path.write_bytes(data)


def flip_twenty(path, chance):
    data = bytearray(path.read_bytes())
    for _ in range(20):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


SPOILED = (spoil_the_migrations, spoil_the_schema, spoil_the_header, spoil_a_page, flip_twenty)


@promise(
    "Damage to Chroma's files is found at the next start, mended, and changes no answer",
    "the SQLite file of a large index, of which only the schema is summed: its text spoilt, any "
    "page zeroed or made junk, twenty bits flipped; it counts as large here",
    full=200,
    few=5,
)
def test_damage_to_a_large_sqlite_file_changes_no_answer(whole, tmp_path, rounds, monkeypatch):
    monkeypatch.setattr(index_files, "_MOST_SUMMED", 0)
    kept, before = whole
    large = shutil.copytree(kept, tmp_path / "large")
    with Library(large, embedding=WordEmbedding()) as library:
        library.reindex()  # its sums are kept again
        assert answers(library) == before
    for n in range(rounds):
        folder = shutil.copytree(large, tmp_path / str(n))
        damage = SPOILED[n % len(SPOILED)]
        damage(folder / "chroma" / "chroma.sqlite3", random.Random(n))
        check_no_answer_changes(folder, before)
        shutil.rmtree(folder)


@promise(
    "Damage to Chroma's files is found at the next start, mended, and changes no answer",
    "a link_lists.bin that claims a terabyte",
)
def test_a_list_that_claims_a_terabyte_takes_no_space(whole, tmp_path):
    kept, before = whole
    folder = shutil.copytree(kept, tmp_path / "library")
    (path,) = (folder / "chroma").rglob("link_lists.bin")
    claim_a_terabyte(path, None)
    check_it_is_found_and_mended(folder, before, 3 * size_of(kept))


@promise(
    "An index that was not closed cleanly is never opened: it is made again from stored vectors",
    "each damage above to an index marked unclean: this process lives, no answer changes, nothing "
    "grows",
    full=370,
    few=1,
)
def test_an_index_that_was_not_closed_cleanly_is_not_opened(whole, tmp_path, rounds):
    kept, before = whole
    most = 3 * size_of(kept)
    ways = [*product(FILES, DAMAGES), ("link_lists.bin", claim_a_terabyte)]
    for n in range(rounds):
        name, damage = ways[-1 - 7 * n % len(ways)]
        folder = shutil.copytree(kept, tmp_path / str(n))
        with Library(folder, embedding=WordEmbedding()) as library, library.database.transaction():
            library.database.set_state("index", "unclean")
        (path,) = (folder / "chroma").rglob(name)
        damage(path, random.Random(n))
        check_it_is_found_and_mended(folder, before, most)
        shutil.rmtree(folder)
