//! `graph.dot`: a drawing for Graphviz that a person can read and print.
//!
//! Papers are boxes, entities are ellipses in the colour of their type; an edge has the colour of its relation, is bold
//! where the paper brings the thing into the world and dashed where it only names it, so that the drawing also works in
//! black and white. Topics are boxes around their nodes. Of a large graph only the most telling nodes are drawn; the
//! other papers of a topic are one node, whose edges are counted by relation, and the caption says what was left out.

mod label;
mod look;
mod select;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use graphviz_rust::dot_structures::{Attribute, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph};
use graphviz_rust::printer::{DotPrinter, PrinterContext};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use self::label::{html, quote, quote_lines, wrap};
use self::look::{color_or, edge_statement, edge_style, entity_style, line_style, node_id, paper_style, plain, shown};
use self::select::{Selection, select};
use super::style::PAPER_COLOR;
use super::tables::Kind;
use super::view::{EdgeView, View, entity, paper};
use super::{ExportError, ExportOptions, Exporter, GENERATOR, Stage};
use crate::graph::KnowledgeGraph;
use crate::rules::RelationRole;

/// Writes `graph.dot`.
pub struct Dot;

impl Exporter for Dot {
    fn write(&self, view: &View<'_>, stage: &Stage, options: &ExportOptions) -> Result<(), ExportError> {
        let drawing = draw(view, &options.dot)?;
        stage.file("graph.dot", |out| out.write_all(drawing.as_bytes()))
    }
}

/// What part of the graph a drawing shows, and how.
#[derive(Clone, Debug)]
pub struct DotOptions {
    /// Only the topic or sub-topic with this label or id.
    pub topic: Option<String>,
    /// Only what is within so many steps of the node with this id or name.
    pub around: Option<(String, u32)>,
    /// Only the family of the entity with this id or name: what it is a version of and its versions.
    pub family: Option<String>,
    /// The most nodes to draw.
    pub max_nodes: usize,
    /// Years from left to right.
    pub timeline: bool,
}

impl Default for DotOptions {
    fn default() -> DotOptions {
        DotOptions { topic: None, around: None, family: None, max_nodes: 150, timeline: false }
    }
}

/// Draws a graph, or a part of it, in the language of Graphviz.
///
/// # Errors
/// [`ExportError::UnknownTopic`] and [`ExportError::UnknownNode`] where the options name what is not there.
pub fn to_dot(graph: &KnowledgeGraph, options: &DotOptions) -> Result<String, ExportError> {
    draw(&View::new(graph), options)
}

fn draw(view: &View<'_>, options: &DotOptions) -> Result<String, ExportError> {
    let drawing = Drawing::new(view, options, select(view, options)?);
    let graph = Graph::DiGraph { id: Id::Plain("papergraph".to_owned()), strict: false, stmts: drawing.statements() };
    let mut text = format!("// {GENERATOR}: {}\n", drawing.caption());
    let _ = writeln!(text, "// dot -Tsvg graph.dot -o graph.svg");
    text.push_str(&graph.print(&mut PrinterContext::default()));
    text.push('\n');
    Ok(text)
}

/// Papers of a topic that are not drawn one by one.
struct MorePapers {
    count: usize,
    /// For each drawn entity of the topic the relation that most of these papers have to it.
    edges: Vec<(NodeIndex, u8, usize)>,
}

struct Drawing<'v, 'g> {
    view: &'v View<'g>,
    options: &'v DotOptions,
    selection: Selection,
    edges: Vec<EdgeView<'g>>,
    /// Drawn nodes by topic, with the papers of the topic that are not drawn.
    topics: BTreeMap<Option<&'g str>, (Vec<NodeIndex>, MorePapers)>,
}

impl<'v, 'g> Drawing<'v, 'g> {
    fn new(view: &'v View<'g>, options: &'v DotOptions, selection: Selection) -> Drawing<'v, 'g> {
        let drawn = |index: NodeIndex| selection.drawn.binary_search(&index).is_ok();
        let edges = view
            .edges()
            .filter(|edge| edge.relation.role != RelationRole::Topic)
            .filter(|edge| drawn(edge.source_index) && drawn(edge.target_index))
            .collect();
        let topic = |index: &NodeIndex| view.graph.graph[*index].analysis.topic.as_deref();
        let mut members: BTreeMap<Option<&str>, (Vec<NodeIndex>, Vec<NodeIndex>)> = BTreeMap::new();
        for index in &selection.drawn {
            members.entry(topic(index)).or_default().0.push(*index);
        }
        for index in &selection.left_out {
            if let Some((_, hidden)) = members.get_mut(&topic(index)) {
                hidden.push(*index);
            }
        }
        let topics =
            members.into_iter().map(|(label, (drawn, hidden))| (label, (drawn.clone(), more(view, &drawn, &hidden))));
        let topics = topics.collect();
        Drawing { view, options, selection, edges, topics }
    }

