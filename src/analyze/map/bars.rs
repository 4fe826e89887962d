//! The most named entities of each type as bars.

use super::picture::{Anchor, Picture, shortened};
use crate::graph::{KnowledgeGraph, Node, NodeKind};
use crate::rules::TypeId;

const COLUMN_WIDTH: f32 = 330.0;
const NAME_WIDTH: f32 = 150.0;
const BAR_WIDTH: f32 = 110.0;
const ROW_HEIGHT: f32 = 22.0;
const COLUMNS: usize = 3;

/// Draws the `top` entities of each type by the number of papers that name them; `None` where there are none.
pub fn top_entities(graph: &KnowledgeGraph, top: usize) -> Option<String> {
    let blocks: Vec<(usize, Vec<&Node>)> = (0..graph.schema.types.len())
        .map(|number| (number, most_named(graph, number, top)))
        .filter(|(_, entities)| !entities.is_empty())
        .collect();
    if blocks.is_empty() {
        return None;
    }
    let block_height = ROW_HEIGHT * (top as f32 + 2.0);
    let rows = blocks.len().div_ceil(COLUMNS);
    let width = COLUMN_WIDTH * COLUMNS.min(blocks.len()) as f32 + 10.0;
    let mut picture = Picture::new(width, block_height * rows as f32 + 10.0, "Most named entities by type");
    for (position, (number, entities)) in blocks.iter().enumerate() {
        let entity_type = &graph.schema.types[*number];
        let x = 10.0 + COLUMN_WIDTH * (position % COLUMNS) as f32;
        let y = block_height * (position / COLUMNS) as f32;
        picture.text((x, y + ROW_HEIGHT * 1.2), 15.0, Anchor::Start, &entity_type.plural);
        let most = entities.first().map_or(1, |entity| entity.paper_count()).max(1) as f32;
        for (row, entity) in entities.iter().enumerate() {
            let base = y + ROW_HEIGHT * (row as f32 + 2.3);
            let papers = entity.paper_count();
            let length = (papers as f32 / most * BAR_WIDTH).max(1.0);
            let hint = format!("{}: {papers} papers", entity.label);
            let name = shortened(&entity.label, 12.0, NAME_WIDTH);
            picture.text((x + NAME_WIDTH, base), 12.0, Anchor::End, &name);
            picture.bar((x + NAME_WIDTH + 8.0, base - 11.0), (length, 14.0), &entity_type.color, &hint);
            picture.text((x + NAME_WIDTH + length + 14.0, base), 11.0, Anchor::Start, &papers.to_string());
        }
    }
    Some(picture.finish())
}

fn most_named(graph: &KnowledgeGraph, type_number: usize, top: usize) -> Vec<&Node> {
    let is_of_type = |node: &Node| match &node.kind {
        NodeKind::Entity(facts) => facts.entity_type == TypeId(type_number as u8) && facts.papers > 0,
        NodeKind::Paper(_) | NodeKind::Topic(_) => false,
    };
    let mut entities: Vec<&Node> = graph.entities().map(|(_, node)| node).filter(|node| is_of_type(node)).collect();
    entities.sort_by_key(|node| std::cmp::Reverse(node.paper_count()));
    entities.truncate(top);
    entities
}
