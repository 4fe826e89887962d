//! Where in a text the forms of an annotation stand.

use rustc_hash::FxHashMap;

use super::GoldPaper;
use crate::extract::annotated::Annotated;
use crate::rules::{Schema, TypeId};
use crate::text::Readable;

/// A place where an annotated form stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Position of the entity among those of the annotation.
    pub entity: usize,
}

/// Finds every place of every annotated form on token edges, longer forms first, without overlaps; in order of their ends.
pub fn places(text: &Annotated<'_>, gold: &GoldPaper) -> Vec<Place> {
    let document = &text.document;
    let starts: FxHashMap<usize, u32> =
        document.tokens.iter().zip(0u32..).map(|(t, at)| (t.start as usize, at)).collect();
    let ends: FxHashMap<usize, u32> = document.tokens.iter().zip(1u32..).map(|(t, at)| (t.end as usize, at)).collect();
    let mut forms: Vec<(&str, usize)> = Vec::new();
    for (entity, annotated) in gold.entities.iter().enumerate() {
        forms.extend(annotated.surfaces.iter().map(|surface| (surface.as_str(), entity)));
    }
    forms.sort_by_key(|(surface, entity)| (std::cmp::Reverse(surface.len()), *entity));
    let mut taken = vec![false; document.tokens.len()];
    let mut places = Vec::new();
    for (surface, entity) in forms {
        let readable = Readable::new(surface).text;
        if readable.is_empty() {
            continue;
        }
        for (at, _) in document.reading.match_indices(readable.as_str()) {
            let (Some(&first), Some(&end)) = (starts.get(&at), ends.get(&(at + readable.len()))) else {
                continue;
            };
            if taken[first as usize..end as usize].iter().any(|&taken| taken) {
                continue;
            }
            taken[first as usize..end as usize].fill(true);
            places.push(Place { first, end, entity });
        }
    }
    places.sort_by_key(|place| place.end);
    places
}

/// The tokens of every place of one annotated entity, in order.
pub fn entity_spans(text: &Annotated<'_>, gold: &GoldPaper, entity: usize) -> Vec<(u32, u32)> {
    places(text, gold).iter().filter(|place| place.entity == entity).map(|place| (place.first, place.end)).collect()
}

/// The tokens of every place of an annotated form, with the type of its entity; entities of unknown types are left out.
pub fn typed_spans(schema: &Schema, text: &Annotated<'_>, gold: &GoldPaper) -> Vec<(u32, u32, TypeId)> {
    let typed = |place: &Place| {
        let entity_type = schema.type_named(&gold.entities[place.entity].entity_type)?;
        Some((place.first, place.end, entity_type))
    };
    places(text, gold).iter().filter_map(typed).collect()
}
