//! Colours for topics: distinct for most readers, colour-blind ones included, on light and on dark ground.

/// Colour of what has no topic.
pub const UNCLUSTERED: &str = "#a6a6a6";

/// What the colour of a node tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorBy {
    /// The topic that the node lies in.
    #[default]
    Topic,
    /// Paper, topic, or the entity's type.
    Type,
}

/// Colours that stay apart under the common kinds of colour blindness (after Paul Tol's bright, vibrant and muted
/// schemes), in an order in which neighbours differ most.
const DISTINCT: [&str; 12] = [
    "#4477aa", "#ee7733", "#228833", "#aa3377", "#66ccee", "#ccbb44", "#cc3311", "#332288", "#44aa99", "#ee99aa",
    "#999933", "#882255",
];

/// Turn of the hue from one generated colour to the next, in degrees: the golden angle, which never repeats.
const TURN: f64 = 137.507_764;

/// The colour of the topic with the given number as `#rrggbb`. The first twelve are fixed; later ones turn the hue and
/// step through three lightnesses, so that no two are equal and neighbours differ in more than hue.
pub fn topic_color(number: usize) -> String {
    match DISTINCT.get(number) {
        Some(color) => (*color).to_owned(),
        None => {
            let step = (number - DISTINCT.len()) as f64;
            let lightness = [0.62, 0.45, 0.74][number % 3];
            from_oklch(lightness, 0.11, (20.0 + step * TURN) % 360.0)
        }
    }
}

/// A colour of the perceptually even OKLCH space (Björn Ottosson) as sRGB, clipped to what screens show.
fn from_oklch(lightness: f64, chroma: f64, hue: f64) -> String {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    let [red, green, blue] = linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    });
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_well_formed_and_differ() {
        let mut colors: Vec<String> = (0..60).map(topic_color).collect();
        assert!(colors.iter().all(|c| c.len() == 7 && c.starts_with('#')));
        colors.push(UNCLUSTERED.to_owned());
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), 61);
    }

    #[test]
    fn oklch_gives_black_white_and_grey() {
        assert_eq!(from_oklch(0.0, 0.0, 0.0), "#000000");
        assert_eq!(from_oklch(1.0, 0.0, 0.0), "#ffffff");
        assert_eq!(from_oklch(0.5, 0.0, 77.0), "#636363");
    }
}
