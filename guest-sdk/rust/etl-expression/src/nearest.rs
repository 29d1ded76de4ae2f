/// The candidate most similar to a name, if one is similar enough to suggest. Case makes no difference.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Below it, Jaro-Winkler pairs words that only share letters.
    const ENOUGH: f64 = 0.8;
    let small = name.to_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let typing_error = small.len() >= 3 && strsim::damerau_levenshtein(&small, &candidate) == 1;
        strsim::jaro_winkler(&small, &candidate).max(if typing_error { ENOUGH } else { 0.0 })
    };
    let likely = candidates.into_iter().map(|candidate| (likeness(candidate), candidate));
    let likely = likely.filter(|(likeness, _)| *likeness >= ENOUGH);
    likely.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, candidate)| candidate)
}
