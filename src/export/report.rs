//! `report.md`: what is in the graph, for people, with pictures beside it in `pictures/`.

use std::cmp::Reverse;
use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::text::one_line;
use super::view::{NodeView, View, entity, paper, topic, years};
use super::{ExportError, ExportOptions, Exporter, Format, Stage};
use crate::analyze::map::{papers_by_year, top_entities, topic_map};
use crate::graph::{KnowledgeGraph, Node, TopicFacts};
use crate::rules::RelationRole;

/// How many entities of a type, papers and topics the report names.
const NAMED: usize = 10;

/// How many parts of a topic the report names.
const PARTS_NAMED: usize = 6;

/// How many papers of a topic the report names.
const PAPERS_TO_BEGIN_WITH: usize = 3;

/// An entity is named among those that rise or fade if one of so many papers names it.
const PAPERS_FOR_ONE_TO_TELL: usize = 2000;

const TREND_EXPLAINED: &str = "Trend: × 2 is twice as often among the recent papers, about the last third, as among \
     the earlier ones, ÷ 2 half as often.";

/// Writes `report.md` and its pictures.
pub struct Report;

impl Exporter for Report {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        let pictures = Pictures::of(view.graph);
        for (name, picture) in pictures.files() {
            stage.file(name, |out| out.write_all(picture.as_bytes()))?;
        }
        stage.file("report.md", |out| write(view, &pictures, out))
    }
}

/// The pictures that the report shows; `None` where the graph has nothing to show in one.
struct Pictures {
    topics: Option<String>,
    years: Option<String>,
    entities: Option<String>,
}

impl Pictures {
    const TOPICS: &str = "pictures/topics.svg";
    const YEARS: &str = "pictures/years.svg";
    const ENTITIES: &str = "pictures/entities.svg";

    fn of(graph: &KnowledgeGraph) -> Self {
        Self { topics: topic_map(graph), years: papers_by_year(graph), entities: top_entities(graph, NAMED) }
    }

    fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [(Self::TOPICS, &self.topics), (Self::YEARS, &self.years), (Self::ENTITIES, &self.entities)];
        all.into_iter().filter_map(|(name, picture)| Some((name, picture.as_deref()?)))
    }
}

/// Writes the whole report.
fn write<W: Write>(view: &View<'_>, pictures: &Pictures, out: &mut W) -> io::Result<()> {
    writeln!(out, "# What is in the graph\n")?;
    if pictures.topics.is_some() {
        writeln!(
            out,
            "![Map of topics: a circle each, as large as its papers are many; lines join topics that share most]({})\n",
            Pictures::TOPICS
        )?;
    }
    write_counts(view, out)?;
    write_relations(view, out)?;
    write_topics(view, out)?;
    if pictures.years.is_some() {
        writeln!(out, "![Papers a year by topic]({})\n", Pictures::YEARS)?;
    }
    write_trends(view, out)?;
    if pictures.entities.is_some() {
        writeln!(out, "![Most named entities by type]({})\n", Pictures::ENTITIES)?;
    }
    write_entities(view, out)?;
    write_papers(view, out)?;
    write_files(out)
}

fn write_counts<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let counts = view.counts();
    write!(out, "{} papers", counts.papers)?;
    if let Some((first, last)) = view.years() {
        write!(out, " from {first} to {last}")?;
    }
    writeln!(out, ", {} entities, {} topics, {} edges.\n", counts.entities, counts.topics, counts.edges)?;
    writeln!(out, "| type | entities | papers that name one |\n| --- | ---: | ---: |")?;
    for entity_type in &view.schema().types {
        let of_type = |node: &Node| entity(node).is_some() && node.type_label(view.schema()) == entity_type.label;
        let mut naming: Vec<_> = view
            .edges()
            .filter(|edge| paper(edge.source).is_some() && of_type(edge.target))
            .map(|edge| edge.source_index)
            .collect();
        naming.sort_unstable();
        naming.dedup();
        let entities = view.nodes().filter(|node| of_type(node.node)).count();
        writeln!(out, "| {} | {entities} | {} |", cell(&entity_type.label), naming.len())?;
    }
    writeln!(out)
}

fn write_relations<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut counts = vec![0_usize; view.schema().relations.len()];
    for edge in view.edges() {
        counts[usize::from(edge.edge.relation.0)] += 1;
    }
    writeln!(out, "| relation | edges | |\n| --- | ---: | --- |")?;
    for (relation, count) in view.schema().relations.iter().zip(counts) {
        writeln!(out, "| {} | {count} | {} |", cell(&relation.label), cell(&relation.description))?;
    }
    writeln!(out)
}

