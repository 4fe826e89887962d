//! Finding nodes by name.

use petgraph::graph::NodeIndex;

use super::{KnowledgeGraph, Node, NodeKind};
use crate::text::normal_form;

/// Names that an error suggests.
pub(super) const MOST_SUGGESTIONS: usize = 5;

/// How well a name fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The id, or a name with the same normal form.
    Exact,
    /// The name begins with the query.
    Prefix,
    /// The query stands in the name as whole words.
    Word,
    /// The query stands anywhere in the name.
    Substring,
}

/// A node that fits a query.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit<'g> {
    /// Its position.
    pub index: NodeIndex,
    /// The node.
    pub node: &'g Node,
    /// How well it fits.
    pub kind: Match,
    /// The name that fits: the label or an alias.
    pub matched: &'g str,
}

/// Finds nodes by id, name and alias, the best fit first, then what most papers speak of, then by id.
///
/// Letter case, hyphens and plural endings do not matter. An empty query fits nothing.
pub fn search<'g>(graph: &'g KnowledgeGraph, query: &str) -> Vec<SearchHit<'g>> {
    let wanted = normal_form(query);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<SearchHit<'g>> =
        graph.nodes().filter_map(|(index, node)| hit(index, node, query, &wanted)).collect();
    hits.sort_by(|one, other| {
        (one.kind, std::cmp::Reverse(one.node.paper_count()), &one.node.id).cmp(&(
            other.kind,
            std::cmp::Reverse(other.node.paper_count()),
            &other.node.id,
        ))
    });
    hits
}

fn hit<'g>(index: NodeIndex, node: &'g Node, query: &str, wanted: &str) -> Option<SearchHit<'g>> {
    if is_id(node, query) {
        return Some(SearchHit { index, node, kind: Match::Exact, matched: &node.label });
    }
    let (kind, matched) =
        names(node).filter_map(|name| Some((fit(&normal_form(name), wanted)?, name))).min_by_key(|(kind, _)| *kind)?;
    Some(SearchHit { index, node, kind, matched })
}

/// The label and the aliases.
pub(super) fn names(node: &Node) -> impl Iterator<Item = &str> {
    std::iter::once(node.label.as_ref()).chain(node.aliases().iter().map(String::as_str))
}

/// Is the query the node's id? A paper's may be given without `paper:`.
fn is_id(node: &Node, query: &str) -> bool {
    let query = query.trim();
    let is_paper = matches!(node.kind, NodeKind::Paper(_));
    *node.id == *query || (is_paper && node.id.strip_prefix("paper:") == Some(query))
}

/// How a normal form fits another one that is wanted.
pub(super) fn fit(form: &str, wanted: &str) -> Option<Match> {
    let first = form.find(wanted)?;
    if form.len() == wanted.len() {
        return Some(Match::Exact);
    }
    if first == 0 {
        return Some(Match::Prefix);
    }
    let is_edge = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
    let whole_words = form
        .match_indices(wanted)
        .any(|(at, part)| is_edge(form[..at].chars().next_back()) && is_edge(form[at + part.len()..].chars().next()));
    Some(if whole_words { Match::Word } else { Match::Substring })
}

/// A node that a name means, and others that it could mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The node: by id, else by a name written just so, else by label, else by alias; of several the one that most
    /// papers speak of.
    pub index: NodeIndex,
    /// Other nodes with exactly this name.
    pub others: Vec<NodeIndex>,
}

/// A name that means no node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the graph has no node called \"{name}\"{}", suggestion_text(.suggestions))]
pub struct FindError {
    /// The name asked for.
    pub name: String,
    /// Ids and labels of the nodes with the nearest names, nearest first.
    pub suggestions: Vec<(String, String)>,
}

fn suggestion_text(suggestions: &[(String, String)]) -> String {
    if suggestions.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = suggestions.iter().map(|(id, label)| format!("\n  {id}  ({label})")).collect();
    format!("; did you mean one of these?{}", lines.concat())
}

