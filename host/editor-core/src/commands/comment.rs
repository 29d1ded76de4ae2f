use super::View;
use crate::change::Edit;
use crate::indent::indentation;
use crate::transaction::Transaction;

/// Inserts `token`, such as `//`, before the selected lines, or removes it if all of them have it.
///
/// Each block of neighbouring lines is toggled by itself. The token goes to the smallest indentation of the block,
/// with a space after it; blank lines are left alone.
pub fn toggle_line_comment(view: View<'_>, token: &str) -> Transaction {
    let mut edits = Vec::new();
    for block in view.blocks() {
        let lines: Vec<(usize, String)> = block
            .filter(|&line| !view.is_blank(line))
            .map(|line| (view.text.line_start(line), indentation(view.text, line)))
            .collect();
        let commented = |at: usize| starts_with(view, at, token);
        if lines.iter().all(|(start, indentation)| commented(start + indentation.len())) {
            edits.extend(lines.iter().map(|(start, indentation)| {
                let at = start + indentation.len();
                let space = usize::from(view.text.byte(at + token.len()) == Some(b' '));
                Edit::delete(at..at + token.len() + space)
            }));
        } else {
            let column = lines.iter().map(|(_, indentation)| indentation.len()).min().unwrap_or_default();
            edits.extend(lines.iter().map(|(start, _)| Edit::insert(start + column, format!("{token} "))));
        }
    }
    view.transaction(edits)
}

fn starts_with(view: View<'_>, at: usize, token: &str) -> bool {
    view.text.slice(at..at + token.len()) == token
}

#[cfg(test)]
mod tests {
    use super::super::check::edits;
    use super::*;

    fn check(before: &str, after: &str) {
        edits(|view| toggle_line_comment(view, "//"), before, after);
    }

    #[test]
    fn comments_come_and_go() {
        check("  a|b", "  // a|b");
        check("  // a|b", "  a|b");
        check("//a|b", "a|b");
        check("[a\n\n    b\n  c]", "// [a\n\n//     b\n//   c]");
        check("  [// a\n    // b]", "  [a\n    b]");
        check("  // a|\n  b|", "  // // a|\n  // b|");
        check("// a|\nx\nb|", "a|\nx\n// b|");
        check("|\n", "|\n");
    }
}
