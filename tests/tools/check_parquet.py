#!/usr/bin/env python3
"""Opens nodes.parquet and edges.parquet in DuckDB and compares every row with graph.json.

    check_parquet.py FOLDER [FOLDER ...]

Needs: pip install duckdb.
"""

import json
import sys
from pathlib import Path

import duckdb


def present(row):
    """A row without empty values, which graph.json leaves out."""
    return {name: value for name, value in row.items() if value not in (None, [])}


def rows(path):
    cursor = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    return [dict(zip(cursor.columns, row)) for row in cursor.fetchall()]


def check(folder):
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    sentences = {node["id"]: node.get("sentences", []) for node in graph["nodes"]}
    nodes = [present({name: value for name, value in node.items() if name != "sentences"}) for node in graph["nodes"]]
    edges = []
    for edge in graph["edges"]:
        evidence = edge.pop("evidence", [])
        edge["sentence"] = sentences[edge["source"]][evidence[0]] if evidence else None
        edge["rules"] = [graph["meta"]["rules"][rule] for rule in edge.get("rules", [])]
        edge["src"], edge["dst"] = edge.pop("source"), edge.pop("target")
        edges.append(present(edge))
    faults = []
    for name, expected in (("nodes", nodes), ("edges", edges)):
        found = [present(row) for row in rows(folder / f"{name}.parquet")]
        if len(found) != len(expected):
            faults.append(f"{len(found)} {name} instead of {len(expected)}")
        faults.extend(f"{name}: {here} instead of {there}" for here, there in zip(found, expected) if here != there)
    print(f"{folder}: {len(nodes)} nodes, {len(edges)} edges:", "; ".join(faults[:3]) or "as graph.json")
    return faults


def main():
    return 1 if any([check(Path(folder)) for folder in sys.argv[1:]]) else 0


if __name__ == "__main__":
    sys.exit(main())
