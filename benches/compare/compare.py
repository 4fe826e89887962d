"""Measures papergraph and other tools at the same work; prints a page in Markdown.

Finding names: all names of papergraph's lexicons in the same titles and abstracts, on one core, loading not counted.
The others find listed names and nothing else; papergraph also finds, types and relates what no list has.

Writing GraphML: the same graph with the same attributes, handed to the disk.
"""

import argparse
import csv
import io
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

RUNS = 5
SAMPLE_REPEATS = 50
# Texts for the slow: a part tells the speed as well.
MOST_BYTES_FOR_SPACY = 2_000_000

ROOT = Path(__file__).resolve().parents[2]


def papers(path):
    """Lines of JSON: those of the given file, or the sample several times over."""
    if path:
        if path.suffix == ".zst":
            text = subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True).stdout.decode()
        else:
            text = path.read_text(encoding="utf-8")
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


def seconds_of_example(release, *arguments):
    """The seconds that an example of papergraph's prints at the beginning of each line."""
    command = [str(release / "examples" / arguments[0]), *map(str, arguments[1:]), str(RUNS)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [float(line.split()[0]) for line in lines]


def crate_version(name):
    """The version of a Rust library that papergraph is built with."""
    command = ["cargo", "tree", "--quiet", "--edges", "normal,dev", "--invert", name, "--depth", "0"]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()[1].lstrip("v")


def finding(release, program, lines, folder):
    texts = [f"{line['title']}\n{line.get('abstract') or ''}" for line in lines]
    listed = names()
    rows = [("papergraph extract", version_of(program), size(texts), extract_seconds(program, lines, folder))]

    (folder / "names.txt").write_text("\n".join(listed), encoding="utf-8")
    bare = seconds_of_example(release, "names", folder / "names.txt", folder / "papers.jsonl")
    rows.append(("aho-corasick (Rust), one bare pass", crate_version("aho-corasick"), size(texts), bare))

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
    seconds = seconds_of_example(release, "convert", out / "graph.json", "graphml", folder / "again")
    rows = [("papergraph", version_of(program), graphml.stat().st_size, seconds)]

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


def many_edges(path, edges):
    """Writes a graph.json of so many edges, ten a paper, each with its sentence and its rules."""
    colors = {"color": "#4477aa", "description": "For the measurement."}
    schema = {
        "type": [{"id": "model", "label": "Model", "plural": "Models", **colors}],
        "relation": [{"id": "uses", "label": "uses", "takes_up": True, **colors}],
    }
    meta = {"format": 1, "schema": schema, "rules": ["cue:we-use", "head:network"]}
    papers, models = max(edges // 10, 1), max(edges // 40, 10)
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"meta":' + json.dumps(meta) + ',"nodes":[\n')
        for number in range(models):
            model = {"id": f"model:{number}", "type": "Model", "label": f"Harbour model {number}"}
            model.update(papers=10, x=number / 7, y=-number / 3, size=7.5, color="#4477aa", pagerank=1 / models)
            file.write(json.dumps(model) + ",\n")
        for number in range(papers):
            sentence = f"We use Harbour models & others to find ship {number} in \"fog\", where <others> do not see it."
            paper = {"id": f"paper:{number}", "type": "Paper", "label": f"Finding ship {number} in fog & rain"}
            paper.update(year=2020, sentences=[sentence], x=number / 5, y=number / 9, size=5.0, color="#bbbbbb")
            file.write(json.dumps(paper) + (",\n" if number + 1 < papers else "\n"))
        file.write('],"edges":[\n')
        for number in range(edges):
            edge = {"source": f"paper:{number // 10}", "target": f"model:{(number * 7919) % models}"}
            edge.update(relation="uses", confidence=0.875, count=2, weight=1.5, evidence=[0], rules=[0, 1])
            file.write(json.dumps(edge) + (",\n" if number + 1 < edges else "\n"))
        file.write("]}\n")


def writing_many(release, program, folder, edges):
    many_edges(folder / "many.json", edges)
    seconds = seconds_of_example(release, "convert", folder / "many.json", "graphml", folder / "many")
    return [("papergraph", version_of(program), (folder / "many" / "graph.graphml").stat().st_size, seconds)]


def machine():
    """Processor, cores and memory, as far as the system says them."""
    processor = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
        processor = models[0] if models else processor
        memory = f", {int(open('/proc/meminfo').readline().split()[1]) / 1e6:.0f} GB of memory"
    return f"{processor}, {os.cpu_count()} cores{memory}, {platform.system()} {platform.release().split('-')[0]}"


def size(texts):
    return sum(len(text.encode()) for text in texts)


def version_of(program):
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]


def table(title, rows):
    print(f"\n## {title}\n")
    print("| tool | version | MB | median s | fastest to slowest s | MB/s | papergraph is |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    speeds = [count / 1e6 / statistics.median(seconds) for _, _, count, seconds in rows]
    for (tool, number, count, seconds), speed in zip(rows, speeds):
        spread = f"{min(seconds):.3f} to {max(seconds):.3f}"
        ratio = "" if tool == rows[0][0] else f"{speeds[0] / speed:.2f} times as fast"
        median = statistics.median(seconds)
        print(f"| {tool} | {number} | {count / 1e6:.1f} | {median:.3f} | {spread} | {speed:.1f} | {ratio} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", type=Path)
    parser.add_argument("papers", type=Path, nargs="?")
    parser.add_argument("--edges", type=int, default=1_000_000, help="edges of the large graph that is written")
    arguments = parser.parse_args()
    release = arguments.release
    program = str(release / "papergraph")
    lines = papers(arguments.papers)
    compiler = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    print("# Speed, beside other tools\n")
    print(f"`benches/compare/run` made this page on {time.strftime('%Y-%m-%d')}: {machine()}; Rust {compiler}, Python "
          f"{platform.python_version()}; {len(lines)} papers; medians of {RUNS} runs.\n")
    print("papergraph also reads the papers, finds what no list has, and says of everything its type and its relation to "
          "the paper; the other tools find listed names in texts that are in memory.")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        count, rows = finding(release, program, lines, folder)
        table(f"Finding {count} names, on one core", rows)
        own, bare = (statistics.median(seconds) for _, _, _, seconds in rows[:2])
        print(f"\n`papergraph extract` takes {own / bare:.1f} times as long as one bare pass of aho-corasick.")
        count, rows = writing(release, program, folder)
        table(f"Writing a graph of {count} edges as GraphML", rows)
        table(f"Writing a graph of {arguments.edges} edges with attributes as GraphML",
              writing_many(release, program, folder, arguments.edges))


main()