fn write_topics<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut topics: Vec<(NodeView<'_>, &TopicFacts)> =
        view.nodes().filter_map(|node| Some((node, topic(node.node)?))).collect();
    if topics.is_empty() {
        return Ok(());
    }
    topics.sort_by_key(|(_, facts)| Reverse(facts.papers));
    let mut parts: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (node, facts) in &topics {
        if let Some(parent) = facts.parent.as_deref().filter(|&parent| view.graph.node(parent).is_some()) {
            parts.entry(parent).or_default().push(&node.node.label);
        }
    }
    let is_part = |facts: &TopicFacts| facts.parent.as_deref().is_some_and(|parent| parts.contains_key(parent));
    writeln!(
        out,
        "## Topics\n\n| topic | papers | years | trend | told from others by | parts |\n\
         | --- | ---: | --- | ---: | --- | --- |"
    )?;
    for (node, facts) in topics.iter().filter(|(_, facts)| !is_part(facts)) {
        let label = |id: &String| view.graph.node(id).map(|node| node.label.as_ref());
        let telling: Vec<&str> = facts.entities.iter().filter_map(label).take(5).collect();
        let parts = parts.get(node.node.id.as_ref()).map(Vec::as_slice).unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            cell(&node.node.label),
            facts.papers,
            span(node.node),
            trend(node.node),
            cell(&telling.join(", ")),
            cell(&some_of(parts))
        )?;
    }
    let known = topics.iter().any(|(node, _)| node.node.analysis.trend.is_some());
    if known {
        writeln!(out, "\n{TREND_EXPLAINED}")?;
    }
    writeln!(out, "\nPapers to begin with, the most central ones of each topic:\n")?;
    let mut central = central_papers(view);
    for (node, _) in topics.iter().filter(|(_, facts)| !is_part(facts)) {
        let papers = central.remove(node.node.label.as_ref()).unwrap_or_default();
        let titles: Vec<String> = papers.iter().map(|paper| cell(&paper.label)).collect();
        writeln!(out, "- {}: {}", cell(&node.node.label), titles.join("; "))?;
    }
    writeln!(out)
}

/// The papers of every topic with the highest PageRank, by the topic's label.
fn central_papers<'g>(view: &View<'g>) -> FxHashMap<&'g str, Vec<&'g Node>> {
    let mut papers: Vec<&Node> = view.graph.papers().map(|(_, node)| node).collect();
    papers.sort_by(|a, b| b.analysis.pagerank.total_cmp(&a.analysis.pagerank));
    let mut of_topic: FxHashMap<&str, Vec<&Node>> = FxHashMap::default();
    for paper in papers {
        if let Some(topic) = paper.analysis.topic.as_deref() {
            let first = of_topic.entry(topic).or_default();
            if first.len() < PAPERS_TO_BEGIN_WITH {
                first.push(paper);
            }
        }
    }
    of_topic
}

/// The first few names, and how many more there are.
fn some_of(names: &[&str]) -> String {
    let shown = names.iter().take(PARTS_NAMED).copied().collect::<Vec<_>>().join("; ");
    match names.len().saturating_sub(PARTS_NAMED) {
        0 => shown,
        more => format!("{shown}; {more} more"),
    }
}

