//! A small writer of SVG.

use std::fmt::Write;

/// Width of a letter as a share of the font size, for a usual sans-serif font.
const LETTER: f32 = 0.56;

/// Where a text hangs on its point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The text starts at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// A picture that is being drawn. All lengths are in the picture's own units.
pub struct Picture {
    width: f32,
    height: f32,
    title: String,
    body: String,
}

impl Picture {
    /// An empty picture; `title` is read out by screen readers.
    pub fn new(width: f32, height: f32, title: &str) -> Self {
        Self { width, height, title: escaped(title), body: String::new() }
    }

    /// A filled circle with a light rim and a text that shows on pointing at it.
    pub fn circle(&mut self, (x, y): (f32, f32), radius: f32, color: &str, hint: &str) {
        let (color, hint) = (escaped(color), escaped(hint));
        self.add(format_args!(
            "<circle class=\"rim\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{color}\"><title>{hint}</title></circle>"
        ));
    }

    /// A filled rectangle with a text that shows on pointing at it.
    pub fn bar(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), color: &str, hint: &str) {
        let (color, hint) = (escaped(color), escaped(hint));
        self.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"><title>{hint}</title></rect>"
        ));
    }

    /// A thin grey line.
    pub fn line(&mut self, (x1, y1): (f32, f32), (x2, y2): (f32, f32), width: f32) {
        self.add(format_args!(
            "<line class=\"line\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke-width=\"{width:.1}\"/>"
        ));
    }

    /// A line of text; `y` is its base line.
    pub fn text(&mut self, (x, y): (f32, f32), size: f32, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(text);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// A line of text with a halo in the colour of the background, readable on anything.
    ///
    /// The halo is an element of its own, since not every viewer knows `paint-order`.
    pub fn text_on_shapes(&mut self, place: (f32, f32), size: f32, anchor: Anchor, text: &str) {
        self.add(format_args!("<g class=\"halo\" aria-hidden=\"true\">"));
        self.text(place, size, anchor, text);
        self.add(format_args!("</g>"));
        self.text(place, size, anchor, text);
    }

    /// The picture as SVG.
    pub fn finish(self) -> String {
        let Self { width, height, title, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" role=\"img\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n{body}</svg>\n"
        )
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

const STYLE: &str = "\
.ground { fill: #ffffff; }
.rim { stroke: #ffffff; fill-opacity: 0.85; }
.line { stroke: #888888; stroke-opacity: 0.35; stroke-linecap: round; }
text { fill: #1f1f1f; }
.halo { stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round; stroke-opacity: 0.8; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #16181d; }
  .rim { stroke: #16181d; }
  text { fill: #f0f0f0; }
  .halo { stroke: #16181d; }
}
";

/// About how wide a text is.
pub fn width_of(text: &str, size: f32) -> f32 {
    text.chars().count() as f32 * size * LETTER
}

/// The text, or its beginning and an ellipsis where it is wider than `most`.
pub fn shortened(text: &str, size: f32, most: f32) -> String {
    if width_of(text, size) <= most {
        return text.to_owned();
    }
    let letters = (most / (size * LETTER)).max(2.0) as usize - 1;
    let start: String = text.chars().take(letters).collect();
    format!("{}…", start.trim_end())
}

/// Text for XML: markup escaped, what XML cannot hold left out.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => result.push(' '),
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shortened_to_what_fits() {
        assert_eq!(shortened("short", 10.0, 100.0), "short");
        let cut = shortened("a very long name of a thing", 10.0, 60.0);
        assert!(cut.ends_with('…') && width_of(&cut, 10.0) <= 60.0, "{cut}");
        assert_eq!(shortened("long", 10.0, 0.0), "l…");
    }

    #[test]
    fn text_cannot_break_out_of_its_element() {
        assert_eq!(escaped("<a b=\"1\">&\u{1}"), "&lt;a b=&quot;1&quot;&gt;&amp; ");
    }
}
