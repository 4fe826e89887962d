#!/usr/bin/env python3
"""Measures the topics of a built graph: their modularity against igraph's and leidenalg's on the same projection, and
whether papers of one topic agree in what the source knows of them (keywords, venue, authors).

    compare_topics.py PROGRAM GRAPH [SEEDS]

PROGRAM is papergraph, GRAPH a graph.json that it built. papergraph writes the projection of papers, at the resolution
that it chooses itself, and says how long the search took; the others then search on the same links at the same
resolution, from SEEDS seeds each (5 if left out), of which the best counts. Fails where papergraph's topics have less
than 0.99 of the best quality found.
Needs: pip install igraph leidenalg
"""

import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import igraph
import leidenalg

# Pairs of papers that are drawn to see whether they agree.
PAIRS = 200_000


def export(program, graph, folder, *options):
    """Has papergraph look for topics anew; returns what it says on standard error."""
    command = [program, "export", "--verbose", "--graph", graph, "--out", folder, "--no-layout"]
    command += ["--view", "papers", "--format", "csv", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def seconds_of_search(said):
    """The time between the lines `papers linked ...` and `topics found, nodes ranked`: nodes are ranked beside the search."""
    linked, found = (re.search(rf"{step} after ([\d.]+) s", said) for step in ("what they share", "\ntopics found, nodes ranked"))
    return float(found[1]) - float(linked[1])


def projection(folder):
    """The papers, the topic of each, and the links between papers."""
    with open(folder / "nodes.csv", newline="", encoding="utf-8") as file:
        papers = {row["Id"]: row["Topic"] for row in csv.DictReader(file) if row["Type"] == "Paper"}
    with open(folder / "edges.csv", newline="", encoding="utf-8") as file:
        links = [
            (row["Source"], row["Target"], float(row["Weight"]))
            for row in csv.DictReader(file)
            if row["Kind"] == "related_to"
        ]
    return papers, links


def graph_of(papers, links):
    number = {paper: place for place, paper in enumerate(papers)}
    graph = igraph.Graph(n=len(papers), edges=[(number[a], number[b]) for a, b, _ in links])
    graph.es["weight"] = [weight for _, _, weight in links]
    return graph


def membership(topics):
    """Numbers of communities; papers without a topic are alone."""
    numbers = {}
    return [numbers.setdefault(topic or f"alone {place}", len(numbers)) for place, topic in enumerate(topics)]


def quality(graph, communities, resolution):
    return graph.modularity(communities, weights="weight", resolution=resolution)


def by_igraph(graph, resolution, seed):
    random.seed(seed)
    return graph.community_leiden(
        objective_function="modularity", weights="weight", resolution=resolution, n_iterations=-1
    ).membership


def by_leidenalg(graph, resolution, seed):
    return leidenalg.find_partition(
        graph,
        leidenalg.RBConfigurationVertexPartition,
        weights="weight",
        resolution_parameter=resolution,
        n_iterations=-1,
        seed=seed,
    ).membership


def compare(program, graph_json, seeds):
    with tempfile.TemporaryDirectory() as folder:
        said = export(program, graph_json, folder)
        resolution = re.search(r"resolution ([\d.]+)", said)[1]
        chosen = seconds_of_search(said)
        alone = seconds_of_search(export(program, graph_json, folder, "--resolution", resolution))
        papers, links = projection(Path(folder))
    resolution = float(resolution)
    graph = graph_of(papers, links)
    print(f"{graph.vcount()} papers, {graph.ecount()} links, resolution {resolution}")
    print("| | topics of 3 papers and more | quality at the resolution | modularity | seconds |")
    print("| --- | ---: | ---: | ---: | ---: |")
    best = 0.0

    def line(name, communities, seconds):
        sizes = defaultdict(int)
        for community in communities:
            sizes[community] += 1
        topics = sum(size > 2 for size in sizes.values())
        figure = quality(graph, communities, resolution)
        modularity = quality(graph, communities, 1.0)
        print(f"| {name} | {topics} | {figure:.4f} | {modularity:.4f} | {seconds} |", flush=True)
        return figure

    own = line("papergraph", membership(papers.values()), f"{alone:.1f}; {chosen:.1f} with the resolution searched")
    for name, search in (("igraph", by_igraph), ("leidenalg", by_leidenalg)):
        started = time.monotonic()
        tries = [search(graph, resolution, seed) for seed in range(seeds)]
        each = (time.monotonic() - started) / seeds
        found = max(tries, key=lambda communities: quality(graph, communities, resolution))
        best = max(best, line(f"{name}, best of {seeds}", found, f"{each:.1f} a seed"))
    print(f"papergraph has {own / best:.4f} of the better quality")
    return own >= 0.99 * best, papers


def agreement(graph_json, topics):
    """How often two papers agree in a fact, within topics and across, on pairs drawn at random."""
    facts = defaultdict(dict)
    with open(graph_json, encoding="utf-8") as file:
        for text in file:
            # One node stands on a line.
            if text.startswith('{"id":"paper:'):
                node = json.loads(text.rstrip().rstrip(","))
                for name in ("keywords", "venue", "authors"):
                    value = node.get(name, [])
                    if value and topics.get(node["id"]):
                        facts[name][node["id"]] = frozenset([value] if isinstance(value, str) else value)
    if not facts:
        return
    draw = random.Random(1)
    print("\n| two papers agree in | within a topic | across topics | times |\n| --- | ---: | ---: | ---: |")
    for name, known in facts.items():
        groups = defaultdict(list)
        for paper in known:
            groups[topics[paper]].append(paper)
        ids = list(known)
        counts = {True: [0, 0], False: [0, 0]}
        for _ in range(PAIRS):
            first = draw.choice(ids)
            for other in (draw.choice(groups[topics[first]]), draw.choice(ids)):
                if other != first:
                    count = counts[topics[first] == topics[other]]
                    count[0] += not known[first].isdisjoint(known[other])
                    count[1] += 1
        within, across = (agreeing / max(1, pairs) for agreeing, pairs in (counts[True], counts[False]))
        times = f"{within / across:.1f}" if across else "-"
        print(f"| {name} ({len(ids)} papers) | {within:.4f} | {across:.4f} | {times} |")


def main():
    program, graph_json = sys.argv[1:3]
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    good, topics = compare(program, graph_json, seeds)
    agreement(graph_json, topics)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
