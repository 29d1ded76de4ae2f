//! Foreign text on its way to a terminal, a log or a file: guests' messages, names in components, manifests.
//!
//! Such text may hold what moves a terminal's cursor, ends a line of a log and forges the next one, or reverses the order of
//! what follows it. [`line()`] and [`block`] write these characters as escapes, and bound the length. Text that
//! went through them once stays as it is, so that each boundary may apply them without knowing the others.

pub(crate) mod counted;
mod duration;
pub(crate) mod nearest;
mod toml_problem;

use std::fmt::{self, Write as _};
use std::path::Path;

pub(crate) use duration::Short;
pub(crate) use toml_problem::{TomlProblem, position};

/// What one message may have, bytes. The rest is cut off.
const LONGEST_LINE: usize = 8 << 10;
/// The same for text of several lines, such as a compiler's errors.
const LONGEST_BLOCK: usize = 64 << 10;
/// The same for a name.
const LONGEST_NAME: usize = 256;

/// Stands where text was cut off.
const CUT: char = '…';

/// Foreign text as one line: line ends are escapes too, and at most 8 KiB are shown.
///
/// ```
/// let name = "tidy\u{1b}[2J\nready";
/// assert_eq!(witdock::text::line(name).to_string(), r"tidy\u{1b}[2J\nready");
/// ```
pub fn line(text: &str) -> Shown<'_> {
    Shown { text, most_bytes: LONGEST_LINE, keeps_lines: false }
}

/// A foreign name as part of a line: like [`line()`], with at most 256 bytes.
pub fn name(text: &str) -> Shown<'_> {
    Shown { text, most_bytes: LONGEST_NAME, keeps_lines: false }
}

/// Foreign text whose lines stay apart, such as a compiler's errors: line ends and tabs stay, and at most 64 KiB are shown.
pub fn block(text: &str) -> Shown<'_> {
    Shown { text, most_bytes: LONGEST_BLOCK, keeps_lines: true }
}

/// Foreign text that a person has asked for, however long it is: a result, a component's WIT. Otherwise like [`block`].
pub fn whole(text: &str) -> Shown<'_> {
    Shown { text, most_bytes: usize::MAX, keeps_lines: true }
}

/// A path as part of a line: its names may be foreign too.
pub fn path(path: &Path) -> String {
    line(&path.to_string_lossy()).to_string()
}

/// Foreign text that is safe to show; made by [`line()`], [`name`], [`block`] and [`whole`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    text: &'a str,
    most_bytes: usize,
    keeps_lines: bool,
}

impl Shown<'_> {
    fn is_plain(&self, character: char) -> bool {
        self.keeps_lines && matches!(character, '\n' | '\t') || !is_escaped(character)
    }

    /// How many bytes a character takes as it is shown.
    fn length(&self, character: char) -> usize {
        match character {
            plain if self.is_plain(plain) => plain.len_utf8(),
            '\n' | '\r' | '\t' => 2,
            other => "\\u{}".len() + (u32::from(other).max(1).ilog2() / 4 + 1) as usize,
        }
    }

    /// The part of the text that is shown, and whether that is all of it.
    fn part(&self) -> (&str, bool) {
        let (mut length, mut end) = (0, 0);
        for (at, character) in self.text.char_indices() {
            length += self.length(character);
            if length > self.most_bytes {
                return (self.text.get(..end).unwrap_or_default(), false);
            }
            if length <= self.most_bytes.saturating_sub(CUT.len_utf8()) {
                end = at + character.len_utf8();
            }
        }
        (self.text, true)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, is_whole) = self.part();
        let mut plain_from = 0;
        for (at, character) in part.char_indices().filter(|(_, character)| !self.is_plain(*character)) {
            f.write_str(part.get(plain_from..at).unwrap_or_default())?;
            match character {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                other => write!(f, "\\u{{{:x}}}", u32::from(other))?,
            }
            plain_from = at + character.len_utf8();
        }
        f.write_str(part.get(plain_from..).unwrap_or_default())?;
        if is_whole { Ok(()) } else { f.write_char(CUT) }
    }
}

/// Cuts a text that the host keeps to the length of a line.
pub(crate) fn keep_line(mut text: String) -> String {
    if text.len() > LONGEST_LINE {
        text.truncate(text.floor_char_boundary(LONGEST_LINE));
        // The memory too.
        text.shrink_to_fit();
    }
    text
}

/// Cuts a name that the host keeps.
pub(crate) fn keep_name(mut text: String) -> String {
    if text.len() > LONGEST_NAME {
        text.truncate(text.floor_char_boundary(LONGEST_NAME));
        text.shrink_to_fit();
    }
    text
}

/// Characters that are not shown as they are: control characters, and those of Unicode that have no shape of their own and
/// change how others are shown. Joiners inside words stay, since several scripts need them.
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // The order of text: marks, embeddings, overrides, isolates.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line ends that some programs know.
            | '\u{2028}' | '\u{2029}'
            // Nothing to see.
            | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_as_escapes_what_a_terminal_or_a_log_would_act_on() {
        for (text, shown) in [
            ("a\u{1b}[31mred", r"a\u{1b}[31mred"),
            ("one\r\ntwo\tthree", r"one\r\ntwo\tthree"),
            ("\u{9b}2J\u{7f}\0", r"\u{9b}2J\u{7f}\u{0}"),
            ("user\u{202e}nimda\u{2066}", r"user\u{202e}nimda\u{2066}"),
            ("a\u{200b}b\u{feff}\u{2028}", r"a\u{200b}b\u{feff}\u{2028}"),
            ("Grüße, 你好, می‌خواهم, 👩‍🚀", "Grüße, 你好, می‌خواهم, 👩‍🚀"),
            (r"C:\n\t", r"C:\n\t"),
        ] {
            assert_eq!(line(text).to_string(), shown);
            assert_eq!(line(&line(text).to_string()).to_string(), shown, "a second time changes nothing");
        }
    }

    #[test]
    fn a_block_keeps_its_lines_and_nothing_else() {
        let shown = block("error\n\tat x\r\n\u{1b}]0;title\u{7}").to_string();
        assert_eq!(shown, "error\n\tat x\\r\n\\u{1b}]0;title\\u{7}");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        for long in ["ä".repeat(1 << 20), "\u{1b}\u{e0001}".repeat(1 << 20)] {
            for (shown, most) in
                [(line(&long), LONGEST_LINE), (name(&long), LONGEST_NAME), (block(&long), LONGEST_BLOCK)]
            {
                let text = shown.to_string();
                assert!(
                    text.ends_with(CUT) && text.len() <= most && text.len() > most - 16,
                    "{}",
                    text.len()
                );
                let again = Shown { text: &text, ..shown }.to_string();
                assert_eq!(again, text, "a second time changes nothing");
            }
            let kept = keep_line(long);
            assert!(kept.len() <= LONGEST_LINE && kept.capacity() <= LONGEST_LINE);
        }
        let exact = "x".repeat(LONGEST_NAME);
        assert_eq!(name(&exact).to_string(), exact);
    }
}