    fn caption(&self) -> String {
        let drawn = self.selection.drawn.len();
        let all = drawn + self.selection.left_out.len();
        let subject = wrap(&self.selection.subject, 120, 1).join("");
        if self.selection.left_out.is_empty() {
            return format!("{subject}: {drawn} nodes, {} edges", self.edges.len());
        }
        let count = |wanted: Kind| {
            let nodes = &self.view.graph.graph;
            self.selection.left_out.iter().filter(|&&index| Kind::of(&nodes[index]) == wanted).count()
        };
        format!(
            "{subject}: the {drawn} most important of {all} nodes, {} edges; not drawn: papers {}, entities {}",
            self.edges.len(),
            count(Kind::Paper),
            count(Kind::Entity)
        )
    }

    fn statements(&self) -> Vec<Stmt> {
        let mut statements = self.settings();
        if self.options.timeline {
            self.place_by_year(&mut statements);
        } else if self.is_tree() {
            statements.extend(self.selection.drawn.iter().map(|&index| self.node(index)));
        } else {
            self.place_by_topic(&mut statements);
            if !self.is_map() {
                statements.extend(self.right_column());
            }
        }
        for edge in &self.edges {
            statements.push(self.edge(edge));
        }
        statements.push(self.legend());
        statements
    }

    /// A family is drawn as the tree that it is, whatever topics its members are in.
    fn is_tree(&self) -> bool {
        self.options.family.is_some() && !self.options.timeline
    }

    /// Many nodes of several topics are drawn as a map of topics; two columns would be too long to see at once.
    fn is_map(&self) -> bool {
        let topics = self.topics.keys().flatten().count();
        !self.options.timeline && !self.is_tree() && topics > 1 && self.selection.drawn.len() > 60
    }

    fn settings(&self) -> Vec<Stmt> {
        let caption = wrap(&self.caption(), 100, 4);
        let mut graph = vec![
            plain("charset", "UTF-8"),
            plain("fontname", "Helvetica"),
            Attribute(Id::Plain("label".into()), Id::Escaped(quote_lines(&caption))),
            plain("labelloc", "b"),
            // A map is wide, so what names its parts has to be large.
            plain("fontsize", if self.is_map() { "36" } else { "14" }),
        ];
        if self.is_map() {
            graph.extend([plain("layout", "fdp"), plain("K", "0.4"), plain("overlap", "prism"), plain("start", "1")]);
        } else {
            graph.extend(self.columns());
        }
        vec![
            Stmt::GAttribute(GraphAttributes::Graph(graph)),
            Stmt::GAttribute(GraphAttributes::Node(vec![
                plain("fontname", "Helvetica"),
                plain("fontsize", "10"),
                plain("margin", "0.08,0.04"),
                plain("height", "0.2"),
            ])),
            Stmt::GAttribute(GraphAttributes::Edge(vec![
                plain("fontname", "Helvetica"),
                plain("fontsize", "9"),
                plain("arrowsize", "0.6"),
            ])),
        ]
    }

    fn columns(&self) -> [Attribute; 5] {
        // Papers at the left and entities at the right, or years from left to right; a family has the general thing
        // at the left and its versions to the right of it.
        let (direction, between_columns) = match (self.options.timeline, self.is_tree()) {
            (true, _) => ("LR", "0.8"),
            (_, true) => ("RL", "0.8"),
            _ => ("LR", "2.5"),
        };
        [
            plain("layout", "dot"),
            plain("rankdir", direction),
            plain("ranksep", between_columns),
            plain("newrank", "true"),
            plain("nodesep", "0.08"),
        ]
    }

    /// A box a topic, large topics first, then what is in none.
    fn place_by_topic(&self, statements: &mut Vec<Stmt>) {
        let mut topics: Vec<_> = self.topics.iter().collect();
        topics.sort_by_key(|(label, (nodes, more))| (label.is_none(), usize::MAX - nodes.len() - more.count));
        for (position, (label, (nodes, more))) in topics.into_iter().enumerate() {
            let mut inside: Vec<Stmt> = nodes.iter().map(|&index| self.node(index)).collect();
            if more.count > 0 {
                inside.extend(self.more_papers(position, more));
            }
            match label {
                Some(label) => {
                    let style = [
                        shown("label", label),
                        plain("labelloc", "t"),
                        plain("style", "rounded,filled"),
                        plain("color", "#999999"),
                        plain("fillcolor", "#f7f7f7"),
                        plain("fontsize", if self.is_map() { "48" } else { "16" }),
                    ];
                    let mut stmts: Vec<Stmt> = style.into_iter().map(Stmt::Attribute).collect();
                    stmts.append(&mut inside);
                    statements.push(Stmt::Subgraph(Subgraph { id: Id::Plain(format!("cluster_{position}")), stmts }));
                }
                None => statements.append(&mut inside),
            }
        }
    }

