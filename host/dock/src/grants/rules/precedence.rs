//! Which of the entries that mention a request decides.

use std::cmp::Reverse;

use super::rule::{Entry, Rule};
use super::subject::Subject;
use crate::grants::{Access, Capability, Provision, Verdict};

/// What rules say about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) verdict: Verdict,
    /// The host's value for what is allowed.
    pub(super) provision: Option<Provision>,
    /// What the verdict is about, where a rule withholds a part of the request: reading a folder.
    pub(super) narrowed: Option<Capability>,
}

impl Decided {
    fn plain(verdict: Verdict) -> Self {
        Self { verdict, provision: None, narrowed: None }
    }
}

/// The verdict of rules that are about the plugin.
///
/// A `deny` of any rule wins. Then the closest rule that mentions the request decides: one with a digest before one with a name before one with
/// a pattern. Among rules that are equally close, `ask` comes before `withhold` and that before `allow`, and then the first in the file. Where writing a
/// folder is withheld, the rules decide about reading it.
pub(super) fn decide(rules: &[&Rule], request: &Capability) -> Decided {
    if let Some(entry) = rules.iter().find_map(|rule| mention(&rule.deny, request)) {
        return Decided::plain(Verdict::Denied { rule: entry.place.clone(), entry: entry.value.to_string() });
    }
    let mut closest: Vec<_> = rules.iter().collect();
    // Stable: rules that are equally close stay in the order of the file.
    closest.sort_by_key(|rule| Reverse(rule.rank()));
    for equals in closest.chunk_by(|one, other| one.rank() == other.rank()) {
        if let Some(Entry { place, .. }) = equals.iter().find_map(|rule| mention(&rule.ask, request)) {
            return Decided::plain(Verdict::Ask { rule: place.clone() });
        }
        let withheld = || equals.iter().flat_map(|rule| &rule.withhold);
        let mut withheld = withheld().filter(|entry| entry.value.overlaps(request));
        // An entry that withholds all comes before one that withholds a part.
        let (mut whole, mut part) = (None, None);
        for entry in withheld.by_ref() {
            match without_writing(&entry.value, request) {
                Some(reading) => part = part.or(Some(reading)),
                None => whole = whole.or(Some(entry)),
            }
        }
        if let Some(Entry { place, .. }) = whole {
            return Decided::plain(Verdict::Withheld { rule: place.clone() });
        }
        if let Some(reading) = part {
            let decided = decide(rules, &reading);
            return Decided { narrowed: Some(reading), ..decided };
        }
        let allowed = equals.iter().find_map(|rule| {
            let Entry { place, value } = rule.allow.as_ref()?;
            Some((place, value.provision(request)?))
        });
        if let Some((place, provision)) = allowed {
            let verdict = Verdict::Allowed { rule: place.clone() };
            return Decided { provision: Some(provision.clone()), ..Decided::plain(verdict) };
        }
    }
    Decided::plain(Verdict::Unmentioned)
}

fn mention<'a>(entries: &'a [Entry<Subject>], request: &Capability) -> Option<&'a Entry<Subject>> {
    entries.iter().find(|entry| entry.value.overlaps(request))
}

/// What is left of a request for a folder if an entry is about writing alone.
fn without_writing(subject: &Subject, request: &Capability) -> Option<Capability> {
    match (subject, request) {
        (
            Subject::One(Capability::Folder { access: Access::ReadWrite, .. }),
            Capability::Folder { path, access: Access::ReadWrite },
        ) => Some(Capability::Folder { path: path.clone(), access: Access::ReadOnly }),
        _ => None,
    }
}
