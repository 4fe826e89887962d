//! Placeholder until the reader's slug lands.

/// Lower-case words joined by hyphens.
pub fn slug(text: &str, most_characters: usize) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-").chars().take(most_characters).collect()
}
