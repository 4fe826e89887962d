//! Slugs: the readable, stable part of an id that is made from a name or a title.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Turns a text into lower-case words joined by `-`, for use in an id.
///
/// Accents of Latin letters are taken off ("Naïve" gives `naive`), letters of other scripts stay as they are, and
/// the signs that tell names apart are spelled out: `C++` gives `c-plus-plus`, `C#` `c-sharp`, `Q*` `q-star`,
/// `P@10` `p-at-10`. Every other sign only separates words.
///
/// The result has at most `most_characters` characters and is cut between two words where there are two; two long
/// texts may thus have the same slug. A text without any letter, digit or such sign gives `x` and a hash of it, which
/// is the same in every run and on every machine, so the result is never empty.
///
/// ```
/// use papergraph::text::slug;
///
/// assert_eq!(slug("LLaMA-2-7B", 80), "llama-2-7b");
/// assert_eq!(slug("Déjà vu: reading twice", 10), "deja-vu");
/// ```
pub fn slug(text: &str, most_characters: usize) -> String {
    let mut words = if text.is_ascii() {
        words(text.chars())
    } else {
        let without_signs = text.chars().filter(|c| !matches!(c, '™' | '®' | '©'));
        // Composed again at the end: Hangul syllables and kana come apart when accents do.
        words(without_accents(without_signs.nfkd())).nfc().collect()
    };
    if words.is_empty() {
        return format!("x{:016x}", stable_hash(text.as_bytes()));
    }
    if let Some((end, _)) = words.char_indices().nth(most_characters) {
        let at_a_word = words[end..].starts_with('-');
        words.truncate(end);
        if let (false, Some(last_break)) = (at_a_word, words.rfind('-')) {
            words.truncate(last_break);
        }
    }
    words
}

/// Joins the words of decomposed text by `-`.
fn words(characters: impl Iterator<Item = char>) -> String {
    let mut slug = String::new();
    let mut word_open = false;
    for character in characters {
        if is_apostrophe(character) {
            continue;
        }
        if let Some(name) = sign_name(character) {
            begin_word(&mut slug);
            slug.push_str(name);
            word_open = false;
        } else if character.is_alphanumeric() || (word_open && is_combining_mark(character)) {
            if !word_open {
                begin_word(&mut slug);
            }
            match plain_letters(character) {
                Some(letters) => slug.push_str(letters),
                None => slug.extend(character.to_lowercase()),
            }
            word_open = true;
        } else {
            word_open = false;
        }
    }
    slug
}

fn begin_word(slug: &mut String) {
    if !slug.is_empty() {
        slug.push('-');
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{02BC}')
}

/// Signs that tell one name from another ("C", "C++", "C#"), so they must not vanish.
fn sign_name(character: char) -> Option<&'static str> {
    match character {
        '+' => Some("plus"),
        '#' => Some("sharp"),
        '*' => Some("star"),
        '@' => Some("at"),
        _ => None,
    }
}

/// Latin letters that Unicode does not decompose.
fn plain_letters(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// Drops the combining marks that follow a Latin letter; in other scripts they are part of the spelling.
fn without_accents(decomposed: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut after_latin = false;
    decomposed.filter(move |&character| {
        if is_combining_mark(character) {
            return !after_latin;
        }
        after_latin = character < '\u{0250}';
        true
    })
}

/// FNV-1a: a hash that is defined once and for all, unlike the standard library's.
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_differ_by_a_sign_stay_apart() {
        let slugs = ["C", "C++", "C#", "C*", "C@"].map(|name| slug(name, 80));
        assert_eq!(slugs, ["c", "c-plus-plus", "c-sharp", "c-star", "c-at"]);
        assert_eq!(slug("F1", 80), "f1");
        assert_eq!(slug("Q*", 80), "q-star");
        assert_eq!(slug("GPT-3.5", 80), "gpt-3-5");
    }

    #[test]
    fn latin_accents_go_and_other_scripts_stay() {
        assert_eq!(slug("Schrödinger's Łódź Straße", 80), "schrodingers-lodz-strasse");
        assert_eq!(slug("通义 Qwen", 80), "通义-qwen");
        assert_eq!(slug("한국어 モデル", 80), "한국어-モデル");
        assert_eq!(slug("हिन्दी", 80), "हिन्दी");
        assert_eq!(slug("β-VAE", 80), "β-vae");
        assert_eq!(slug("Tool™ ﬁve²", 80), "tool-five2");
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        assert_eq!(slug("one two three", 13), "one-two-three");
        assert_eq!(slug("one two three", 12), "one-two");
        assert_eq!(slug("one two three", 7), "one-two");
        assert_eq!(slug("abcdefgh", 3), "abc");
    }

    #[test]
    fn nothing_left_gives_a_stable_hash() {
        assert_eq!(slug("", 80), "xcbf29ce484222325");
        assert_ne!(slug("???", 80), slug("!!!", 80));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn slugs_are_never_empty_and_made_of_words(text in "\\PC{0,40}") {
            let slug = slug(&text, 30);
            prop_assert!(!slug.is_empty());
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug}");
            prop_assert!(!slug.contains(|c: char| c.is_whitespace() || c.is_ascii_uppercase()));
        }
    }
}
