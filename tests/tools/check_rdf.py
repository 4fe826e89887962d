#!/usr/bin/env python3
"""Loads graph.nt and graph.ttl into Oxigraph and compares them with each other and with graph.json.

    check_rdf.py FOLDER

Needs: pip install pyoxigraph.
"""

import json
import sys
from pathlib import Path

import pyoxigraph

PREFIXES = """
PREFIX pg: <https://papergraph.dev/ns#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX schema: <https://schema.org/>
"""
NODES = PREFIXES + "SELECT (COUNT(DISTINCT ?node) AS ?count) WHERE { ?node pg:degree ?degree }"
EDGES = PREFIXES + "SELECT (COUNT(DISTINCT ?edge) AS ?count) WHERE { ?edge a rdf:Statement ; rdf:subject ?paper }"
NAMES = PREFIXES + "SELECT ?name WHERE { ?node pg:degree ?degree ; schema:name ?name }"


def main():
    folder = Path(sys.argv[1])
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    names = sorted(node["label"] for node in graph["nodes"])
    faults = []
    triples = {}
    for file, syntax in (("graph.nt", pyoxigraph.RdfFormat.N_TRIPLES), ("graph.ttl", pyoxigraph.RdfFormat.TURTLE)):
        store = pyoxigraph.Store()
        store.load(path=folder / file, format=syntax)
        triples[file] = set(store)
        for query, what in ((NODES, "nodes"), (EDGES, "edges")):
            count = int(next(iter(store.query(query)))["count"].value)
            if count != len(graph[what]):
                faults.append(f"{file}: {count} {what} instead of {len(graph[what])}")
        if sorted(row["name"].value for row in store.query(NAMES)) != names:
            faults.append(f"{file}: other names than graph.json")
    if triples["graph.nt"] != triples["graph.ttl"]:
        faults.append("graph.nt and graph.ttl hold different triples")
    print(f"{len(triples['graph.nt'])} triples:", "; ".join(faults) or "as graph.json")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
