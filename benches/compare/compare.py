"""Measures papergraph and other tools at the same work; prints a table in Markdown.

Finding names: all names of papergraph's lexicons in the same titles and abstracts, on one core, loading not counted.
The others find listed names and nothing else; papergraph also finds, types and relates what no list has.

Writing GraphML: the same graph with the same attributes, handed to the disk.
"""

import csv
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

RUNS = 5
SAMPLE_REPEATS = 50
# Texts for the slow: a part tells the speed as well.
MOST_BYTES_FOR_SPACY = 2_000_000

ROOT = Path(__file__).resolve().parents[2]


def papers(arguments):
    """Lines of JSON: those of the given file, or the sample several times over."""
    if arguments:
        path = Path(arguments[0])
        if path.suffix == ".zst":
            text = subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True).stdout.decode()
        else:
            text = path.read_text()
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    sample = [json.loads(line) for line in (ROOT / "data/papers.jsonl").read_text().splitlines()]
    return [
        {**paper, "id": f"{paper['id']}-{number}", "title": f"{number} {paper['title']}"}
        for number in range(SAMPLE_REPEATS)
        for paper in sample
    ]


def names():
    """Every name and alias of the default lexicons."""
    found = set()
    for path in sorted((ROOT / "rules/lexicon").glob("*.csv")):
        for row in csv.DictReader(io.StringIO(path.read_text())):
            forms = [row["name"], *(row.get("aliases") or "").split("|")]
            found.update(form.lstrip("=").strip() for form in forms)
    found.discard("")
    return sorted(found)


def hand_to_disk(path):
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def timed(work, runs=RUNS):
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds


def extract_seconds(program, lines, folder):
    """What papergraph takes beyond starting, reading the rules included in starting."""
    full, empty = folder / "papers.jsonl", folder / "empty.jsonl"
    full.write_text("".join(json.dumps(line) + "\n" for line in lines))
    empty.write_text(json.dumps({"id": "x", "title": "x"}) + "\n")

    def run(path):
        command = [program, "extract", str(path), "--threads", "1", "--quiet", "--output", str(folder / "found.jsonl")]
        subprocess.run(command, check=True)

    starting = statistics.median(timed(lambda: run(empty)))
    return [seconds - starting for seconds in timed(lambda: run(full))]


def finding(program, lines, folder):
    texts = [f"{line['title']}\n{line.get('abstract') or ''}" for line in lines]
    listed = names()
    rows = [("papergraph extract", version_of(program), size(texts), extract_seconds(program, lines, folder))]

    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns([{"label": "NAME", "pattern": name} for name in listed])
    some, total = [], 0
    for text in texts:
        total += len(text.encode())
        some.append(text)
        if total > MOST_BYTES_FOR_SPACY:
            break
    work = lambda: sum(len(found.ents) for found in pipeline.pipe(some))
    rows.append(("spaCy EntityRuler", version("spacy"), size(some), timed(work)))

    from flashtext2 import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=False)
    processor.add_keywords_from_iter(listed)
    work = lambda: sum(len(processor.extract_keywords(text)) for text in texts)
    rows.append(("flashtext2", version("flashtext2"), size(texts), timed(work)))

    import ahocorasick

    automaton = ahocorasick.Automaton()
    for name in listed:
        automaton.add_word(name.lower(), name)
    automaton.make_automaton()
    work = lambda: sum(1 for text in texts for _ in automaton.iter(text.lower()))
    rows.append(("pyahocorasick", version("pyahocorasick"), size(texts), timed(work)))
    return len(listed), rows


def writing(release, program, folder):
    import igraph
    import networkx

    out = folder / "out"
    build = [program, "build", str(folder / "papers.jsonl"), "--out", str(out), "--format", "json,graphml", "--quiet"]
    subprocess.run([*build, "--no-layout"], check=True)
    graphml = out / "graph.graphml"
    own = str(release / "examples" / "convert")
    again = [own, str(out / "graph.json"), "graphml", str(folder / "again"), str(RUNS)]
    lines = subprocess.run(again, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [("papergraph", version_of(program), graphml.stat().st_size, [float(line.split()[0]) for line in lines])]

    target = folder / "other.graphml"
    graph = igraph.Graph.Read_GraphML(str(graphml))

    def write_igraph():
        graph.write_graphml(str(target))
        hand_to_disk(target)

    seconds = timed(write_igraph)
    rows.append(("igraph (C)", version("igraph"), target.stat().st_size, seconds))
    graph = networkx.read_graphml(graphml)

    def write_networkx():
        networkx.write_graphml(graph, target)
        hand_to_disk(target)

    seconds = timed(write_networkx)
    rows.append(("networkx", version("networkx"), target.stat().st_size, seconds))
    return graph.number_of_edges(), rows


def size(texts):
    return sum(len(text.encode()) for text in texts)


def version_of(program):
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]


def table(title, rows):
    print(f"\n{title}\n")
    print("| tool | version | MB | median s | fastest to slowest s | MB/s | papergraph is |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    speeds = [count / 1e6 / statistics.median(seconds) for _, _, count, seconds in rows]
    for (tool, number, count, seconds), speed in zip(rows, speeds):
        spread = f"{min(seconds):.3f} to {max(seconds):.3f}"
        ratio = "" if tool == rows[0][0] else f"{speeds[0] / speed:.2f} times as fast"
        median = statistics.median(seconds)
        print(f"| {tool} | {number} | {count / 1e6:.1f} | {median:.3f} | {spread} | {speed:.1f} | {ratio} |")


def main():
    release = Path(sys.argv[1])
    program = str(release / "papergraph")
    lines = papers(sys.argv[2:])
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{time.strftime('%Y-%m-%d')}, {len(lines)} papers, median of {RUNS} runs")
    with tempfile.TemporaryDirectory() as folder:
        count, rows = finding(program, lines, Path(folder))
        table(f"Finding {count} names, on one core", rows)
        count, rows = writing(release, program, Path(folder))
        table(f"Writing a graph of {count} edges as GraphML", rows)


main()
