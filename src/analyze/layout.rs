//! Places for all nodes: ForceAtlas2 on the papers, from a start that already keeps topics apart.
//!
//! Laying out papers with all their entities is slow and shows little: most entities belong to one or two papers, and
//! the frequent ones pull everything into one ball. So the forces work on the projection of papers, which is small
//! and made of what papers really share. Entities follow: one of a single paper stands beside it, one of several
//! between them. Last, circles that lie on each other are pushed apart.
//!
//! Every step is deterministic: the start is computed, not drawn, and the parallel path of ForceAtlas2 adds up every
//! node's forces in the same order on any number of threads.

use fa2::{FA2Data, FA2Settings};

use super::projection::{Incidence, Neighbors};
use super::separate::separate;
use super::topics::Topics;

/// A place in the plane.
pub type Point = (f32, f32);

/// Papers beyond which only the start is computed, without forces: the forces would take minutes.
pub const MOST_PAPERS_FOR_FORCES: usize = 100_000;

/// How much of its pull a link between two topics keeps.
const PULL_BETWEEN_TOPICS: f32 = 0.15;

/// Turn from one point of a sunflower to the next, in radians: the golden angle, which spreads points evenly.
const GOLDEN_ANGLE: f32 = 2.399_963_2;

/// Share of the picture that circles cover.
const COVERED: f32 = 0.2;

/// Places of papers, entities and topics, in the order of incidence and topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// One place a paper.
    pub papers: Vec<Point>,
    /// One place an entity.
    pub entities: Vec<Point>,
    /// One place a topic.
    pub topics: Vec<Point>,
}

/// Diameters of papers, entities and topics, in the order of incidence and topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sizes {
    /// One diameter a paper.
    pub papers: Vec<f32>,
    /// One diameter an entity.
    pub entities: Vec<f32>,
    /// One diameter a topic.
    pub topics: Vec<f32>,
}

/// Lays out papers, entities and topics; without `forces`, papers stand by topic only. `members` are the papers of the
/// topics to place, sub-topics among them. All places are finite.
pub fn lay_out(
    incidence: &Incidence,
    papers: &Neighbors,
    topics: &Topics,
    members: &[&[u32]],
    sizes: &Sizes,
    forces: bool,
) -> Layout {
    let start = starting_places(papers, topics);
    let mut places = if forces { spread(papers, topics, &start) } else { start };
    scale_to_cover(&mut places, sizes);
    place_isolated(&mut places, papers, topics);
    let entities = place_entities(incidence, &places, sizes);
    let topic_places: Vec<Point> = members.iter().map(|members| center(&places, members)).collect();

    let paper_count = places.len();
    let entity_count = entities.len();
    let mut all = places;
    all.extend(entities);
    all.extend(topic_places);
    let diameters: Vec<f32> = [&sizes.papers[..], &sizes.entities, &sizes.topics].concat();
    // Without forces the places are a sketch, and pushing hundreds of thousands of circles apart would take the longest.
    if forces {
        separate(&mut all, &diameters);
    }
    let topics = all.split_off(paper_count + entity_count);
    let entities = all.split_off(paper_count);
    Layout { papers: all, entities, topics }
}

/// The point with the given number of a sunflower whose seeds lie one unit apart.
pub fn sunflower(number: usize) -> Point {
    let angle = number as f32 * GOLDEN_ANGLE;
    let radius = (number as f32 + 0.5).sqrt() * 0.56;
    (radius * angle.cos(), radius * angle.sin())
}

/// A disc a topic, its papers in it like the seeds of a sunflower; discs near whose topics share much. Papers without
/// a topic start among their neighbours.
fn starting_places(papers: &Neighbors, topics: &Topics) -> Vec<Point> {
    let centers = topic_centers(papers, topics);
    let mut places = vec![(0.0, 0.0); papers.node_count()];
    for (members, center) in topics.members.iter().zip(&centers) {
        for (number, &paper) in members.iter().enumerate() {
            let (x, y) = sunflower(number);
            places[paper as usize] = (center.0 + x, center.1 + y);
        }
    }
    for paper in 0..places.len() {
        if topics.topic_of[paper].is_none() {
            let neighbors: Vec<u32> = papers.rows.row(paper).iter().map(|entry| entry.0).collect();
            let middle = center(&places, &neighbors);
            // A step of its own keeps two such papers from starting at one point.
            let (x, y) = sunflower(paper % 1000);
            places[paper] = (middle.0 + x * 0.3, middle.1 + y * 0.3);
        }
    }
    places
}

