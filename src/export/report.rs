//! `report.md`: what is in the graph, for people.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::text::one_line;
use super::view::{NodeView, View, entity, paper, topic};
use super::{ExportError, ExportOptions, Exporter, Format, Stage};
use crate::graph::Node;
use crate::rules::RelationRole;

/// How many entities of a type, papers and topics the report names.
const NAMED: usize = 10;

/// Writes `report.md`.
pub struct Report;

impl Exporter for Report {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("report.md", |out| write(view, out))
    }
}

/// Writes the whole report.
pub fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    writeln!(out, "# What is in the graph\n")?;
    write_counts(view, out)?;
    write_relations(view, out)?;
    write_topics(view, out)?;
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
    let mut topics: Vec<NodeView<'_>> = view.nodes().filter(|node| topic(node.node).is_some()).collect();
    if topics.is_empty() {
        return Ok(());
    }
    topics.sort_by_key(|node| Reverse(topic(node.node).map(|facts| facts.papers)));
    writeln!(out, "## Topics\n\n| topic | papers | told from others by |\n| --- | ---: | --- |")?;
    for node in topics {
        let Some(facts) = topic(node.node) else {
            continue;
        };
        let within = facts.parent.as_deref().and_then(|id| view.graph.node(id));
        let within = within.map(|parent| format!(" (in {})", parent.label)).unwrap_or_default();
        let label = |id: &String| view.graph.node(id).map(|node| node.label.as_str());
        let telling: Vec<&str> = facts.entities.iter().filter_map(label).take(5).collect();
        let label = cell(&format!("{}{within}", node.node.label));
        writeln!(out, "| {label} | {} | {} |", facts.papers, cell(&telling.join(", ")))?;
    }
    writeln!(out)
}

fn write_entities<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    for entity_type in &view.schema().types {
        let mut entities: Vec<NodeView<'_>> =
            view.nodes().filter(|node| entity(node.node).is_some() && node.type_label == entity_type.label).collect();
        if entities.is_empty() {
            continue;
        }
        entities.sort_by_key(|node| Reverse(entity(node.node).map(|facts| facts.papers)));
        writeln!(
            out,
            "## {}\n\n| | papers | years | also |\n| --- | ---: | --- | --- |",
            one_line(&entity_type.plural)
        )?;
        for node in entities.iter().take(NAMED) {
            let Some(facts) = entity(node.node) else {
                continue;
            };
            let years = match (facts.first_year, facts.last_year) {
                (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
                (Some(year), _) | (_, Some(year)) => year.to_string(),
                _ => String::new(),
            };
            let aliases: Vec<&str> = facts.aliases.iter().map(String::as_str).take(3).collect();
            writeln!(
                out,
                "| {} | {} | {years} | {} |",
                cell(&node.node.label),
                facts.papers,
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

/// A text that stays within its cell of a table and is not read as markup.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for character in one_line(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$') {
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
    }
}
