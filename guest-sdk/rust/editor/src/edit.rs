//! Edits: creating them and applying them to a text.

use crate::range::{to_u64, to_usize};
use crate::{Edit, EditError, Range};

impl Edit {
    /// Replaces this range.
    pub fn replace(range: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        Self { range: range.into(), text: text.into() }
    }

    /// Inserts at an offset.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Deletes this range.
    pub fn delete(range: std::ops::Range<usize>) -> Self {
        Self::replace(range, "")
    }

    /// The replaced range, in bytes.
    pub fn bytes(&self) -> std::ops::Range<usize> {
        self.range.into()
    }
}

/// Sorts edits into the order that the editor requires. Insertions at the same place keep their order.
pub(crate) fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits
}

/// The edit between two texts, without their common beginning and end. `None` if they are the same.
///
/// ```
/// use witdock_editor_guest::{Edit, edit_between};
///
/// assert_eq!(edit_between("one too three", "one two three"), Some(Edit::replace(5..6, "w")));
/// assert_eq!(edit_between("one", "one"), None);
/// ```
pub fn edit_between(before: &str, after: &str) -> Option<Edit> {
    if before == after {
        return None;
    }
    let common = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>()
    };
    let start = common(&mut before.chars().zip(after.chars()));
    let (before_rest, after_rest) = (before.get(start..)?, after.get(start..)?);
    let end = common(&mut before_rest.chars().rev().zip(after_rest.chars().rev()));
    let replaced = start..before.len().checked_sub(end)?;
    Some(Edit::replace(replaced, after_rest.get(..after_rest.len().checked_sub(end)?)?))
}

/// Applies edits to a text by the editor's rules, to compute a result in advance, or in unit tests.
///
/// # Errors
///
/// [`EditError::OutOfRange`], [`EditError::NotOnBoundary`] or [`EditError::Overlapping`], with the index of the edit.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (index, edit) in edits.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let Range { start, end } = edit.range;
        if start > end || end > to_u64(text.len()) {
            return Err(EditError::OutOfRange(index));
        }
        let (start, end) = (to_usize(start), to_usize(end));
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            return Err(EditError::NotOnBoundary(index));
        }
        let Some(kept) = text.get(done..start) else {
            return Err(EditError::Overlapping(index));
        };
        result.push_str(kept);
        result.push_str(&edit.text);
        done = end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_in_any_order_become_one_text() {
        let edits =
            vec![Edit::delete(7..8), Edit::insert(3, ","), Edit::insert(3, " "), Edit::replace(0..1, "O")];
        assert_eq!(apply("one two!", &in_order(edits)), Ok("One,  two".to_owned()));
    }

    #[test]
    fn edits_that_make_no_sense_are_refused_by_index() {
        let refused = |second: Edit| apply("né", &[Edit::insert(0, "x"), second]).unwrap_err();
        assert_eq!(refused(Edit::delete(1..9)), EditError::OutOfRange(1));
        assert_eq!(refused(Edit::insert(2, "")), EditError::NotOnBoundary(1));
        assert_eq!(apply("abc", &[Edit::delete(0..2), Edit::delete(1..3)]), Err(EditError::Overlapping(1)));
    }

    #[test]
    fn the_edit_between_two_texts_leads_from_one_to_the_other() {
        for (before, after) in
            [("", "a"), ("a", ""), ("aa", "a"), ("a", "aaa"), ("né", "nè"), ("abc", "axbxc"), ("日本", "本")]
        {
            let edit = edit_between(before, after).unwrap();
            assert_eq!(apply(before, &[edit]), Ok(after.to_owned()), "{before} {after}");
        }
    }
}
