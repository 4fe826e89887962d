//! What two names must share to be compared at all.

use crate::text::normal_form;

/// The normal form without its spaces, for writings that differ in where words are split.
///
/// The space between two digits stays, because there it tells "Llama 2 7B" from "Llama 27B".
///
/// | name | normal form | key |
/// | --- | --- | --- |
/// | `LLaMA-2` | `llama 2` | `llama2` |
/// | `Llama2` | `llama2` | `llama2` |
/// | `Llama-2-7B` | `llama 2 7b` | `llama2 7b` |
/// | `Fine-Tuning` | `fine tuning` | `finetuning` |
pub(super) fn name_key(name: &str) -> String {
    joined(&normal_form(name))
}

/// The key of a name whose normal form is known.
pub(super) fn joined(normal_form: &str) -> String {
    let mut key = String::with_capacity(normal_form.len());
    let mut characters = normal_form.chars().peekable();
    while let Some(character) = characters.next() {
        if character == ' ' {
            let digit_before = key.chars().next_back().is_some_and(char::is_numeric);
            let digit_after = characters.peek().copied().is_some_and(char::is_numeric);
            if !(digit_before && digit_after) {
                continue;
            }
        }
        key.push(character);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_never_makes_one_number_of_two() {
        assert_eq!(name_key("Llama-2-7B"), "llama2 7b");
        assert_eq!(name_key("Llama 27B"), "llama27b");
        assert_eq!(name_key("ViT-B/16"), "vitb16");
        assert_eq!(name_key("fine-tuning"), name_key("finetuning"));
    }
}
