//! Suggestions for misspelled names.

/// The lowest likeness worth suggesting: below it, Jaro-Winkler pairs words that only share letters.
const ENOUGH: f64 = 0.8;

/// The candidate most similar to `name`, or `None` if none is similar enough to suggest.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Jaro-Winkler ignores swapped letters in short words, so a single typing error is enough by itself.
fn likeness(name: &str, candidate: &str) -> f64 {
    const SHORTEST: usize = 3;
    let likeness = strsim::jaro_winkler(name, candidate);
    let is_typing_error =
        name.chars().count() >= SHORTEST && strsim::damerau_levenshtein(name, candidate) == 1;
    if is_typing_error { likeness.max(ENOUGH) } else { likeness }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_the_word_of_a_typing_error_and_nothing_for_other_words() {
        let known = ["language", "command", "output", "watch"];
        assert_eq!(nearest("langauge", known), Some("language"));
        assert_eq!(nearest("outputs", known), Some("output"));
        assert_eq!(nearest("elt", ["editor", "etl"]), Some("etl"));
        assert_eq!(nearest("zebra", known), None);
    }
}
