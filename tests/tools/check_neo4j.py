#!/usr/bin/env python3
"""Loads neo4j/ into a real Neo4j in both ways that it offers, and compares what is there with graph.json.

    check_neo4j.py FOLDER [FOLDER ...]

1. import.sh into a new database: no bad entry, every node, edge and property as in graph.json.
2. load.cypher into an empty database, twice: the same.

Needs a JDK (17 or newer) and Maven, which downloads Neo4j.
"""

import json
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


def check(folder, packages):
    tables = folder / "neo4j"
    nodes, edges = expected(folder)
    failed = False

    def tell(way, seconds, problems):
        nonlocal failed
        failed = failed or bool(problems)
        print(f"{folder}: {way} in {seconds:.1f} s: {len(nodes)} nodes, {len(edges)} edges:",
              "; ".join(problems) or "as graph.json", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        database = Neo4j(Path(scratch, "imported"), packages, tables)
        started = time.monotonic()
        said = database.bulk_import(tables.resolve() / "import.sh")
        seconds = time.monotonic() - started
        report = Path(tables, "import.report")
        bad = report.read_text(encoding="utf-8").strip() if report.exists() else ""
        report.unlink(missing_ok=True)
        problems = [f"bad entries: {bad[:500]}"] if bad else []
        if f"Imported:\n  {len(nodes)} nodes\n  {len(edges)} relationships" not in said:
            problems.append(f"the tool said: {said[-500:]}")
        with database:
            problems.extend(faults(database, nodes, edges))
        tell("import.sh", seconds, problems)
        script = (tables / "load.cypher").read_text(encoding="utf-8")
        with Neo4j(Path(scratch, "loaded"), packages, tables) as database:
            for time_of in ("first", "second"):
                started = time.monotonic()
                database.run(script)
                tell(f"load.cypher, {time_of} time,", time.monotonic() - started, list(faults(database, nodes, edges)))
    return failed


def main():
    packages = class_path(Path(__file__).parents[2] / "target" / "neo4j" / "classpath")
    failures = [check(Path(folder), packages) for folder in sys.argv[1:]]
    return 1 if any(failures) else 0


if __name__ == "__main__":
    sys.exit(main())
