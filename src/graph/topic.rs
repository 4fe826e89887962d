//! Finding topics by name.

use petgraph::graph::NodeIndex;

use super::KnowledgeGraph;

/// What an id of a topic begins with.
const ID_PREFIX: &str = "topic:";

/// Does a name mean the topic with this id and label, both in lower case?
type Fits<'n> = &'n dyn Fn(&str, &str) -> bool;

/// The topic that a name means: an id with or without `topic:`, a label, one of the parts that a label has between
/// commas, or a piece of a label. Letter case does not matter. The first of these that fits anything decides; of
/// several topics that fit equally, the largest is meant.
pub fn find_topic(graph: &KnowledgeGraph, name: &str) -> Option<NodeIndex> {
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let is_id = |id: &str, _: &str| id == wanted || id.strip_prefix(ID_PREFIX) == Some(&wanted);
    let is_label = |_: &str, label: &str| label == wanted;
    let is_part = |_: &str, label: &str| label.split(',').any(|part| part.trim() == wanted);
    let is_piece = |_: &str, label: &str| label.contains(&wanted);
    let ways: [Fits<'_>; 4] = [&is_id, &is_label, &is_part, &is_piece];
    let lower: Vec<(NodeIndex, u32, String)> =
        graph.topics().map(|(index, node)| (index, node.paper_count(), node.label.to_lowercase())).collect();
    ways.into_iter().find_map(|fits| {
        let fitting = lower.iter().filter(|(index, _, label)| fits(&graph.graph[*index].id, label));
        fitting.max_by_key(|(index, papers, _)| (*papers, std::cmp::Reverse(*index))).map(|topic| topic.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Analysis, Node, NodeKind, TopicFacts};

    fn graph() -> KnowledgeGraph {
        let topic = |id: &str, label: &str, papers| {
            let kind = NodeKind::Topic(Box::new(TopicFacts { papers, ..TopicFacts::default() }));
            Node { id: id.into(), label: label.into(), kind, analysis: Analysis::default() }
        };
        let topics = vec![
            topic("topic:fog", "ships in fog, Radar", 9),
            topic("topic:ships", "ships", 3),
            topic("topic:sea", "radar", 5),
            topic("topic:radar-images", "radar images, fog", 4),
        ];
        KnowledgeGraph::from_parts(crate::graph::testing::schema(), Vec::new(), topics, Vec::new())
    }

    #[test]
    fn the_strictest_way_that_fits_decides() {
        let graph = graph();
        let found = |name: &str| find_topic(&graph, name).map(|index| graph.graph[index].id.as_ref());
        assert_eq!(found("topic:sea"), Some("topic:sea"));
        assert_eq!(found("fog"), Some("topic:fog"), "an id comes before a part of a label");
        assert_eq!(found("Radar"), Some("topic:sea"), "a label comes before a part of one");
        assert_eq!(found("Ships in Fog, radar"), Some("topic:fog"));
        assert_eq!(found("radar images"), Some("topic:radar-images"));
        assert_eq!(found("image"), Some("topic:radar-images"));
        assert_eq!(found("cooking"), None);
        assert_eq!(found(" "), None);
    }
}
