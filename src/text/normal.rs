//! The normal form in which names are compared: letter case, hyphens and a plural ending do not matter.

/// Folds case, makes hyphens, dashes, slashes, underscores and white space one space, trims punctuation, and takes
/// the plural off the last word: `Large-Language  Models.` becomes `large language model`.
pub fn normal_form(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        let is_space = character.is_whitespace() || matches!(character, '-' | '_' | '/' | '\u{2010}'..='\u{2015}');
        if is_space {
            if !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if character.is_ascii() {
            // Nearly all are, and then one letter is one letter.
            folded.push(character.to_ascii_lowercase());
        } else {
            folded.extend(character.to_lowercase());
        }
    }
    let trimmed = folded.trim_matches(|c: char| " .,;:'\"()".contains(c));
    let last_word = trimmed.rfind(' ').map_or(0, |space| space + 1);
    let mut normal = trimmed[..last_word].to_string();
    normal.push_str(&singular(&trimmed[last_word..]));
    normal
}

/// A lower-case word without its plural ending: `studies` → `study`, `models` → `model`, `loss` → `loss`.
pub fn singular(word: &str) -> std::borrow::Cow<'_, str> {
    if word.chars().nth(3).is_none() {
        return word.into();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y").into();
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.into(),
        _ => word.into(),
    }
}

/// Calls `visit` with the last three and the last four letters of a word, in lower case and without a plural s, and
/// whether they are the whole of it.
pub fn endings(word: &str, mut visit: impl FnMut(&str, bool)) {
    // Most words are ASCII, and a copy of so few letters needs no memory of its own.
    let tail = word.as_bytes().last_chunk::<6>().map_or(word.as_bytes(), |tail| tail);
    let mut letters = [0; 6];
    let lower: &str = if word.is_ascii() {
        let letters = &mut letters[..tail.len()];
        letters.copy_from_slice(tail);
        letters.make_ascii_lowercase();
        std::str::from_utf8(letters).unwrap_or_default()
    } else {
        &word.to_lowercase()
    };
    let stem = lower.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(lower);
    for length in [3, 4] {
        if let Some((at, _)) = stem.char_indices().rev().nth(length - 1) {
            visit(&stem[at..], at == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_those_of_the_singular() {
        let of = |word: &str| {
            let mut found = Vec::new();
            endings(word, |ending, whole| found.push(format!("{ending}{}", if whole { "!" } else { "" })));
            found.join(" ")
        };
        assert_eq!(of("Transformers"), "mer rmer");
        assert_eq!(of("loss"), "oss loss!");
        assert_eq!(of("cats"), "cat!");
        assert_eq!(of("of"), "");
        assert_eq!(of("naïves"), "ïve aïve");
    }

    #[test]
    fn folds_case_hyphens_and_plurals() {
        assert_eq!(normal_form("Large-Language  Models."), "large language model");
        assert_eq!(normal_form("(LLMs)"), "llm");
        assert_eq!(normal_form("ViT-B/16"), "vit b 16");
        assert_eq!(normal_form("cross-entropy loss"), "cross entropy loss");
        assert_eq!(normal_form("case studies"), "case study");
        assert_eq!(normal_form("gas"), "gas");
    }
}
