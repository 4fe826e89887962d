//! Pictures of a graph as SVG: its topics as a map, its papers by year, its most named entities.
//!
//! Every picture is one text without links to anything outside, carries its own background, and follows the reader's
//! preference for light or dark. The same graph gives the same bytes.

mod bars;
mod picture;
mod topics;
mod years;

pub use bars::top_entities;
pub use topics::topic_map;
pub use years::papers_by_year;

use super::appearance::TOPIC_COLOR;
use super::color::topic_color;
use crate::graph::{KnowledgeGraph, Node, NodeKind};

/// The topics without sub-topics, the largest first.
fn main_topics(graph: &KnowledgeGraph) -> Vec<&Node> {
    let is_main = |node: &Node| matches!(&node.kind, NodeKind::Topic(facts) if facts.parent.is_none());
    let mut topics: Vec<&Node> = graph.topics().map(|(_, node)| node).filter(|node| is_main(node)).collect();
    topics.sort_by_key(|node| std::cmp::Reverse(node.paper_count()));
    topics
}

/// The colour of a topic in the graph, or that of its number where colours tell types and all topics have one.
fn color_of(topic: &Node, number: usize) -> String {
    let color = &topic.analysis.color;
    if color.is_empty() || &**color == TOPIC_COLOR { topic_color(number) } else { color.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing::planted;
    use crate::analyze::{AnalyzeOptions, ColorBy, analyze};

    /// Reads a picture as XML and gives back all texts in it.
    fn texts(svg: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(svg);
        let mut texts = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Text(text) => {
                    texts.push(text.xml10_content().into_owned());
                }
                quick_xml::events::Event::Eof => break texts,
                _ => {}
            }
        }
    }

    fn analyzed() -> KnowledgeGraph {
        let mut graph = planted(5, 20);
        analyze(&mut graph, &AnalyzeOptions::default());
        graph
    }

    #[test]
    fn the_map_names_every_topic() {
        let svg = topic_map(&analyzed()).unwrap();
        let texts = texts(&svg).join(" ");
        for topic in 0..5 {
            assert!(texts.contains(&format!("subject{topic}")), "{texts}");
        }
        assert_eq!(svg.matches("<circle").count(), 5);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn years_and_bars_count_what_is_there() {
        let graph = analyzed();
        let years = texts(&papers_by_year(&graph).unwrap());
        assert!(years.iter().any(|text| text == "2015") && years.iter().any(|text| text == "2024"), "{years:?}");
        let bars = texts(&top_entities(&graph, 3).unwrap());
        assert!(bars.iter().any(|text| text == "everywhere"), "{bars:?}");
    }

    #[test]
    fn markup_in_names_is_escaped() {
        let mut graph = analyzed();
        for node in graph.graph.node_weights_mut() {
            node.label = format!("<b>&\"{}", node.label).into();
        }
        for svg in [topic_map(&graph), papers_by_year(&graph), top_entities(&graph, 3)] {
            assert!(!texts(&svg.unwrap()).is_empty());
        }
    }

    #[test]
    fn a_graph_with_nothing_to_show_has_no_picture() {
        let empty = KnowledgeGraph::default();
        assert!(topic_map(&empty).is_none());
        assert!(papers_by_year(&empty).is_none());
        assert!(top_entities(&empty, 3).is_none());
    }

    #[test]
    fn the_map_needs_no_layout_and_no_topic_colours() {
        let mut graph = planted(5, 20);
        analyze(&mut graph, &AnalyzeOptions { layout: false, color_by: ColorBy::Type, ..AnalyzeOptions::default() });
        assert_eq!(topic_map(&graph).unwrap().matches("<circle").count(), 5);
    }
}
