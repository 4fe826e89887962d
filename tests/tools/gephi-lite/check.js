// Opens graph.graphml and graph.gexf of output folders with the readers that Gephi Lite uses, and compares every node
// and edge with graph.json.
//
//     node check.js FOLDER ...
//
// Needs: npm install

import { readFileSync } from "node:fs";
import { join } from "node:path";

import graphology from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";

const Graph = graphology.MultiDirectedGraph;

/** What papergraph leaves out of all formats but JSON and RDF. */
const UNREADABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g;

/** A value as formats without lists write it. */
function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join("; ");
  return typeof value === "string" ? value.replace(UNREADABLE, "") : value;
}

/** The XML reader for Node takes these for line ends, as XML 1.1 says; that of browsers, where Gephi Lite runs, does not. */
const LINE_ENDS = /[\x85\u2028]/;

/** The text with every line end and space alike. */
function blurred(text) {
  return typeof text === "string" ? text.replace(/[\x85\u2028\s]/g, " ") : text;
}

/** The colour as `#rrggbb`, however a reader writes it. */
function hex(color) {
  const channels = /^rgb\((\d+),(\d+),(\d+)\)$/.exec(color);
  return channels ? "#" + channels.slice(1).map((channel) => (+channel).toString(16).padStart(2, "0")).join("") : color;
}

/** Nodes and edges of graph.json by id, with the attributes that every format has. */
function expected(folder) {
  const json = JSON.parse(readFileSync(join(folder, "graph.json"), "utf8"));
  const sentences = new Map(json.nodes.map((node) => [node.id, node.sentences ?? []]));
  const nodes = new Map();
  for (const { id, sentences: _, ...values } of json.nodes) nodes.set(flat(id), values);
  const edges = new Map();
  for (const { id, source, target, evidence, rules, ...values } of json.edges) {
    if (evidence) values.sentence = sentences.get(source)[evidence[0]];
    if (rules) values.rules = rules.map((rule) => json.meta.rules[rule]);
    edges.set(id, { ends: [flat(source), flat(target)], values });
  }
  return { nodes, edges };
}

class Check {
  constructor(file, read) {
    this.faults = [];
    this.graph = read(Graph, readFileSync(file, "utf8"));
  }

  same(what, got, wanted) {
    const equal =
      typeof got === "number" && typeof wanted === "number"
        ? Math.abs(got - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted))
        : LINE_ENDS.test(wanted)
          ? blurred(got) === blurred(wanted)
          : got === wanted;
    if (!equal) this.faults.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
  }

  compare({ nodes, edges }) {
    this.same("nodes", this.graph.order, nodes.size);
    this.same("edges", this.graph.size, edges.size);
    const read = new Map(this.graph.nodes().map((id) => [blurred(id), id]));
    for (const [id, values] of nodes) {
      const found = read.get(blurred(id));
      if (found === undefined) this.faults.push(`node ${id} is missing`);
      else this.attributes(id, this.graph.getNodeAttributes(found), values);
    }
    for (const [id, { ends, values }] of edges) {
      if (!this.graph.hasEdge(id)) this.faults.push(`edge ${id} is missing`);
      else {
        this.same(`ends of ${id}`, this.graph.extremities(id).join(" "), ends.join(" "));
        this.attributes(id, this.graph.getEdgeAttributes(id), values);
      }
    }
  }

  attributes(id, got, wanted) {
    for (const [name, value] of Object.entries(wanted)) {
      // A reader leaves out what is empty.
      const found = name === "color" ? hex(got[name]) : got[name] ?? "";
      this.same(`${name} of ${id}`, found, flat(value));
    }
  }
}

let good = process.argv.length > 2;
for (const folder of process.argv.slice(2)) {
  const wanted = expected(folder);
  for (const [name, read] of [["graph.graphml", graphml.parse], ["graph.gexf", gexf.parse]]) {
    const check = new Check(join(folder, name), read);
    check.compare(wanted);
    const count = check.faults.length;
    console.log(`${join(folder, name)}: ${count === 0 ? "as graph.json" : `${count} faults`}`);
    check.faults.slice(0, 20).forEach((fault) => console.log(`  ${fault}`));
    good &&= count === 0;
  }
}
process.exitCode = good ? 0 : 1;
