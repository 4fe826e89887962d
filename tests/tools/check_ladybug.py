#!/usr/bin/env python3
"""Loads ladybug/ into an empty Ladybug database, as a user would, and compares what is there with graph.json. With the
folder of an earlier graph, a database of that one is brought up to date too, twice: then it must hold the same, and what
somebody else tied to its nodes.

    check_ladybug.py FOLDER [EARLIER]

Needs: pip install ladybug.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import ladybug


def run(connection, folder, *scripts):
    os.chdir(folder / "ladybug")
    for script in scripts:
        connection.execute(Path(script).read_text(encoding="utf-8"))


def rows(connection, query):
    result = connection.execute(query)
    while result.has_next():
        yield result.get_next()


def nodes(connection, labels):
    """All nodes by their ids, with their properties; those without a value are left out."""
    found = {}
    for label in labels:
        for (node,) in rows(connection, f"MATCH (x:`{label}`) RETURN x"):
            values = {name: value for name, value in node.items() if name != "_ID" and value is not None}
            found[node["id"]] = values
    return found


def counts_differ(connection, labels, relations):
    """What is there in another number than in graph.json."""
    for pattern, counts in (("(x:`{}`)", labels), ("()-[x:`{}`]->()", relations)):
        for name, expected in sorted(counts.items()):
            ((count,),) = rows(connection, f"MATCH {pattern.format(name)} RETURN count(x)")
            if count != expected:
                yield f"{count} of {name} instead of {expected}"


def main():
    folder, *earlier = (Path(name).resolve() for name in sys.argv[1:])
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    labels = Counter(node["type"] for node in graph["nodes"])
    relations = Counter(edge["relation"].upper() for edge in graph["edges"])
    with tempfile.TemporaryDirectory() as scratch:
        new = ladybug.Connection(ladybug.Database(str(Path(scratch, "new.lbug"))))
        run(new, folder, "schema.cypher", "copy.cypher")
        faults = list(counts_differ(new, labels, relations))
        for source in earlier:
            grown = ladybug.Connection(ladybug.Database(str(Path(scratch, "grown.lbug"))))
            run(grown, source, "schema.cypher", "copy.cypher")
            if (source / "graph.json").read_bytes() == (folder / "graph.json").read_bytes():
                faults.append(f"{source} holds the same graph")
            grown.execute("CREATE NODE TABLE Note(id STRING PRIMARY KEY); CREATE REL TABLE ON_PAPER(FROM Note TO Paper)")
            grown.execute("MATCH (p:Paper) CREATE (:Note {id: p.id})-[:ON_PAPER]->(p)")
            papers = [node["id"] for node in graph["nodes"] if node["type"] == "Paper"]
            ((notes,),) = rows(grown, f"MATCH (n:Note) WHERE list_contains({json.dumps(papers)}, n.id) RETURN count(n)")
            for time in ("once", "twice"):
                run(grown, folder, "update.cypher")
                differences = list(counts_differ(grown, labels, relations))
                if nodes(grown, labels) != nodes(new, labels):
                    differences.append("nodes have other properties")
                ((tied,),) = rows(grown, "MATCH (n:Note)-[:ON_PAPER]->(p:Paper) WHERE n.id = p.id RETURN count(n)")
                if tied != notes:
                    differences.append(f"{notes - tied} notes lost their paper")
                faults += [f"brought up to date {time}: {difference}" for difference in differences]
            grown.close()
        new.close()
    print(f"{labels.total()} nodes, {relations.total()} edges:", "; ".join(faults) or "as graph.json")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
