//! Texts in a drawing: cut, broken into lines, quoted.

use crate::export::text::{one_line, readable};

/// `text` in at most `lines` lines of at most `width` characters, with an ellipsis where something was cut.
pub fn wrap(text: &str, width: usize, lines: usize) -> Vec<String> {
    let text = one_line(text);
    let mut wrapped: Vec<String> = Vec::new();
    let mut words = text.split(' ').flat_map(|word| pieces(word, width)).peekable();
    while let Some(word) = words.next() {
        match wrapped.last_mut() {
            Some(line) if length(line) + 1 + length(&word) <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => wrapped.push(word),
        }
        let full = wrapped.len() == lines;
        if let (true, Some(next), Some(line)) = (full, words.peek(), wrapped.last_mut())
            && length(line) + 1 + length(next) > width
        {
            while length(line) >= width && line.pop().is_some() {}
            line.truncate(line.trim_end().len());
            line.push('…');
            break;
        }
    }
    wrapped
}

/// A word too long for a line, cut into lines.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(width.max(1)).map(|chunk| chunk.iter().collect()).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Lines as the value of a label or tooltip, in quotes.
pub fn quote_lines(lines: &[String]) -> String {
    let escaped: Vec<String> = lines.iter().map(|line| escape(&one_line(line))).collect();
    format!("\"{}\"", escaped.join("\\n"))
}

/// One text as the value of an attribute that Graphviz shows, in quotes.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", escape(&one_line(text)))
}

/// The name of a node, in quotes: two names stay two.
pub fn quote_name(name: &str) -> String {
    format!("\"{}\"", escape(&readable(name)))
}

/// Graphviz reads backslashes as escapes and `&amp;` and the like as characters.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

/// Text inside a label that is written like HTML.
pub fn html(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_titles_are_cut_at_a_word() {
        assert_eq!(wrap("short", 10, 2), ["short"]);
        assert_eq!(wrap("one two three four", 9, 2), ["one two", "three…"]);
        assert_eq!(wrap("one two three", 9, 3), ["one two", "three"]);
        assert_eq!(wrap("abcdefghijklm", 5, 2), ["abcde", "fghi…"]);
        assert!(wrap(" \n", 5, 2).iter().all(String::is_empty));
    }

    #[test]
    fn quotes_and_backslashes_stay_inside() {
        assert_eq!(quote("a \"b\" \\ R&amp;D\n"), r#""a \"b\" \\ R&amp;amp;D""#);
        assert_eq!(quote_lines(&["a\\".into(), "b".into()]), r#""a\\\nb""#);
        assert_eq!(html("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn never_wider_or_longer_than_asked(text in ".{0,80}", width in 1usize..20, lines in 1usize..4) {
            let wrapped = wrap(&text, width, lines);
            prop_assert!(wrapped.len() <= lines);
            for line in &wrapped {
                prop_assert!(line.chars().count() <= width, "{line}");
            }
        }
    }
}
