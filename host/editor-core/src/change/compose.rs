use super::{ChangeError, ChangeSet, Edit};

impl ChangeSet {
    /// This change and then `next`, as one. O(edits of both + bytes inserted by both).
    ///
    /// The result gives the same text; it maps positions less finely, since edits that touch become one.
    ///
    /// # Errors
    /// [`ChangeError::OtherText`] if `next` is not for the text that this change leads to, and
    /// [`ChangeError::InsideCharacter`] if it would cut a character that this change inserts.
    pub fn compose(&self, next: &ChangeSet) -> Result<ChangeSet, ChangeError> {
        if next.length_before != self.length_after() {
            return Err(ChangeError::OtherText { expected: next.length_before, length: self.length_after() });
        }
        let (mut first, mut second) = (Walk::over(self), Walk::over(next));
        let mut composed = Composed::new(self.length_before);
        loop {
            match (first.step(), second.step()) {
                (Some(Step::Drop(bytes)), other) => {
                    composed.pending.range.end += bytes;
                    second.put_back(other);
                }
                (other, Some(Step::Put(text))) => {
                    composed.pending.text += text;
                    first.put_back(other);
                }
                (Some(Step::Keep(kept)), Some(Step::Keep(wanted))) => {
                    let bytes = kept.min(wanted);
                    composed.keep(bytes);
                    first.put_back(Some(Step::Keep(kept - bytes)));
                    second.put_back(Some(Step::Keep(wanted - bytes)));
                }
                (Some(Step::Keep(kept)), Some(Step::Drop(unwanted))) => {
                    let bytes = kept.min(unwanted);
                    composed.pending.range.end += bytes;
                    first.put_back(Some(Step::Keep(kept - bytes)));
                    second.put_back(Some(Step::Drop(unwanted - bytes)));
                }
                (Some(Step::Put(text)), Some(Step::Keep(wanted))) => {
                    let (kept, rest) = split(text, wanted)?;
                    composed.pending.text += kept;
                    first.put_back(Some(Step::Put(rest)));
                    second.put_back(Some(Step::Keep(wanted - kept.len())));
                }
                (Some(Step::Put(text)), Some(Step::Drop(unwanted))) => {
                    let (dropped, rest) = split(text, unwanted)?;
                    first.put_back(Some(Step::Put(rest)));
                    second.put_back(Some(Step::Drop(unwanted - dropped.len())));
                }
                // The lengths are equal, so both walks end together.
                (None, _) | (_, None) => return Ok(composed.finish()),
            }
        }
    }

    /// Composes a list of changes into one; `None` for an empty list. Composes in pairs, so that many small changes cost
    /// O(total · log count) and not the square.
    ///
    /// # Errors
    /// As [`ChangeSet::compose`].
    pub fn compose_all<'a>(
        changes: impl IntoIterator<Item = &'a ChangeSet>,
    ) -> Result<Option<ChangeSet>, ChangeError> {
        let mut level: Vec<ChangeSet> = changes.into_iter().cloned().collect();
        while level.len() > 1 {
            let mut pairs = std::mem::take(&mut level).into_iter();
            while let Some(first) = pairs.next() {
                level.push(match pairs.next() {
                    Some(second) => first.compose(&second)?,
                    None => first,
                });
            }
        }
        Ok(level.pop())
    }
}

fn split(text: &str, bytes: usize) -> Result<(&str, &str), ChangeError> {
    let bytes = bytes.min(text.len());
    text.split_at_checked(bytes).ok_or(ChangeError::InsideCharacter { offset: bytes })
}

/// A change as a walk over the text before it.
enum Step<'a> {
    /// Keep this many bytes.
    Keep(usize),
    /// Delete this many bytes.
    Drop(usize),
    /// Insert this text.
    Put(&'a str),
}

struct Walk<'a> {
    steps: std::vec::IntoIter<Step<'a>>,
    /// The rest of a step that was taken in part.
    rest: Option<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn over(change: &'a ChangeSet) -> Walk<'a> {
        let mut steps = Vec::with_capacity(change.edits.len() * 3 + 1);
        let mut at = 0;
        for edit in &change.edits {
            steps.push(Step::Keep(edit.range.start - at));
            steps.push(Step::Drop(edit.range.len()));
            steps.push(Step::Put(&edit.text));
            at = edit.range.end;
        }
        steps.push(Step::Keep(change.length_before - at));
        Walk { steps: steps.into_iter(), rest: None }
    }

    /// The next step that is not empty.
    fn step(&mut self) -> Option<Step<'a>> {
        self.rest.take().or_else(|| self.steps.find(Step::is_something))
    }

    fn put_back(&mut self, step: Option<Step<'a>>) {
        self.rest = step.filter(Step::is_something);
    }
}

impl Step<'_> {
    fn is_something(&self) -> bool {
        match self {
            Step::Keep(bytes) | Step::Drop(bytes) => *bytes > 0,
            Step::Put(text) => !text.is_empty(),
        }
    }
}

struct Composed {
    change: ChangeSet,
    /// The edit that is being built. It ends where the walk is.
    pending: Edit,
}

impl Composed {
    fn new(length_before: usize) -> Composed {
        Composed { change: ChangeSet::empty(length_before), pending: Edit::delete(0..0) }
    }

    fn keep(&mut self, bytes: usize) {
        let next = self.pending.range.end + bytes;
        self.change.push(std::mem::replace(&mut self.pending, Edit::delete(next..next)));
    }

    fn finish(mut self) -> ChangeSet {
        self.change.push(self.pending);
        self.change
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    fn check(before: &str, first: &[Edit], second: &[Edit], composed: &[Edit]) {
        let text = Text::from(before);
        let mut middle = text.clone();
        let first = ChangeSet::new(&text, first.to_vec()).unwrap();
        first.apply(&mut middle).unwrap();
        let second = ChangeSet::new(&middle, second.to_vec()).unwrap();
        assert_eq!(first.compose(&second).unwrap().edits(), composed);
    }

    #[test]
    fn two_changes_become_one() {
        check("", &[Edit::insert(0, "a")], &[Edit::insert(1, "b")], &[Edit::insert(0, "ab")]);
        check("abc", &[Edit::insert(1, "xyz")], &[Edit::delete(1..4)], &[]);
        check("abc", &[Edit::insert(1, "xyz")], &[Edit::delete(0..2)], &[Edit::replace(0..1, "yz")]);
        check(
            "abcdef",
            &[Edit::delete(0..1), Edit::insert(6, "!")],
            &[Edit::replace(1..2, "C")],
            &[Edit::delete(0..1), Edit::replace(2..3, "C"), Edit::insert(6, "!")],
        );
        check("abc", &[Edit::replace(1..2, "é")], &[Edit::delete(0..4)], &[Edit::delete(0..3)]);
    }

    #[test]
    fn changes_that_do_not_follow_are_refused() {
        let change = ChangeSet::new(&Text::from("ab"), [Edit::insert(1, "é")]).unwrap();
        let other = ChangeSet::new(&Text::from("abc"), [Edit::delete(0..1)]).unwrap();
        let message = change.compose(&other).unwrap_err().to_string();
        assert_eq!(message, "the change is for a text of 3 bytes, but this one has 4");
        let cuts = ChangeSet::new(&Text::from("abcd"), [Edit::delete(0..2)]).unwrap();
        assert_eq!(change.compose(&cuts), Err(ChangeError::InsideCharacter { offset: 1 }));
    }
}
