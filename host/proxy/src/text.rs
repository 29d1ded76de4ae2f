//! Foreign text on its way to a terminal, a log or a file.

use std::fmt::Write as _;

/// What one line may have, bytes. The rest is cut off.
const LONGEST_LINE: usize = 8 << 10;

/// Text with its control characters escaped, on one line.
pub(crate) fn line(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same for text of several lines.
pub(crate) fn block(text: &str) -> String {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if shown.len() >= LONGEST_LINE {
            shown.push('…');
            break;
        }
        if (character.is_control() && !kept(character)) || is_invisible(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Characters that reorder or hide what follows them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The name that was probably meant, if one is near.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_ends_a_line_is_escaped() {
        assert_eq!(line("a\nb\x1b[2J\u{202e}é"), "a\\u{a}b\\u{1b}[2J\\u{202e}é");
        assert_eq!(block("a\nb\r"), "a\nb\\u{d}");
        assert!(line(&"x".repeat(10_000)).len() < 9_000);
    }

    #[test]
    fn a_misspelt_name_is_recognized() {
        assert_eq!(nearest("aip", ["api", "web"].into_iter()), Some("api"));
        assert_eq!(nearest("shop", ["api", "web"].into_iter()), None);
    }
}