/// Finds the node that a person means by an id or a name.
pub fn find(graph: &KnowledgeGraph, name: &str) -> Result<Found, FindError> {
    let trimmed = name.trim();
    let by_id = graph.node_index(trimmed).or_else(|| graph.node_index(&format!("paper:{trimmed}")));
    if let Some(index) = by_id {
        return Ok(Found { index, others: Vec::new() });
    }
    let wanted = normal_form(name);
    let hits = search(graph, name);
    let mut exact: Vec<&SearchHit<'_>> = hits.iter().take_while(|hit| hit.kind == Match::Exact).collect();
    // Letter case tells "LoRA" from "LoRa", a label means more than an alias, else the order of the search stays.
    exact.sort_by_key(|hit| {
        let is_written_so = names(hit.node).any(|form| form == trimmed);
        (!is_written_so, normal_form(&hit.node.label) != wanted)
    });
    match exact.split_first() {
        Some((first, others)) => Ok(Found { index: first.index, others: others.iter().map(|hit| hit.index).collect() }),
        None => Err(FindError { name: name.to_owned(), suggestions: suggestions(graph, &wanted, &hits) }),
    }
}

/// The nodes with the nearest names: those that hold the name, then those a few letters away.
fn suggestions(graph: &KnowledgeGraph, wanted: &str, hits: &[SearchHit<'_>]) -> Vec<(String, String)> {
    let mut nearest: Vec<&Node> = hits.iter().take(MOST_SUGGESTIONS).map(|hit| hit.node).collect();
    if nearest.len() < MOST_SUGGESTIONS && !wanted.is_empty() {
        let wanted: Vec<char> = wanted.chars().collect();
        let limit = distance_limit(&wanted);
        let mut similar: Vec<(usize, &Node)> = graph
            .nodes()
            .filter_map(|(_, node)| {
                let distances = names(node).filter_map(|name| distance_within(&wanted, &normal_form(name), limit));
                Some((distances.min()?, node))
            })
            .collect();
        similar.sort_by_key(|(distance, node)| (*distance, std::cmp::Reverse(node.paper_count()), node.id.as_ref()));
        for (_, node) in similar {
            if nearest.len() < MOST_SUGGESTIONS && !nearest.iter().any(|held| held.id == node.id) {
                nearest.push(node);
            }
        }
    }
    nearest.into_iter().map(|node| (node.id.to_string(), node.label.to_string())).collect()
}

/// How many letters a name that is suggested may differ in.
pub(super) fn distance_limit(wanted: &[char]) -> usize {
    (wanted.len() / 3).max(1)
}

/// The number of letters to add, drop or change to make one text of the other, if at most `limit`.
pub(super) fn distance_within(one: &[char], other: &str, limit: usize) -> Option<usize> {
    let other: Vec<char> = other.chars().take(one.len() + limit + 1).collect();
    if one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other_letter) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other_letter);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
        if row.iter().min().is_none_or(|least| *least > limit) {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::sample;

    fn ids(graph: &KnowledgeGraph, query: &str) -> Vec<String> {
        search(graph, query).into_iter().map(|hit| hit.node.id.to_string()).collect()
    }

    #[test]
    fn exact_comes_before_prefix_before_word_before_substring() {
        let graph = sample();
        assert_eq!(
            ids(&graph, "diffusion-models"),
            ["model:diffusion-model", "model:video-diffusion-model", "paper:p3"]
        );
        assert_eq!(search(&graph, "DM")[0].matched, "DM");
        assert_eq!(ids(&graph, "p2"), ["paper:p2"]);
        assert_eq!(search(&graph, "mage")[0].kind, Match::Substring);
        assert!(ids(&graph, " - ").is_empty());
    }

    #[test]
    fn a_slip_of_the_pen_gets_the_right_name_suggested() {
        let graph = sample();
        let error = find(&graph, "ImageNte").unwrap_err();
        assert_eq!(error.suggestions[0].0, "dataset:imagenet");
        assert!(error.to_string().contains("did you mean"), "{error}");
        assert!(find(&graph, "zzzzzzzzzz").unwrap_err().suggestions.is_empty());
    }

    #[test]
    fn a_label_wins_over_an_alias_and_others_are_named() {
        let graph = sample();
        let found = find(&graph, "SD").unwrap();
        assert_eq!(&*graph.graph[found.index].id, "method:sd");
        assert_eq!(found.others.len(), 1);
        assert_eq!(&*graph.graph[find(&graph, "sd").unwrap().index].id, "method:sd");
        assert_eq!(find(&graph, "model:diffusion-model").unwrap().others, []);
    }

    #[test]
    fn distance_counts_letters_up_to_its_limit() {
        let word: Vec<char> = "kitten".chars().collect();
        assert_eq!(distance_within(&word, "sitting", 3), Some(3));
        assert_eq!(distance_within(&word, "sitting", 2), None);
        assert_eq!(distance_within(&word, "kitten", 0), Some(0));
        assert_eq!(distance_within(&[], "", 0), Some(0));
    }
}
