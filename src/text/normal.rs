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

#[cfg(test)]
mod tests {
    use super::*;

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
