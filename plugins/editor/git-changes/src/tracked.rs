//! A document with what git has of its file.

use witdock_editor_guest::{DocumentVersion, Ticket};

use crate::hunks::{Hunk, lines};

/// A document with what git has of its file.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    /// What git has. None for a file that it does not have.
    pub(crate) base: Option<String>,
    pub(crate) hunks: Vec<Hunk>,
    /// What they have in the text, in bytes.
    pub(crate) changed: Vec<std::ops::Range<u64>>,
    /// The version that was compared last.
    pub(crate) compared: Option<DocumentVersion>,
    /// The process that reads what git has.
    pub(crate) process: Option<Ticket>,
    pub(crate) output: Vec<u8>,
}

impl Tracked {
    /// Takes what was read.
    pub(crate) fn has_read(&mut self, is_complete: bool, longest: usize) {
        self.process = None;
        let output = std::mem::take(&mut self.output);
        let is_text = is_complete && output.len() <= longest;
        let base = is_text.then(|| String::from_utf8(output).ok()).flatten();
        if self.base != base {
            self.base = base;
            self.compared = None;
            self.hunks.clear();
        }
    }

    /// The lines that git has in the place of a change.
    pub(crate) fn lines_before(&self, hunk: &Hunk) -> Vec<&str> {
        let base = self.base.as_deref().unwrap_or_default();
        lines(base).into_iter().skip(hunk.before.start).take(hunk.before.len()).collect()
    }

    /// The text with the lines of a change as git has them. Line endings around them stay.
    pub(crate) fn reverted(&self, text: &str, line_ending: &str, hunk: &Hunk) -> String {
        let own = lines(text);
        let ending_of = |line: usize| match text.split('\n').nth(line) {
            Some(whole) if whole.ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let kept_before =
            own.iter().take(hunk.after.start).enumerate().map(|(line, text)| (*text, ending_of(line)));
        let put_back = self.lines_before(hunk).into_iter().map(|text| (text, line_ending));
        let kept_after =
            own.iter().enumerate().skip(hunk.after.end).map(|(line, text)| (*text, ending_of(line)));
        let all: Vec<(&str, &str)> = kept_before.chain(put_back).chain(kept_after).collect();
        let last = all.len().saturating_sub(1);
        let text = |(line, (text, ending)): (usize, &(&str, &str))| {
            // The last line has no ending.
            if line < last { format!("{text}{ending}") } else { (*text).to_owned() }
        };
        all.iter().enumerate().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunks::hunks;

    /// Reverting all changes, from the last one on, gives what git has.
    #[test]
    fn what_is_reverted_is_what_git_has() {
        let texts = [
            "",
            "a",
            "a\n",
            "a\nb\nc\n",
            "a\nB\nc\n",
            "a\nc\n",
            "x\na\nb\nc\ny",
            "b\nc",
            "a\nb\nc\nd\ne\n",
            "\n\n",
        ];
        for before in texts {
            for after in texts {
                let tracked = Tracked { base: Some(before.to_owned()), ..Tracked::default() };
                let mut text = after.to_owned();
                for hunk in hunks(before, after).iter().rev() {
                    text = tracked.reverted(&text, "\n", hunk);
                }
                assert_eq!(text, before, "from {after:?}");
            }
        }
    }
}