/// Centres of the topics' discs: forces between topics, then discs pushed apart.
fn topic_centers(papers: &Neighbors, topics: &Topics) -> Vec<Point> {
    let count = topics.members.len();
    let mut shared = vec![0f32; count * count];
    for (a, b, weight) in papers.pairs() {
        if let (Some(a), Some(b)) = (topics.topic_of[a as usize], topics.topic_of[b as usize]) {
            shared[a.min(b) as usize * count + a.max(b) as usize] += weight;
        }
    }
    let mut data = FA2Data::<f32>::with_node_capacity(count);
    for topic in 0..count {
        let (x, y) = sunflower(topic);
        data.add_node_with_position(x * 10.0, y * 10.0);
    }
    for a in 0..count {
        for b in a + 1..count {
            let sizes = topics.members[a].len() as f32 * topics.members[b].len() as f32;
            let strength = shared[a * count + b] / sizes.sqrt();
            if strength > 0.0 {
                data.add_edge_with_weight(a, b, (strength * 20.0).min(10.0));
            }
        }
    }
    let mut centers = run_forces(data, 300);
    let radii: Vec<f32> = topics.members.iter().map(|members| (members.len() as f32).sqrt() * 0.7 + 1.0).collect();
    let room: f32 = radii.iter().map(|radius| radius * radius * 4.0).sum();
    let spread = mean_square_radius(&centers);
    if spread > 0.0 {
        scale(&mut centers, (room / spread).sqrt() * 0.6);
    }
    let diameters: Vec<f32> = radii.iter().map(|radius| radius * 2.4).collect();
    separate(&mut centers, &diameters);
    centers
}

/// ForceAtlas2 on the papers. Isolated ones take no part: repulsion alone would send them far away.
fn spread(papers: &Neighbors, topics: &Topics, start: &[Point]) -> Vec<Point> {
    let tied: Vec<usize> = (0..papers.node_count()).filter(|&paper| !papers.rows.row(paper).is_empty()).collect();
    let mut number = vec![0; papers.node_count()];
    let mut data = FA2Data::<f32>::with_capacity(tied.len(), papers.rows.entry_count() / 2);
    // ForceAtlas2's own distances are some ten times those of the start.
    for &paper in &tied {
        number[paper] = data.add_node_with_position(start[paper].0 * 10.0, start[paper].1 * 10.0);
    }
    let total: f32 = papers.pairs().map(|pair| pair.2).sum();
    let mean = total / (papers.rows.entry_count() as f32 / 2.0).max(1.0);
    for (a, b, weight) in papers.pairs() {
        let (a, b) = (a as usize, b as usize);
        let apart = topics.topic_of[a] != topics.topic_of[b];
        let pull = if apart { PULL_BETWEEN_TOPICS } else { 1.0 };
        data.add_edge_with_weight(number[a], number[b], pull * weight / mean);
    }
    let iterations = match tied.len() {
        0..2000 => 200,
        2000..20_000 => 100,
        // The start has topics and their neighbourhood right; what is left is the order within topics.
        _ => 60,
    };
    let moved = run_forces(data, iterations);
    let mut places = start.to_vec();
    if moved.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
        for (&paper, place) in tied.iter().zip(moved) {
            places[paper] = place;
        }
    }
    places
}

fn run_forces(data: FA2Data<f32>, iterations: usize) -> Vec<Point> {
    let order = data.order();
    if order == 0 {
        return Vec::new();
    }
    // Only the parallel path adds up in an order that the number of threads does not change.
    let mut settings = FA2Settings::from_graph_order(order).parallel(true);
    if order >= 2000 {
        settings = settings.with_barnes_hut_theta(1.0);
    }
    let mut layout = settings.build(data);
    layout.run(iterations);
    layout.data().positions().collect()
}

/// Scales places around their centre so that all circles together cover [`COVERED`] of the picture.
fn scale_to_cover(places: &mut [Point], sizes: &Sizes) {
    let all: Vec<u32> = (0..places.len() as u32).collect();
    let middle = center(places, &all);
    places.iter_mut().for_each(|place| *place = (place.0 - middle.0, place.1 - middle.1));
    let spread = mean_square_radius(places);
    let circles: f32 = [&sizes.papers, &sizes.entities, &sizes.topics].into_iter().flatten().map(|d| d * d).sum();
    // A disc of evenly spread points has twice the square of their mean square radius for the square of its radius;
    // a circle of diameter d covers a quarter of pi d squared.
    if spread > 0.0 {
        scale(places, (circles / (8.0 * COVERED * spread)).sqrt());
    }
}

