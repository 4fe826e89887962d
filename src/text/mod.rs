//! Tokens, sentences and normal forms.