    /// All entities in one column, where there are papers for the other.
    fn right_column(&self) -> Option<Stmt> {
        let nodes = &self.view.graph.graph;
        let (entities, papers): (Vec<NodeIndex>, Vec<NodeIndex>) =
            self.selection.drawn.iter().partition(|&&index| entity(&nodes[index]).is_some());
        if papers.is_empty() {
            return None;
        }
        let mut stmts = vec![Stmt::Attribute(plain("rank", "same"))];
        stmts.extend(entities.iter().map(|&index| Stmt::Node(Node::new(node_id(&nodes[index].id), Vec::new()))));
        Some(Stmt::Subgraph(Subgraph { id: Id::Plain("entities".to_owned()), stmts }))
    }

    fn more_papers(&self, position: usize, more: &MorePapers) -> Vec<Stmt> {
        let name = node_id(&format!("more {position}"));
        let label = if more.count == 1 { "1 more paper".to_owned() } else { format!("{} more papers", more.count) };
        let mut statements = vec![Stmt::Node(Node::new(
            name.clone(),
            vec![
                shown("label", &label),
                plain("shape", "box3d"),
                plain("style", "filled"),
                plain("fillcolor", "#ffffff"),
            ],
        ))];
        for &(target, relation, count) in &more.edges {
            let relation = &self.view.schema().relations[usize::from(relation)];
            let mut attributes = edge_style(relation);
            attributes.push(shown("label", &format!("{} ×{count}", relation.label)));
            attributes.push(plain("fontcolor", color_or(&relation.color, "#000000")));
            statements.push(edge_statement(name.clone(), node_id(&self.view.graph.graph[target].id), attributes));
        }
        statements
    }

    /// A column a year; papers stand in their year, entities in the first that is known of them.
    fn place_by_year(&self, statements: &mut Vec<Stmt>) {
        let mut years: BTreeMap<Option<i32>, Vec<NodeIndex>> = BTreeMap::new();
        let mut first_linked: FxHashMap<NodeIndex, i32> = FxHashMap::default();
        for edge in &self.edges {
            if let Some(year) = edge.year() {
                let first = first_linked.entry(edge.target_index).or_insert(year);
                *first = year.min(*first);
            }
        }
        for &index in &self.selection.drawn {
            let node = &self.view.graph.graph[index];
            let year = match (paper(node), entity(node)) {
                (Some(facts), _) => facts.year,
                (_, Some(facts)) => facts.first_year.or_else(|| first_linked.get(&index).copied()),
                _ => None,
            };
            years.entry(year).or_default().push(index);
        }
        let mut before: Option<NodeId> = None;
        for (year, nodes) in years {
            let text = year.map_or_else(|| "no year".to_owned(), |year| year.to_string());
            let id = node_id(&format!("year {text}"));
            let mut stmts = vec![
                Stmt::Attribute(plain("rank", "same")),
                Stmt::Node(Node::new(
                    id.clone(),
                    vec![shown("label", &text), plain("shape", "plaintext"), plain("fontsize", "16")],
                )),
            ];
            stmts.extend(nodes.into_iter().map(|index| self.node(index)));
            statements.push(Stmt::Subgraph(Subgraph { id: Id::Escaped(quote(&text)), stmts }));
            if let Some(before) = before.replace(id.clone()) {
                statements.push(edge_statement(before, id, vec![plain("color", "#bbbbbb")]));
            }
        }
    }

