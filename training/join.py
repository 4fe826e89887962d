#!/usr/bin/env python3
"""Give the annotations back the words that they point to.

    join.py CORPUS.jsonl.zst OUT

writes OUT-1.jsonl and OUT-1.papers.jsonl, OUT-2.jsonl and OUT-2.papers.jsonl: the annotations of each group of annotators,
as `papergraph rules fit` reads them.

CORPUS has one JSON object a line with "id", "title" and "abstract", plain or compressed by zstd (which needs the program
`zstd`). A paper that the corpus lacks, or that differs so that an offset points out of it, is left out and counted.
"""
import json
import pathlib
import subprocess
import sys


def lines(path):
    """The lines of a file, decompressed if its name ends in .zst."""
    if str(path).endswith(".zst"):
        with subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE) as process:
            yield from process.stdout
    else:
        with open(path, "rb") as file:
            yield from file


def surfaces(spans, paper):
    """The texts that spans point to, each once, in their order. Offsets count bytes of UTF-8."""
    texts = []
    for field, start, end in spans:
        text = paper[field].encode()[start:end].decode(errors="replace")
        if not text or "\ufffd" in text:
            return None
        if text not in texts:
            texts.append(text)
    return texts


def join(annotations, corpus, out):
    """Writes one file of annotations with its words; says how many papers it has, and how many the corpus lacks."""
    wanted = {}
    for line in lines(annotations):
        annotated = json.loads(line)
        wanted[annotated["id"]] = annotated["entities"]
    written = 0
    with open(f"{out}.jsonl", "w", encoding="utf-8") as gold, open(f"{out}.papers.jsonl", "w", encoding="utf-8") as texts:
        for line in lines(corpus):
            paper = json.loads(line)
            entities = [
                {"type": e["type"], "relation": e["relation"], "surfaces": surfaces(e["spans"], paper)}
                for e in wanted.pop(paper["id"], [])
            ]
            if not entities or not all(e["surfaces"] for e in entities):
                continue
            print(json.dumps({"id": paper["id"], "entities": entities}, ensure_ascii=False), file=gold)
            print(json.dumps({key: paper[key] for key in ("id", "title", "abstract")}, ensure_ascii=False), file=texts)
            written += 1
    print(f"{out}.jsonl: {written} papers; {len(wanted)} are not in the corpus", file=sys.stderr)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    corpus, out = sys.argv[1:]
    for annotations in sorted(pathlib.Path(__file__).parent.glob("annotations-*.jsonl.zst")):
        group = annotations.name.removeprefix("annotations-").removesuffix(".jsonl.zst")
        join(annotations, corpus, f"{out}-{group}")


if __name__ == "__main__":
    main()
