//! Writes actual results into a file of cases.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use anyhow::Context;

use crate::script::{Expected, Mismatch, Step, WIDTH};
use crate::wave::{Value, pretty};

/// The replacements to make in a text: the start of each, its end and the new text.
#[derive(Debug, Default)]
pub(super) struct Blessing(BTreeMap<usize, (usize, String)>);

impl Blessing {
    /// Adds the actual result as a replacement, if the mismatch is in the result. Returns whether it is.
    pub(super) fn take(&mut self, text: &str, step: &Step, mismatch: &Mismatch, actual: &Value) -> bool {
        let (span, space): (&Range<usize>, &str) = match (mismatch, &step.expected) {
            (Mismatch::Result { .. }, Some(Expected::Value(_, span))) => (span, ""),
            (Mismatch::Unwritten { .. }, Some(Expected::Unwritten(span))) => (span, " "),
            _ => return false,
        };
        let before = text.get(..span.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or(before);
        let indent = line.len() - line.trim_start().len();
        // The script's head runs in every case, and the first result counts.
        let value = pretty(actual, indent, WIDTH.saturating_sub(line.chars().count() - indent));
        self.0.entry(span.start).or_insert_with(|| (span.end, format!("{space}{value}")));
        true
    }

    /// Writes the file with the replacements, and returns their number.
    pub(super) fn write(self, file: &Path, text: &str) -> anyhow::Result<usize> {
        let count = self.0.len();
        let mut text = text.to_owned();
        for (start, (end, value)) in self.0.into_iter().rev() {
            text.replace_range(start..end, &value);
        }
        if count > 0 {
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(count)
    }
}
