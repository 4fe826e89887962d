//! What resolution needs to know of the lexicon.

use rustc_hash::FxHashMap;

use crate::rules::TypeId;
use crate::text::{joined_form, normal_form};

/// One entry of the lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownName {
    /// The canonical name.
    pub name: String,
    /// Its type.
    pub entity_type: TypeId,
    /// Other forms.
    pub aliases: Vec<String>,
    /// The more general name, which may be the name or an alias of another entry of the type, or of none.
    pub broader: Option<String>,
    /// Address of the thing.
    pub url: Option<String>,
}

impl KnownName {
    /// The name and the aliases.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// What two names must share to be compared at all.
pub(super) fn name_key(name: &str) -> String {
    joined_form(&normal_form(name))
}

/// Finds the one entry of a type that has a name among its forms.
#[derive(Debug)]
pub(super) struct KnownForms {
    /// `None`: several entries of the type claim the form as an alias, or several as their name.
    entries: FxHashMap<(TypeId, String), Option<Claim>>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    entry: usize,
    is_name: bool,
}

impl KnownForms {
    /// Looks through the lexicon for the forms that `wanted` says yes to.
    pub(super) fn new(lexicon: &[KnownName], wanted: impl Fn(TypeId, &str) -> bool) -> KnownForms {
        let mut entries: FxHashMap<(TypeId, String), Option<Claim>> = FxHashMap::default();
        for (entry, known) in lexicon.iter().enumerate() {
            let name = name_key(&known.name);
            for form in known.forms() {
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
        KnownForms { entries }
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
