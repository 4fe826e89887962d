//! What was probably meant: the nearest of the known names.

/// How many known names are told where none is near.
const LISTED: usize = 16;

/// "did you mean `x`?", or the list of what is known where nothing is near and the list is short.
pub(super) fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(nearest) = nearest(name, &known) {
        return Some(format!("did you mean `{nearest}`?"));
    }
    let list: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    (1..=LISTED).contains(&list.len()).then(|| format!("known are {}", list.join(", ")))
}

/// The known name nearest to `name`, if it differs in a third of its letters at most; the first of equally near ones.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).max(1);
    known
        .iter()
        .filter_map(|known| {
            let candidate: Vec<char> = known.to_lowercase().chars().collect();
            let near = candidate.len().abs_diff(wanted.len()) <= limit;
            near.then(|| (edit_distance(&wanted, &candidate), *known)).filter(|(distance, _)| *distance <= limit)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Insertions, deletions, replacements and swaps of neighbours that make one text the other.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_name() {
        assert_eq!(nearest("Modle", &["Method", "Model", "Metric"]), Some("Model"));
        assert_eq!(nearest("verb", &["verbs", "phrases"]), Some("verbs"));
        assert_eq!(nearest("dataset", &["Dataset"]), Some("Dataset"));
        assert_eq!(nearest("xyz", &["Method"]), None);
        assert_eq!(suggestion("xyz", ["a"]).as_deref(), Some("known are `a`"));
        assert_eq!(suggestion("xyz", []), None);
    }
}
