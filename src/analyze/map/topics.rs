//! The map of topics: a circle each where the layout has it, with its label, and lines between topics that share.

use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use super::picture::{Anchor, Picture, width_of};
use super::{color_of, main_topics};
use crate::analyze::layout::{Point, sunflower};
use crate::analyze::separate::separate;
use crate::graph::{KnowledgeGraph, Node, NodeKind};

const WIDTH: f32 = 1000.0;
const HEIGHT: f32 = 700.0;

/// Room at the sides for labels, and above and below.
const MARGIN: (f32, f32) = (90.0, 45.0);

/// Share of the picture that circles cover.
const COVERED: f32 = 0.16;

/// Lines drawn for each topic, on average.
const LINES_PER_TOPIC: usize = 2;

/// Draws the topics of an analysed graph, the largest with the largest circle; `None` where there are no topics.
///
/// Circles stand as in the layout, drawn together so that none lies on another; lines join the topics whose papers
/// name most of each other's entities.
pub fn topic_map(graph: &KnowledgeGraph) -> Option<String> {
    let topics = main_topics(graph);
    if topics.is_empty() {
        return None;
    }
    let radii = radii(&topics);
    let places = places(&topics, &radii);
    let mut picture = Picture::new(WIDTH, HEIGHT, "Map of topics");
    for (a, b, strength) in strongest_links(graph, &topics) {
        picture.line(places[a], places[b], 1.0 + 5.0 * strength);
    }
    for (number, topic) in topics.iter().enumerate() {
        let hint = format!("{}: {} papers", topic.label, topic.paper_count());
        picture.circle(places[number], radii[number], &color_of(topic, number), &hint);
    }
    let mut taken = Vec::new();
    for (number, topic) in topics.iter().enumerate() {
        draw_label(&mut picture, &mut taken, topic, places[number], radii[number]);
    }
    Some(picture.finish())
}

fn radii(topics: &[&Node]) -> Vec<f32> {
    let papers: f32 = topics.iter().map(|topic| topic.paper_count().max(1) as f32).sum();
    let unit = (WIDTH * HEIGHT * COVERED / (std::f32::consts::PI * papers)).sqrt();
    topics.iter().map(|topic| (unit * (topic.paper_count().max(1) as f32).sqrt()).clamp(5.0, 120.0)).collect()
}

/// Places of the layout, fitted into the picture; a sunflower where there is no layout.
fn places(topics: &[&Node], radii: &[f32]) -> Vec<Point> {
    let numbered = topics.iter().enumerate();
    let mut places: Vec<Point> =
        numbered.map(|(number, topic)| topic.analysis.position.unwrap_or_else(|| sunflower(number))).collect();
    fit(&mut places, radii);
    // Wider than the circles, so that labels find room.
    let diameters: Vec<f32> = radii.iter().map(|radius| radius * 2.0 + 26.0).collect();
    separate(&mut places, &diameters);
    fit(&mut places, radii);
    places
}

/// Stretches places so that all circles stand within the picture's margins.
fn fit(places: &mut [Point], radii: &[f32]) {
    let widest = radii.iter().copied().fold(0.0f32, f32::max);
    let range = |values: fn(&Point) -> f32| {
        let low = places.iter().map(values).fold(f32::INFINITY, f32::min);
        let high = places.iter().map(values).fold(f32::NEG_INFINITY, f32::max);
        (low, (high - low).max(1e-3))
    };
    let ((left, width), (top, height)) = (range(|place| place.0), range(|place| place.1));
    let margin = (MARGIN.0.max(widest + 5.0), MARGIN.1.max(widest + 5.0));
    let (room_x, room_y) = (WIDTH - 2.0 * margin.0, HEIGHT - 2.0 * margin.1);
    let alone = places.len() == 1;
    for place in places {
        let share = if alone { (0.5, 0.5) } else { ((place.0 - left) / width, (place.1 - top) / height) };
        *place = (margin.0 + share.0 * room_x, margin.1 + share.1 * room_y);
    }
}

/// Pairs of topics whose papers name entities of the other one, with the strength as a share of the strongest.
fn strongest_links(graph: &KnowledgeGraph, topics: &[&Node]) -> Vec<(usize, usize, f32)> {
    let number: FxHashMap<&str, usize> =
        topics.iter().enumerate().map(|(n, topic)| (topic.label.as_ref(), n)).collect();
    let topic_of = |node: &Node| node.analysis.topic.as_deref().and_then(|label| number.get(label).copied());
    let mut counts = vec![0u32; topics.len() * topics.len()];
    for edge in graph.graph.edge_references() {
        let (source, target) = (&graph.graph[edge.source()], &graph.graph[edge.target()]);
        if let (NodeKind::Paper(_), NodeKind::Entity(_), Some(a), Some(b)) =
            (&source.kind, &target.kind, topic_of(source), topic_of(target))
            && a != b
        {
            counts[a.min(b) * topics.len() + a.max(b)] += 1;
        }
    }
    let mut links = Vec::new();
    for a in 0..topics.len() {
        for b in a + 1..topics.len() {
            let sizes = topics[a].paper_count() as f32 * topics[b].paper_count() as f32;
            let strength = counts[a * topics.len() + b] as f32 / sizes.max(1.0).sqrt();
            links.push((a, b, strength));
        }
    }
    links.retain(|link| link.2 > 0.0);
    links.sort_by(|x, y| y.2.total_cmp(&x.2).then((x.0, x.1).cmp(&(y.0, y.1))));
    links.truncate(topics.len() * LINES_PER_TOPIC);
    let most = links.first().map_or(1.0, |link| link.2);
    links.iter_mut().for_each(|link| link.2 /= most);
    links
}

/// A rectangle: left, top, right, bottom.
type Area = (f32, f32, f32, f32);

/// Writes a topic's label in two lines at most, where it covers least of the labels that stand already: on the
/// circle, below, above, or beside it. A label that finds no room at all is left to the circle's hint.
fn draw_label(picture: &mut Picture, taken: &mut Vec<Area>, topic: &Node, (x, y): Point, radius: f32) {
    let size = (9.0 + radius / 7.0).clamp(10.0, 17.0);
    let lines: Vec<&str> = topic.label.split(", ").collect();
    let width = lines.iter().map(|line| width_of(line, size)).fold(0.0, f32::max);
    let height = lines.len() as f32 * size * 1.15;
    let places = [
        (x, y),
        (x, y + radius + height / 2.0 + 3.0),
        (x, y - radius - height / 2.0 - 3.0),
        (x + radius + width / 2.0 + 3.0, y),
        (x - radius - width / 2.0 - 3.0, y),
        (x, y + radius * 0.5 + height / 2.0),
        (x, y - radius * 0.5 - height / 2.0),
    ];
    let area = |(x, y): Point| {
        let x = x.clamp(width / 2.0 + 4.0, (WIDTH - width / 2.0 - 4.0).max(width / 2.0 + 4.0));
        let y = y.clamp(height / 2.0 + 4.0, HEIGHT - height / 2.0 - 4.0);
        (x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
    };
    let free = places.into_iter().map(area).find(|&area| taken.iter().all(|&other| !overlap(area, other)));
    if let Some(area) = free {
        for (number, line) in (0u16..).zip(&lines) {
            let base = area.1 + size * (0.9 + 1.15 * f32::from(number));
            picture.text_on_shapes(((area.0 + area.2) / 2.0, base), size, Anchor::Middle, line);
        }
        taken.push(area);
    }
}

fn overlap(a: Area, b: Area) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}
