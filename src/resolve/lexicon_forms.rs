//! Finding an entry of the lexicon by one of its forms.

use rustc_hash::FxHashMap;

use super::key::name_key;
use crate::rules::{LexiconEntry, TypeId};

/// Finds the one entry of a type that has a name among its forms.
#[derive(Debug)]
pub(super) struct LexiconForms {
    /// `None`: several entries of the type claim the form as an alias, or several as their name.
    entries: FxHashMap<(TypeId, String), Option<Claim>>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    entry: usize,
    is_name: bool,
}

impl LexiconForms {
    /// Looks through the lexicon for the forms that `wanted` says yes to.
    pub(super) fn new(lexicon: &[LexiconEntry], wanted: impl Fn(TypeId, &str) -> bool) -> LexiconForms {
        let mut entries: FxHashMap<(TypeId, String), Option<Claim>> = FxHashMap::default();
        for (entry, known) in lexicon.iter().enumerate() {
            let name = name_key(&known.name);
            let forms = std::iter::once(&known.name).chain(&known.aliases);
            for form in forms {
                let key = name_key(form);
                if !wanted(known.entity_type, &key) {
                    continue;
                }
                let claim = Claim { entry, is_name: key == name };
                entries
                    .entry((known.entity_type, key))
                    .and_modify(|held| *held = stronger(*held, claim))
                    .or_insert(Some(claim));
            }
        }
        LexiconForms { entries }
    }

    /// The entry of the type that this key means, if it is clear.
    pub(super) fn entry(&self, entity_type: TypeId, key: &str) -> Option<usize> {
        // The map owns its keys, so a look-up needs an owned one; it is done once a form, not once a mention.
        self.entries.get(&(entity_type, key.to_owned()))?.map(|claim| claim.entry)
    }
}

/// A name beats an alias; two of a kind leave it open.
fn stronger(held: Option<Claim>, new: Claim) -> Option<Claim> {
    match held {
        Some(claim) if claim.entry == new.entry => Some(Claim { is_name: claim.is_name || new.is_name, ..claim }),
        Some(claim) if claim.is_name && !new.is_name => Some(claim),
        Some(claim) if !claim.is_name && new.is_name => Some(new),
        None if new.is_name => Some(new),
        _ => None,
    }
}