    fn node(&self, index: NodeIndex) -> Stmt {
        let node = self.view.node(index);
        let mut attributes =
            if paper(node.node).is_some() { paper_style(&node) } else { entity_style(&node, self.view.schema()) };
        attributes.push(shown("tooltip", &format!("{}: {}", node.type_label, node.node.label)));
        let url = match (paper(node.node), entity(node.node)) {
            (Some(facts), _) => facts.url.as_deref(),
            (_, Some(facts)) => facts.url.as_deref(),
            _ => None,
        };
        // A drawing in a page must not run what somebody wrote as an address.
        if let Some(url) = url.filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
            attributes.push(shown("URL", url));
        }
        Stmt::Node(Node::new(node_id(&node.node.id), attributes))
    }

    fn edge(&self, edge: &EdgeView<'_>) -> Stmt {
        let mut attributes = edge_style(edge.relation);
        let mut evidence = format!("{} ({:.2})", edge.relation.label, edge.confidence());
        if let Some(sentence) = edge.sentence() {
            let _ = write!(evidence, ": {}", wrap(&sentence, 300, 1).join(""));
        }
        attributes.push(shown("tooltip", &evidence));
        let in_one_column = edge.relation.role == RelationRole::Citation && !self.is_tree();
        if self.options.timeline || in_one_column {
            // The years alone, or what the ends are, decide where things stand.
            attributes.push(plain("constraint", "false"));
        }
        if self.crosses_topics(edge) && !self.options.timeline {
            // What ties topics together is there to be followed, but stays behind what is in a topic.
            attributes
                .retain(|Attribute(name, _)| !matches!(name, Id::Plain(name) if name == "color" || name == "penwidth"));
            let faint = format!("{}70", color_or(&edge.relation.color, "#000000"));
            attributes.extend([plain("color", &faint), plain("penwidth", "0.6"), plain("weight", "0")]);
        }
        edge_statement(node_id(&edge.source.id), node_id(&edge.target.id), attributes)
    }

    fn crosses_topics(&self, edge: &EdgeView<'_>) -> bool {
        let [source, target] = [edge.source, edge.target].map(|node| node.analysis.topic.as_deref());
        self.options.topic.is_none() && !self.is_tree() && source != target && self.topics.len() > 1
    }

    /// What the shapes and colours mean: only those that occur.
    fn legend(&self) -> Stmt {
        let nodes = || self.selection.drawn.iter().map(|&index| self.view.node(index));
        let mut rows = String::from("<TR><TD COLSPAN=\"2\"><B>Legend</B></TD></TR>");
        if nodes().any(|node| paper(node.node).is_some()) {
            let _ =
                write!(rows, "<TR><TD BORDER=\"1\" COLOR=\"{PAPER_COLOR}\"> </TD><TD ALIGN=\"LEFT\">Paper</TD></TR>");
        }
        for entity_type in &self.view.schema().types {
            if nodes().any(|node| node.type_label == entity_type.label) {
                let color = color_or(&entity_type.color, PAPER_COLOR);
                let label = html(&entity_type.label);
                let _ = write!(rows, "<TR><TD BGCOLOR=\"{color}\"> </TD><TD ALIGN=\"LEFT\">{label}</TD></TR>");
            }
        }
        for relation in &self.view.schema().relations {
            if self.edges.iter().any(|edge| edge.relation.id == relation.id) {
                let color = color_or(&relation.color, "#000000");
                let line = match line_style(relation) {
                    "bold" => "━▶",
                    "dashed" => "╌▷",
                    _ => "─▷",
                };
                let label = html(&relation.label);
                let _ = write!(
                    rows,
                    "<TR><TD><FONT COLOR=\"{color}\">{line}</FONT></TD><TD ALIGN=\"LEFT\">{label}</TD></TR>"
                );
            }
        }
        let table =
            format!("<<TABLE BORDER=\"1\" COLOR=\"#999999\" CELLBORDER=\"0\" CELLSPACING=\"2\">{rows}</TABLE>>");
        Stmt::Node(Node::new(
            node_id("legend"),
            vec![
                plain("shape", "plain"),
                plain("fontsize", if self.is_map() { "24" } else { "10" }),
                Attribute(Id::Plain("label".into()), Id::Html(table)),
            ],
        ))
    }
}

/// What the hidden papers of a topic have to do with its drawn entities.
fn more(view: &View<'_>, drawn: &[NodeIndex], hidden: &[NodeIndex]) -> MorePapers {
    let hidden_papers = || hidden.iter().filter(|&&index| paper(&view.graph.graph[index]).is_some());
    let mut counts: BTreeMap<NodeIndex, BTreeMap<u8, usize>> = BTreeMap::new();
    for &index in hidden_papers() {
        for edge in view.graph.graph.edges_directed(index, Direction::Outgoing) {
            let relation = edge.weight().relation;
            let role = view.schema().relation(relation).role;
            let telling = matches!(role, RelationRole::Entity | RelationRole::Contribution);
            if telling && drawn.binary_search(&edge.target()).is_ok() {
                *counts.entry(edge.target()).or_default().entry(relation.0).or_default() += 1;
            }
        }
    }
    let strongest = |relations: BTreeMap<u8, usize>| {
        // Of equally frequent relations the stronger, which the schema names first.
        relations.into_iter().max_by_key(|&(relation, count)| (count, u8::MAX - relation))
    };
    let edges = counts.into_iter().filter_map(|(target, relations)| {
        let (relation, count) = strongest(relations)?;
        (count > 1).then_some((target, relation, count))
    });
    MorePapers { count: hidden_papers().count(), edges: edges.collect() }
}
