//! Papers a year by topic: a stacked bar for each year.

use rustc_hash::FxHashMap;

use super::picture::{Anchor, Picture, shortened};
use super::{color_of, main_topics};
use crate::analyze::color::UNCLUSTERED;
use crate::graph::{KnowledgeGraph, NodeKind};

const WIDTH: f32 = 1000.0;
const HEIGHT: f32 = 420.0;
const LEFT: f32 = 60.0;
const RIGHT: f32 = 740.0;
const TOP: f32 = 30.0;
const BOTTOM: f32 = 380.0;

/// Topics with a colour of their own; the others are one grey part of each bar.
const TOPICS_SHOWN: usize = 12;

/// Years shown at most, the latest ones.
const YEARS_SHOWN: i32 = 40;

/// Draws how many papers of each topic there are in each year; `None` where fewer than two years are known.
pub fn papers_by_year(graph: &KnowledgeGraph) -> Option<String> {
    let topics = main_topics(graph);
    let shown = topics.len().min(TOPICS_SHOWN);
    let number: FxHashMap<&str, usize> =
        topics.iter().take(shown).enumerate().map(|(number, topic)| (topic.label.as_ref(), number)).collect();
    let dated: Vec<(i32, usize)> = graph
        .papers()
        .filter_map(|(_, node)| match &node.kind {
            NodeKind::Paper(facts) => {
                let topic = node.analysis.topic.as_deref().and_then(|label| number.get(label).copied());
                Some((facts.year?, topic.unwrap_or(shown)))
            }
            NodeKind::Entity(_) | NodeKind::Topic(_) => None,
        })
        .collect();
    let last = dated.iter().map(|paper| paper.0).max()?;
    let earliest = dated.iter().map(|paper| paper.0).min()?;
    let first = earliest.max(last.saturating_sub(YEARS_SHOWN - 1));
    if first == last {
        return None;
    }
    let mut counts = vec![vec![0u32; shown + 1]; (last - first) as usize + 1];
    for (year, topic) in dated.into_iter().filter(|paper| paper.0 >= first) {
        counts[(year - first) as usize][topic] += 1;
    }
    let name = |topic: usize| {
        if topic < shown { topics[topic].label.as_ref() } else { "other papers" }
    };
    let color = |topic: usize| {
        if topic < shown { color_of(topics[topic], topic) } else { UNCLUSTERED.to_owned() }
    };
    let mut picture = Picture::new(WIDTH, HEIGHT, "Papers a year by topic");
    draw_axis(&mut picture, counts.iter().map(|year| year.iter().sum()).max()?);
    let most = axis_end(counts.iter().map(|year| year.iter().sum()).max()?) as f32;
    let step = (RIGHT - LEFT) / counts.len() as f32;
    let label_every = (44.0 / step).ceil().max(1.0) as usize;
    for (position, (year, of_year)) in (first..).zip(&counts).enumerate() {
        let x = LEFT + step * position as f32;
        let mut y = BOTTOM;
        for (topic, &count) in of_year.iter().enumerate().filter(|entry| *entry.1 > 0) {
            let height = count as f32 / most * (BOTTOM - TOP);
            y -= height;
            let hint = format!("{year}, {}: {count}", name(topic));
            picture.bar((x + step * 0.08, y), (step * 0.84, height), &color(topic), &hint);
        }
        if (counts.len() - 1 - position).is_multiple_of(label_every) {
            picture.text((x + step / 2.0, BOTTOM + 18.0), 12.0, Anchor::Middle, &year.to_string());
        }
    }
    for topic in 0..=shown {
        let y = TOP + 10.0 + 25.0 * topic as f32;
        picture.bar((RIGHT + 20.0, y - 10.0), (12.0, 12.0), &color(topic), name(topic));
        picture.text((RIGHT + 38.0, y), 12.0, Anchor::Start, &shortened(name(topic), 12.0, WIDTH - RIGHT - 46.0));
    }
    Some(picture.finish())
}

/// The first round number (1, 2 or 5 and zeros) that is not below the value.
fn axis_end(value: u32) -> u32 {
    let power = 10u32.pow(value.max(1).ilog10());
    let rounds = [1, 2, 5, 10].map(|round| power.saturating_mul(round));
    rounds.into_iter().find(|&round| round >= value).unwrap_or(value)
}

fn draw_axis(picture: &mut Picture, most: u32) {
    let end = axis_end(most);
    for quarter in [0, 2, 4] {
        let y = BOTTOM - (BOTTOM - TOP) * quarter as f32 / 4.0;
        picture.line((LEFT, y), (RIGHT, y), 1.0);
        let value = f64::from(end) * f64::from(quarter) / 4.0;
        picture.text((LEFT - 8.0, y + 4.0), 12.0, Anchor::End, &value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (value, end) in [(0, 1), (1, 1), (7, 10), (11, 20), (201, 500), (1000, 1000), (u32::MAX, u32::MAX)] {
            assert_eq!(axis_end(value), end);
        }
    }
}
