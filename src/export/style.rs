//! Colours and sizes for nodes that analysis has not given any: the one place where they are decided.

use crate::graph::{Node, NodeKind};
use crate::rules::Schema;

/// Colour of papers.
pub const PAPER_COLOR: &str = "#888888";

/// Colour of topics.
pub const TOPIC_COLOR: &str = "#222222";

/// Diameter of a node without edges, in the layout's units.
const SMALLEST: f32 = 4.0;

/// What each doubling of the degree adds to the diameter.
const STEP: f32 = 3.0;

/// The colour of a node as `#rrggbb`: what analysis chose, else the colour of its type.
pub fn color<'g>(node: &'g Node, schema: &'g Schema) -> &'g str {
    if parse_color(&node.analysis.color).is_some() {
        return &node.analysis.color;
    }
    match &node.kind {
        NodeKind::Paper(_) => PAPER_COLOR,
        NodeKind::Entity(facts) => {
            let declared = &schema.entity_type(facts.entity_type).color;
            if parse_color(declared).is_some() { declared } else { PAPER_COLOR }
        }
        NodeKind::Topic(_) => TOPIC_COLOR,
    }
}

/// The diameter of a node: what analysis chose, else by the logarithm of its degree.
pub fn size(node: &Node, degree: u32) -> f32 {
    let chosen = node.analysis.size;
    if chosen.is_finite() && chosen > 0.0 {
        return chosen;
    }
    // A tenth of a unit is as fine as an eye can see, and reads better in a file.
    ((SMALLEST + STEP * (1.0 + degree as f32).log2()) * 10.0).round() / 10.0
}

/// Red, green and blue of `#rrggbb`; `None` for anything else.
pub fn parse_color(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// Black or white, whichever reads better on the given colour (relative luminance of WCAG 2).
pub fn text_color(background: &str) -> &'static str {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    match parse_color(background) {
        Some([r, g, b]) if 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) < 0.179 => "#ffffff",
        _ => "#000000",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(parse_color("#4477aa"), Some([0x44, 0x77, 0xaa]));
        for wrong in ["", "#", "#47a", "4477aa", "#4477ag", "#+477aa", "#é477a"] {
            assert_eq!(parse_color(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn text_is_readable_on_its_background() {
        assert_eq!(text_color("#000000"), "#ffffff");
        assert_eq!(text_color("#4477aa"), "#ffffff");
        assert_eq!(text_color("#332288"), "#ffffff");
        assert_eq!(text_color("#ccbb44"), "#000000");
    }
}