/// The entities that rise and those that fade most, of those that are named often enough to tell.
fn write_trends<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let fewest = view.counts().papers / PAPERS_FOR_ONE_TO_TELL;
    let mut entities: Vec<(f64, NodeView<'_>)> = view
        .nodes()
        .filter(|node| entity(node.node).is_some_and(|facts| facts.papers as usize >= fewest))
        .filter_map(|node| Some((node.node.analysis.trend?, node)))
        .collect();
    // Stable, so that entities with the same trend stay in the order of the graph.
    entities.sort_by(|a, b| b.0.total_cmp(&a.0));
    let rising: Vec<NodeView<'_>> = entities.iter().filter(|entry| entry.0 >= 1.0).map(|entry| entry.1).collect();
    let fading: Vec<NodeView<'_>> =
        entities.iter().rev().filter(|entry| entry.0 <= -1.0).map(|entry| entry.1).collect();
    for (title, nodes) in [("What rises", rising), ("What fades", fading)] {
        if nodes.is_empty() {
            continue;
        }
        writeln!(out, "## {title}\n\n| | type | papers | years | trend |\n| --- | --- | ---: | --- | ---: |")?;
        for node in nodes.iter().take(NAMED) {
            let papers = entity(node.node).map_or(0, |facts| facts.papers);
            let (label, type_label) = (cell(&node.node.label), cell(node.type_label));
            writeln!(out, "| {label} | {type_label} | {papers} | {} | {} |", span(node.node), trend(node.node))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// First and last year, as far as they are known.
fn span(node: &Node) -> String {
    match years(node).unwrap_or_default() {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(year), _) | (_, Some(year)) => year.to_string(),
        (None, None) => String::new(),
    }
}

/// The trend as a factor or divisor, both above 1; nothing where it is not known.
fn trend(node: &Node) -> String {
    let Some(trend) = node.analysis.trend else {
        return String::new();
    };
    let sign = if trend < 0.0 { '÷' } else { '×' };
    let times = trend.abs().exp2();
    if times < 10.0 { format!("{sign} {times:.1}") } else { format!("{sign} {times:.0}") }
}

fn write_entities<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    for entity_type in &view.schema().types {
        let mut entities: Vec<NodeView<'_>> =
            view.nodes().filter(|node| entity(node.node).is_some() && node.type_label == entity_type.label).collect();
        if entities.is_empty() {
            continue;
        }
        entities.sort_by_key(|node| Reverse(entity(node.node).map(|facts| facts.papers)));
        writeln!(out, "## {}\n\n| | papers | years | also |\n| --- | ---: | --- | --- |", cell(&entity_type.plural))?;
        for node in entities.iter().take(NAMED) {
            let Some(facts) = entity(node.node) else {
                continue;
            };
            let aliases: Vec<&str> = facts.aliases.iter().map(String::as_str).take(3).collect();
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                cell(&node.node.label),
                facts.papers,
                span(node.node),
                cell(&aliases.join(", "))
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Papers with the most entities, and those on which most others build.
fn write_papers<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut entities = vec![0_usize; view.graph.graph.node_count()];
    let mut built_on = entities.clone();
    for edge in view.edges() {
        match edge.relation.role {
            RelationRole::Entity | RelationRole::Contribution => {
                entities[edge.source_index.index()] += 1;
            }
            RelationRole::Citation => built_on[edge.target_index.index()] += 1,
            RelationRole::Family | RelationRole::Topic => {}
        }
    }
    let mut section = |title: &str, column: &str, counts: &[usize]| {
        let mut papers: Vec<NodeView<'_>> =
            view.nodes().filter(|node| paper(node.node).is_some() && counts[node.index.index()] > 0).collect();
        if papers.is_empty() {
            return Ok(());
        }
        papers.sort_by_key(|node| Reverse(counts[node.index.index()]));
        writeln!(out, "## {title}\n\n| paper | year | {column} |\n| --- | --- | ---: |")?;
        for node in papers.iter().take(NAMED) {
            let year = paper(node.node).and_then(|facts| facts.year).map(|year| year.to_string()).unwrap_or_default();
            writeln!(out, "| {} | {year} | {} |", cell(&node.node.label), counts[node.index.index()])?;
        }
        writeln!(out)
    };
    section("Papers that tie most together", "entities", &entities)?;
    section("Papers that others build on", "papers", &built_on)
}

fn write_files<W: Write>(out: &mut W) -> io::Result<()> {
    writeln!(out, "## How to open the files\n")?;
    for format in Format::ALL.into_iter().filter(|&format| format != Format::Report) {
        writeln!(out, "- `--format {format}`: {}", format.purpose())?;
    }
    writeln!(
        out,
        "\n\
         - Gephi: open `graph.graphml` or `graph.gexf`; colours, sizes and places are there without a click.\n\
         - Graphviz: `dot -Tsvg graph.dot -o graph.svg`.\n\
         - Neo4j: `neo4j/import.sh` fills a new database, `neo4j/load.cypher` adds to one.\n\
         - Ladybug: run `schema.cypher`, then `copy.cypher`, from within `ladybug/`."
    )
}

/// A text that stays within its cell of a table, its heading or its item of a list and is not read as markup.
fn cell(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::new();
    for (at, character) in text.char_indices() {
        let is_markup = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$' | '#' => true,
            // At the beginning these make a list, or a line below a heading.
            '+' | '-' | '=' => at == 0,
            '.' | ')' => text[..at].bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_together() {
        assert_eq!(cell("a | b\n<i>*c*</i>"), r"a \| b \<i\>\*c\*\</i\>");
        assert_eq!(cell("# a - b #"), r"\# a - b \#");
        assert_eq!(cell("- 1. a"), r"\- 1. a");
        assert_eq!(cell("10. a.b"), r"10\. a.b");
    }
}