fn scale(places: &mut [Point], factor: f32) {
    places.iter_mut().for_each(|place| *place = (place.0 * factor, place.1 * factor));
}

fn mean_square_radius(places: &[Point]) -> f32 {
    places.iter().map(|(x, y)| x * x + y * y).sum::<f32>() / places.len().max(1) as f32
}

fn center(places: &[Point], members: &[u32]) -> Point {
    let count = members.len().max(1) as f32;
    let sum = members.iter().fold((0.0, 0.0), |sum, &member| {
        let (x, y) = places[member as usize];
        (sum.0 + x, sum.1 + y)
    });
    (sum.0 / count, sum.1 / count)
}

/// Puts papers that share nothing with any other on a ring around the rest.
fn place_isolated(places: &mut [Point], papers: &Neighbors, topics: &Topics) {
    let is_isolated = |paper: usize| papers.rows.row(paper).is_empty() && topics.topic_of[paper].is_none();
    let outermost = (0..places.len())
        .filter(|&paper| !is_isolated(paper))
        .map(|paper| places[paper].0.hypot(places[paper].1))
        .fold(100.0f32, f32::max);
    let isolated: Vec<usize> = (0..places.len()).filter(|&paper| is_isolated(paper)).collect();
    for (number, &paper) in isolated.iter().enumerate() {
        let angle = number as f32 * GOLDEN_ANGLE;
        let radius = outermost * (1.05 + 0.1 * number as f32 / isolated.len() as f32);
        places[paper] = (radius * angle.cos(), radius * angle.sin());
    }
}

/// An entity of one paper beside it, one of several papers between them, one of none on the outer ring.
fn place_entities(incidence: &Incidence, papers: &[Point], sizes: &Sizes) -> Vec<Point> {
    let outermost = papers.iter().map(|(x, y)| x.hypot(*y)).fold(100.0f32, f32::max);
    let mut beside = vec![0usize; papers.len()];
    let mut without_papers = 0usize;
    (0..incidence.entities.len())
        .map(|entity| match incidence.by_entity.group(entity) {
            [] => {
                without_papers += 1;
                let angle = without_papers as f32 * GOLDEN_ANGLE;
                (outermost * 1.2 * angle.cos(), outermost * 1.2 * angle.sin())
            }
            [paper] => {
                let paper = *paper as usize;
                beside[paper] += 1;
                let angle = (paper + beside[paper]) as f32 * GOLDEN_ANGLE;
                let radius = (sizes.papers[paper] + sizes.entities[entity]) / 2.0 + 2.0 * (beside[paper] as f32).sqrt();
                (papers[paper].0 + radius * angle.cos(), papers[paper].1 + radius * angle.sin())
            }
            several => center(papers, several),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing::planted;
    use crate::analyze::topics::find_topics;

    fn laid_out(topics: usize, size: usize) -> (Topics, Layout) {
        let incidence = Incidence::of(&planted(topics, size));
        let papers = incidence.papers_by_entities();
        let found = find_topics(&papers, None, 1);
        let sizes = Sizes {
            papers: vec![6.0; incidence.papers.len()],
            entities: vec![5.0; incidence.entities.len()],
            topics: vec![20.0; found.members.len()],
        };
        let members: Vec<&[u32]> = found.members.iter().map(Vec::as_slice).collect();
        let layout = lay_out(&incidence, &papers, &found, &members, &sizes, true);
        (found, layout)
    }

    #[test]
    fn papers_lie_nearer_to_their_own_topic_than_to_others() {
        let (topics, layout) = laid_out(5, 30);
        let distance = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1);
        let at_home = (0..layout.papers.len()).filter(|&paper| {
            let place = layout.papers[paper];
            let nearest = (0..layout.topics.len())
                .min_by(|&a, &b| distance(place, layout.topics[a]).total_cmp(&distance(place, layout.topics[b])));
            nearest.map(|topic| topic as u32) == topics.topic_of[paper]
        });
        assert!(at_home.count() >= 145);
    }

    #[test]
    fn places_are_finite_for_any_shape() {
        for (topics, size) in [(0, 0), (1, 1), (1, 2), (2, 1), (3, 4)] {
            let (_, layout) = laid_out(topics, size);
            let all = [layout.papers, layout.entities, layout.topics].concat();
            assert!(all.iter().all(|(x, y)| x.is_finite() && y.is_finite()), "{topics} {size}");
        }
    }
}
