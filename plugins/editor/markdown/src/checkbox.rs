//! Checkboxes in lists: `- [ ] to do`, `- [x] done`.

use witdock_editor_guest::Edit;

/// The edit that toggles the checkbox of the line that starts at `start`. It adds a checkbox to a list item without one. `None` for a
/// line that is not a list item.
pub(crate) fn toggle(line: &str, start: usize) -> Option<Edit> {
    let text = line.trim_start();
    let bullet = bullet_length(text)?;
    let content = line.len() - text.len() + bullet;
    let rest = line.get(content..)?;
    let mark = start + content + 1;
    match rest.get(..3) {
        Some("[ ]") => Some(Edit::replace(mark..mark + 1, "x")),
        Some("[x]" | "[X]") => Some(Edit::replace(mark..mark + 1, " ")),
        _ => Some(Edit::insert(start + content, "[ ] ")),
    }
}

/// The length of `- `, `* `, `+ `, `1. ` or `1) `, with the space.
fn bullet_length(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mark = text.get(digits..)?.chars().next()?;
    let is_bullet = if digits == 0 { matches!(mark, '-' | '*' | '+') } else { matches!(mark, '.' | ')') };
    let spaces = text.get(digits + 1..).unwrap_or_default().bytes().take_while(|byte| *byte == b' ').count();
    (is_bullet && spaces > 0).then_some(digits + 1 + spaces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn toggled(line: &str) -> Option<String> {
        let edit = toggle(line, 2)?;
        let text = apply(&format!("é{line}"), &[edit]).unwrap();
        text.strip_prefix('é').map(str::to_owned)
    }

    #[test]
    fn a_box_is_ticked_and_cleared() {
        assert_eq!(toggled("- [ ] a").as_deref(), Some("- [x] a"));
        assert_eq!(toggled("  * [X] [ ]").as_deref(), Some("  * [ ] [ ]"));
        assert_eq!(toggled("12.  [x] a").as_deref(), Some("12.  [ ] a"));
    }

    #[test]
    fn an_item_without_a_box_gets_one() {
        assert_eq!(toggled("+ é").as_deref(), Some("+ [ ] é"));
        assert_eq!(toggled("- ").as_deref(), Some("- [ ] "));
    }

    #[test]
    fn what_is_no_item_stays() {
        for line in ["", "text", "-a", "--- a", "1 a", "**bold** a", "# a"] {
            assert_eq!(toggled(line), None, "{line}");
        }
    }
}
