#!/usr/bin/env python3
"""Opens an output folder with the tools that people use and compares what they got with graph.json.

    check_graph.py FOLDER ...

networkx and igraph read graph.graphml, networkx graph.gexf, pandas nodes.csv and edges.csv; Graphviz draws graph.dot.
Needs: pip install networkx igraph pandas, and the program `dot`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import igraph
import networkx
import pandas

# What papergraph leaves out of all formats but JSON and RDF.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Attributes that GEXF has elements of its own for.
VISUAL = ("x", "y", "size", "color")


class Folder:
    """One output folder, with graph.json as the truth about it."""

    def __init__(self, path):
        self.path = Path(path)
        self.faults = []
        graph = json.loads((self.path / "graph.json").read_text(encoding="utf-8"))
        sentences = {node["id"]: node.get("sentences", []) for node in graph["nodes"]}
        self.nodes = {}
        for node in graph["nodes"]:
            node.pop("sentences", None)
            node = {name: flat(value) for name, value in node.items()}
            self.nodes[node["id"]] = node
        self.edges = {}
        for edge in graph["edges"]:
            best = [sentences[edge["source"]][place] for place in edge.pop("evidence", [])[:1]]
            rules = [graph["meta"]["rules"][place] for place in edge.pop("rules", [])]
            edge = {name: flat(value) for name, value in edge.items()}
            edge.update({"sentence": flat(best)} if best else {}, **({"rules": flat(rules)} if rules else {}))
            self.edges[edge["id"]] = edge
        meta = graph["meta"]
        self.same("graph.json", "nodes", len(self.nodes), meta["papers"] + meta["entities"] + meta["topics"])
        self.same("graph.json", "edges", len(self.edges), meta["edges"])

    def same(self, file, what, got, expected):
        if isinstance(got, float) and isinstance(expected, (int, float)):
            equal = abs(got - expected) <= 1e-6 * max(1.0, abs(expected))
        else:
            equal = got == expected
        if not equal:
            self.faults.append(f"{file}: {what}: {got!r} instead of {expected!r}")

    def compare(self, file, kind, got, expected, leave_out=()):
        """Compares two dictionaries of nodes or edges by id."""
        self.same(file, f"ids of {kind}", sorted(got), sorted(expected))
        for identity in sorted(set(got) & set(expected)):
            wanted = {name: value for name, value in expected[identity].items() if name not in leave_out}
            self.same(file, f"attributes of {identity}", sorted(got[identity]), sorted(wanted))
            for name in set(got[identity]) & set(wanted):
                self.same(file, f"{name} of {identity}", got[identity][name], wanted[name])

    def check_networkx(self):
        graph = networkx.read_graphml(self.path / "graph.graphml", force_multigraph=True)
        nodes = {identity: dict(values, id=identity) for identity, values in graph.nodes(data=True)}
        for node in nodes.values():
            red, green, blue = (node.pop(channel) for channel in "rgb")
            self.same("graph.graphml", "colour", f"#{red:02x}{green:02x}{blue:02x}", node["color"])
        self.compare("graph.graphml (networkx)", "nodes", nodes, self.nodes)
        edges = {}
        for source, target, identity, values in graph.edges(keys=True, data=True):
            edges[identity] = dict(values, id=identity, source=source, target=target)
        self.compare("graph.graphml (networkx)", "edges", edges, self.edges)

    def check_gexf(self):
        graph = networkx.read_gexf(self.path / "graph.gexf", version="1.3")
        nodes = {}
        for identity, values in graph.nodes(data=True):
            values = dict(values, id=identity)
            look = values.pop("viz")
            self.same("graph.gexf", f"size of {identity}", look["size"], self.nodes[identity]["size"])
            if "x" in self.nodes[identity]:
                for axis in "xy":
                    self.same("graph.gexf", f"{axis} of {identity}", look["position"][axis], self.nodes[identity][axis])
            for dynamic in ("start", "end"):
                values.pop(dynamic, None)
            nodes[identity] = values
        self.compare("graph.gexf (networkx)", "nodes", nodes, self.nodes, VISUAL)
        self.same("graph.gexf (networkx)", "edges", graph.number_of_edges(), len(self.edges))

    def check_igraph(self):
        graph = igraph.Graph.Read_GraphML(str(self.path / "graph.graphml"))
        self.same("graph.graphml (igraph)", "directed", graph.is_directed(), True)
        # igraph hands on ids with `&` as the XML parser does, half escaped, and mixes up the ids of edges.
        identities = [vertex["id"].replace("&#38;", "&") for vertex in graph.vs]
        nodes = {
            identity: given(vertex.attributes(), "rgb") | {"id": identity}
            for identity, vertex in zip(identities, graph.vs)
        }
        self.compare("graph.graphml (igraph)", "nodes", nodes, self.nodes)
        key = "{source} {relation} {target}".format_map
        expected = {key(edge): {**edge, "id": key(edge)} for edge in self.edges.values()}
        edges = {}
        for edge in graph.es:
            ends = {"source": identities[edge.source], "target": identities[edge.target]}
            values = given(edge.attributes()) | ends
            edges[key(values)] = {**values, "id": key(values)}
        self.compare("graph.graphml (igraph)", "edges", edges, expected)

    def check_pandas(self):
        for file, expected in (("nodes.csv", self.nodes), ("edges.csv", self.edges)):
            table = pandas.read_csv(self.path / file, keep_default_na=False, dtype=str)
            rows = {}
            for row in table.to_dict("records"):
                row = {snake_case(name): value for name, value in row.items() if value != ""}
                if file == "edges.csv":
                    self.same(file, "type", row.pop("type"), "Directed")
                    row["relation"] = row.pop("kind")
                identity = row["id"]
                # Everything in a table is text; what graph.json has as a number is one.
                for name, value in expected.get(identity, {}).items():
                    if isinstance(value, (int, float)) and name in row:
                        row[name] = float(row[name])
                rows[identity] = row
            filled = {
                identity: {name: value for name, value in values.items() if value != ""}
                for identity, values in expected.items()
            }
            self.compare(file, "rows", rows, filled)

    def check_graphviz(self):
        drawing = subprocess.run(
            ["dot", "-Tsvg", str(self.path / "graph.dot")], capture_output=True, text=True, check=False
        )
        self.same("graph.dot", "exit code", drawing.returncode, 0)
        self.same("graph.dot", "warnings", drawing.stderr, "")
        self.same("graph.dot", "drawing", drawing.stdout.rstrip().endswith("</svg>"), True)


def flat(value):
    """A value as formats without lists write it."""
    if isinstance(value, list):
        return "; ".join(flat(member) for member in value)
    return UNREADABLE.sub("", value) if isinstance(value, str) else value


def given(attributes, leave_out=""):
    """igraph gives every attribute to every node: those that the file gave none are empty or not a number."""
    return {
        name: value
        for name, value in attributes.items()
        if name not in leave_out and value != "" and value == value and value is not None
    }


def snake_case(name):
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


def main():
    good = True
    for path in sys.argv[1:]:
        folder = Folder(path)
        for check in (
            folder.check_networkx,
            folder.check_gexf,
            folder.check_igraph,
            folder.check_pandas,
            folder.check_graphviz,
        ):
            check()
        print(f"{path}: {len(folder.nodes)} nodes, {len(folder.edges)} edges: ", end="")
        print("as graph.json" if not folder.faults else f"{len(folder.faults)} faults")
        for fault in folder.faults[:20]:
            print("  " + fault)
        good = good and not folder.faults
    return 0 if good and len(sys.argv) > 1 else 1


if __name__ == "__main__":
    sys.exit(main())
