#!/usr/bin/env python3
"""Loads ladybug/ into an empty Ladybug database, as a user would, and compares what is there with graph.json.

    check_ladybug.py FOLDER

Needs: pip install ladybug.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import ladybug


def main():
    folder = Path(sys.argv[1])
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        connection = ladybug.Connection(ladybug.Database(str(Path(scratch, "papers.lbug"))))
        os.chdir(folder / "ladybug")
        for script in ("schema.cypher", "copy.cypher"):
            connection.execute(Path(script).read_text(encoding="utf-8"))
        labels = Counter(node["type"] for node in graph["nodes"])
        relations = Counter(edge["relation"].upper() for edge in graph["edges"])
        for pattern, counts in (("(x:`{}`)", labels), ("()-[x:`{}`]->()", relations)):
            for name, expected in sorted(counts.items()):
                query = f"MATCH {pattern.format(name)} RETURN count(x)"
                count = connection.execute(query).get_next()[0]
                if count != expected:
                    faults.append(f"{count} of {name} instead of {expected}")
        connection.close()
    print(f"{labels.total()} nodes, {relations.total()} edges:", "; ".join(faults) or "as graph.json")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
