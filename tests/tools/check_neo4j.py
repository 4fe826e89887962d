#!/usr/bin/env python3
"""Loads neo4j/ into a real Neo4j in both ways that it offers, and compares what is there with graph.json.

    check_neo4j.py [--papergraph PROGRAM --growth OLD NEW] [--import-only] [FOLDER ...]

1. import.sh into a new database: no bad entry, every node, edge and property as in graph.json.
2. load.cypher into an empty database, twice: the same. Not with --import-only, which suits large graphs.
3. With --growth: what `papergraph diff OLD NEW --cypher` says, done twice to a database that holds OLD, gives NEW.

Needs a JDK (17 or newer) and Maven, which downloads Neo4j.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from neo4j_database import Neo4j, class_path

# Sizes of the parts in which a large graph is read back.
PART = 20_000

NOT_PROPERTIES = {"type", "label", "sentences"}


def readable(value):
    """A value without the control characters that tables leave out."""
    if isinstance(value, list):
        return [readable(member) for member in value]
    if isinstance(value, str):
        return "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\x7f\ufffe\uffff"))
    return value


def expected_node(node):
    kind = node["type"] if node["type"] in ("Paper", "Topic") else "Entity"
    properties = {name: readable(value) for name, value in node.items() if name not in NOT_PROPERTIES}
    properties["title" if kind == "Paper" else "name"] = readable(node["label"])
    return {**present(properties), "labels": sorted({kind, node["type"]})}


def expected_edge(edge, graph, sentences):
    evidence = edge.get("evidence", [])
    properties = {
        "weight": edge["weight"],
        "confidence": edge["confidence"],
        "count": edge["count"],
        "sentence": readable(sentences[edge["source"]][evidence[0]]) if evidence else "",
        "rules": [readable(graph["meta"]["rules"][rule]) for rule in edge.get("rules", [])],
    }
    return present(properties)


def present(properties):
    """Properties without empty ones, which a database does not have."""
    return {name: value for name, value in properties.items() if value not in (None, "", [])}


def expected(folder):
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    sentences = {node["id"]: node.get("sentences", []) for node in graph["nodes"]}
    nodes = {readable(node["id"]): expected_node(node) for node in graph["nodes"]}
    edges = {
        (readable(edge["source"]), edge["relation"].upper(), readable(edge["target"])):
            expected_edge(edge, graph, sentences)
        for edge in graph["edges"]
    }
    return nodes, edges


def rows(database, query):
    """All rows of a query that ends in an order, part by part."""
    done = 0
    while True:
        part = database.query(f"{query} SKIP {done} LIMIT {PART}")
        yield from part
        done += len(part)
        if len(part) < PART:
            return


def found(database):
    nodes = {}
    for identifier, labels, properties in rows(database, "MATCH (n) RETURN n.id, labels(n), properties(n) ORDER BY n.id"):
        nodes[identifier] = {**present(properties), "labels": sorted(labels)}
    edges = {}
    # Neo4j gives positions to edges as they come, which is an order that costs nothing.
    query = "MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, properties(r) ORDER BY id(r)"
    for source, relation, target, properties in rows(database, query):
        edges.setdefault((source, relation, target), []).append(present(properties))
    return nodes, edges


def faults(database, nodes, edges):
    """What differs from graph.json, in words."""
    found_nodes, found_edges = found(database)
    doubled = [key for key, several in found_edges.items() if len(several) > 1]
    if doubled:
        yield f"{len(doubled)} edges more than once, such as {doubled[0]}"
    found_edges = {key: several[0] for key, several in found_edges.items()}
    for what, here, there in (("nodes", found_nodes, nodes), ("edges", found_edges, edges)):
        for key in here.keys() | there.keys():
            if here.get(key) != there.get(key):
                yield f"{what} differ, such as {key!r}: {here.get(key)!r}\n  instead of {there.get(key)!r}"
                break


class Report:
    """Tells how each step went, and remembers whether one went wrong."""

    def __init__(self):
        self.failed = False

    def tell(self, folder, step, started, wanted, problems):
        problems = list(problems)
        self.failed = self.failed or bool(problems)
        nodes, edges = wanted
        seconds = time.monotonic() - started
        print(f"{folder}: {step}: {len(nodes)} nodes, {len(edges)} edges, {seconds:.1f} s:",
              "; ".join(problems) or "as graph.json", flush=True)


def imported(folder, home, packages):
    """A database filled by import.sh, and what the tool complained about."""
    database = Neo4j(home, packages, folder / "neo4j")
    said = database.bulk_import((folder / "neo4j" / "import.sh").resolve())
    report = folder / "neo4j" / "import.report"
    bad = report.read_text(encoding="utf-8").strip() if report.exists() else ""
    report.unlink(missing_ok=True)
    problems = [f"bad entries: {bad[:500]}"] if bad else []
    return database, said, problems


def check(folder, packages, report, import_only):
    nodes, edges = wanted = expected(folder)
    with tempfile.TemporaryDirectory() as scratch:
        started = time.monotonic()
        database, said, problems = imported(folder, Path(scratch, "imported"), packages)
        if f"Imported:\n  {len(nodes)} nodes\n  {len(edges)} relationships" not in said:
            problems.append(f"the tool said: {said[-500:]}")
        report.tell(folder, "import.sh", started, wanted, problems)
        started = time.monotonic()
        with database:
            report.tell(folder, "read back", started, wanted, faults(database, nodes, edges))
        if import_only:
            return
        script = (folder / "neo4j" / "load.cypher").read_text(encoding="utf-8")
        with Neo4j(Path(scratch, "loaded"), packages, folder / "neo4j") as database:
            for time_of in ("once", "twice"):
                started = time.monotonic()
                database.run(script)
                report.tell(folder, f"load.cypher {time_of}", started, wanted, faults(database, nodes, edges))


def check_growth(old, new, program, packages, report):
    nodes, edges = wanted = expected(new)
    command = [program, "diff", old, new, "--cypher"]
    script = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    with tempfile.TemporaryDirectory() as scratch:
        database, _, problems = imported(old, Path(scratch, "old"), packages)
        with database:
            for time_of in ("once", "twice"):
                started = time.monotonic()
                database.run(script)
                problems.extend(faults(database, nodes, edges))
                report.tell(new, f"diff --cypher {time_of}", started, wanted, problems)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--papergraph", type=Path)
    parser.add_argument("--growth", type=Path, nargs=2, metavar=("OLD", "NEW"))
    parser.add_argument("--import-only", action="store_true")
    parser.add_argument("folders", type=Path, nargs="*")
    arguments = parser.parse_args()
    packages = class_path(Path(__file__).parents[2] / "target" / "neo4j" / "classpath")
    report = Report()
    if arguments.growth:
        check_growth(*arguments.growth, arguments.papergraph, packages, report)
    for folder in arguments.folders:
        check(folder, packages, report, arguments.import_only)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
