//! Which of the entries that mention a request decides.

use std::cmp::Reverse;

use super::rule::{Entry, Rule};
use super::subject::Subject;
use crate::grants::{Capability, Provision, Verdict};

/// The verdict of rules that are about the plugin, with the host's value for what is allowed.
///
/// A `deny` of any rule wins. Then the closest rule that mentions the request decides: one with a digest before one with a name before one with
/// a pattern. Among rules that are equally close, `ask` comes before `withhold` and that before `allow`, and then the first in the file.
pub(super) fn decide(rules: &[&Rule], request: &Capability) -> (Verdict, Option<Provision>) {
    if let Some(entry) = rules.iter().find_map(|rule| mention(&rule.deny, request)) {
        let denied = Verdict::Denied { rule: entry.place.clone(), entry: entry.value.to_string() };
        return (denied, None);
    }
    let mut closest: Vec<_> = rules.iter().collect();
    // Stable: rules that are equally close stay in the order of the file.
    closest.sort_by_key(|rule| Reverse(rule.rank()));
    let mut decided = (Verdict::Unmentioned, None);
    for equals in closest.chunk_by(|one, other| one.rank() == other.rank()) {
        let ask = || equals.iter().find_map(|rule| mention(&rule.ask, request));
        let withhold = || equals.iter().find_map(|rule| mention(&rule.withhold, request));
        let allow = || {
            equals.iter().find_map(|rule| {
                let Entry { place, value } = rule.allow.as_ref()?;
                Some((place, value.provision(request)?))
            })
        };
        decided = if let Some(Entry { place, .. }) = ask() {
            (Verdict::Ask { rule: place.clone() }, None)
        } else if let Some(Entry { place, .. }) = withhold() {
            (Verdict::Withheld { rule: place.clone() }, None)
        } else if let Some((place, provision)) = allow() {
            (Verdict::Allowed { rule: place.clone() }, Some(provision.clone()))
        } else {
            continue;
        };
        break;
    }
    decided
}

fn mention<'a>(entries: &'a [Entry<Subject>], request: &Capability) -> Option<&'a Entry<Subject>> {
    entries.iter().find(|entry| entry.value.overlaps(request))
}
