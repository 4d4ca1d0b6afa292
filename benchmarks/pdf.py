"""How fast PDFs are read, in pages a second of processor time, and in how much memory."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# In a process of its own, so that its time and its memory are those of the reading.
_READER = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from reviewer.sources.pdf.worker import limit_this_process, read
import gc
limit_this_process()
gc.disable()
data = open(sys.argv[2], "rb").read()
start = time.process_time()
found = read(data)
used = time.process_time() - start
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"pages": found.get("pages", 0), "refused": found.get("refused", ""),
  "reading_s": used, "whole_s": usage.ru_utime + usage.ru_stime,
  "memory_mb": usage.ru_maxrss / 1024}))
"""

# The least that the library can take: every letter with its place, and no more.
_BARE = """
import ctypes, json, sys, time
import pypdfium2.raw as p
data = open(sys.argv[2], "rb").read()
start = time.process_time()
p.FPDF_InitLibrary()
document = p.FPDF_LoadMemDocument64(data, len(data), None)
pages = p.FPDF_GetPageCount(document)
box = p.FS_RECTF()
for number in range(pages):
    page = p.FPDF_LoadPage(document, number)
    text = p.FPDFText_LoadPage(page)
    for i in range(p.FPDFText_CountChars(text)):
        p.FPDFText_GetUnicode(text, i)
        p.FPDFText_GetLooseCharBox(text, i, ctypes.byref(box))
print(json.dumps({"pages": pages, "reading_s": time.process_time() - start}))
"""


def generated(folder: Path, pages: int) -> Path:
    """A paper in two columns of about 4,000 letters a page."""
    from tests.support.pdfs import make_pdf, words

    pick = random.Random(7)
    known = ["".join(pick.choices("aeioustrnlm", k=pick.randint(2, 9))) for _ in range(2000)]
    made = []
    for _ in range(pages):
        drawn = ""
        for row in range(55):
            for x in (50, 310):
                line = ""
                while len(line) < 36:
                    line += pick.choice(known) + " "
                drawn += words(x, 740 - 12 * row, line.strip())
        made.append(drawn)
    file = folder / f"two-columns-{pages}.pdf"
    file.write_bytes(make_pdf(made))
    return file


def measure(code: str, file: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="PDFs of your own, beside the generated ones.")
    wanted = parser.parse_args()
    print("| file | pages | pages per CPU second | beside the bare letters | memory, MB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        own = [generated(Path(folder), pages) for pages in (10, 100)]
        for file in (*own, *map(Path, wanted.files)):
            whole, bare = measure(_READER, file), measure(_BARE, file)
            if not whole or whole["refused"]:
                print(f"| {file.name} | | {whole.get('refused', 'over the limits')} | | |")
                continue
            rate = whole["pages"] / whole["reading_s"]
            ratio = whole["reading_s"] / bare["reading_s"]
            print(
                f"| {file.name} | {whole['pages']} | {rate:.0f} | {ratio:.1f} x the time "
                f"| {whole['memory_mb']:.0f} |"
            )
        start = time.monotonic()
        small = measure(_READER, own[0])
        print(f"\nA child for 10 pages: {small['whole_s']:.2f} s of processor time, ", end="")
        print(f"{time.monotonic() - start:.2f} s by the clock; load {os.getloadavg()[0]:.1f}.")
        sentences(own[1])


def sentences(file: Path) -> None:
    """What cutting a whole body into chunks and sentences takes."""
    from reviewer.library.index.chunking import chunk_paper
    from reviewer.sources import ReadOptions, read_file
    from reviewer.text import sentence_spans

    found = read_file(str(file), ReadOptions())
    if not found.papers:
        print(f"{file.name}: {found.skipped[0].reason}")
        return
    paper = found.papers[0]
    body = paper.text_of("body")
    for name, work in (
        ("sentences", lambda: sentence_spans(body)),
        ("chunks", lambda: chunk_paper(paper)),
    ):
        start = time.process_time()
        count = len(work())
        used = 1000 * (time.process_time() - start)
        print(f"{len(body):,} characters into {count} {name}: {used:.0f} ms of processor time.")


if __name__ == "__main__":
    main()
