//! The name that somebody probably meant.

/// The candidate most like `name`, if one is like it enough to be worth suggesting.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Below this, jaro-winkler pairs words that merely share letters.
    const ENOUGH: f64 = 0.8;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_error_finds_its_word_and_a_stranger_finds_none() {
        let known = ["language", "command", "output", "watch"];
        assert_eq!(nearest("langauge", known), Some("language"));
        assert_eq!(nearest("outputs", known), Some("output"));
        assert_eq!(nearest("zebra", known), None);
    }
}
