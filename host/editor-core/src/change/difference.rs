use super::{ChangeSet, Edit};
use crate::text::Text;

impl ChangeSet {
    /// The change from `before` to `after`, as one replacement of everything between their common start and their common end.
    /// Cursors in the common parts stay where they are. O(n) in both texts; copies only what differs.
    pub fn between(before: &Text, after: &Text) -> ChangeSet {
        let mut change = ChangeSet::empty(before.len());
        let start =
            common(before.rope_slice(0..before.len()).bytes(), after.rope_slice(0..after.len()).bytes());
        // Two different characters may have the same first bytes.
        let start = before.floor_boundary(start);
        let ends = (before.len() - start).min(after.len() - start);
        let shared = common(backwards(before).take(ends), backwards(after).take(ends));
        // They may have the same last bytes too: the common end must start with a whole character.
        let mut end = before.len() - shared;
        while !before.is_boundary(end) {
            end += 1;
        }
        let after_end = after.len() - (before.len() - end);
        change.push(Edit::replace(start..end, after.slice(start..after_end)));
        change
    }
}

fn common(left: impl Iterator<Item = u8>, right: impl Iterator<Item = u8>) -> usize {
    left.zip(right).take_while(|(left, right)| left == right).count()
}

fn backwards(text: &Text) -> impl Iterator<Item = u8> {
    text.rope_slice(0..text.len()).bytes_at(text.len()).reversed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, edits: &[Edit]) {
        let change = ChangeSet::between(&Text::from(before), &Text::from(after));
        assert_eq!(change.edits(), edits, "{before:?} to {after:?}");
        let mut text = Text::from(before);
        change.apply(&mut text).unwrap();
        assert_eq!(text.to_string(), after);
    }

    #[test]
    fn only_what_differs_is_replaced() {
        check("same", "same", &[]);
        check("", "new", &[Edit::insert(0, "new")]);
        check("one two three", "one 2 three", &[Edit::replace(4..7, "2")]);
        check("aaa", "aaaa", &[Edit::insert(3, "a")]);
        check("aaaa", "aa", &[Edit::delete(2..4)]);
        check("é", "è", &[Edit::replace(0..2, "è")]);
        check("aéb", "aũb", &[Edit::replace(1..3, "ũ")]);
        check("\u{e9}", "\u{129}", &[Edit::replace(0..2, "\u{129}")]);
    }
}
