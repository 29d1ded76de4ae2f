//! The table of contents, between two HTML comments.

use crate::heading::{Heading, headings, prose};
use std::ops::Range;
use witdock_editor_guest::{Edit, LineIndex};

const OPEN: &str = "<!-- toc -->";
const CLOSE: &str = "<!-- /toc -->";

/// The rules for the list of headings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// The lowest level of headings to list, 1 to 6.
    pub(crate) depth: usize,
    pub(crate) line_ending: &'a str,
}

/// The edit that updates the table; `None` if it is up to date, or if the text has none.
pub(crate) fn update(text: &str, rules: Rules<'_>) -> Option<Edit> {
    let place = place(text)?;
    let wanted = format!("{0}{1}{0}", rules.line_ending, table(text, place.end, rules));
    (text.get(place.clone()) != Some(&wanted)).then(|| Edit::replace(place, wanted))
}

/// Whether the text has a table.
pub(crate) fn has_table(text: &str) -> bool {
    place(text).is_some()
}

/// The edit that inserts a table at the start of this line.
pub(crate) fn insert(text: &str, line_start: usize, rules: Rules<'_>) -> Edit {
    let ending = rules.line_ending;
    let table = table(text, line_start, rules);
    Edit::insert(line_start, format!("{OPEN}{ending}{table}{ending}{CLOSE}{ending}{ending}"))
}

/// The range between the two comments, each of which is alone on its line.
fn place(text: &str) -> Option<Range<usize>> {
    let index = LineIndex::new(text);
    let mut lines = prose(&index);
    let (open, _) = lines.find(|(_, line)| line.trim() == OPEN)?;
    let (close, _) = lines.find(|(_, line)| line.trim() == CLOSE)?;
    let start = text.get(open..)?.find(OPEN)? + open + OPEN.len();
    Some(start..close)
}

/// The headings after the table, as a list indented relative to the highest of them.
fn table(text: &str, from: usize, rules: Rules<'_>) -> String {
    let listed: Vec<Heading> = headings(text)
        .into_iter()
        .filter(|heading| heading.start >= from && heading.level <= rules.depth)
        .collect();
    let highest = listed.iter().map(|heading| heading.level).min().unwrap_or(1);
    let line = |heading: &Heading| {
        let indent = "  ".repeat(heading.level - highest);
        let title = heading.title.replace('[', "\\[").replace(']', "\\]");
        format!("{indent}- [{title}](#{}){}", heading.anchor, rules.line_ending)
    };
    let lines: String = listed.iter().map(line).collect();
    format!("{}{lines}", rules.line_ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    const RULES: Rules<'_> = Rules { depth: 3, line_ending: "\n" };

    #[test]
    fn a_table_lists_what_is_behind_it_and_stays_up_to_date() {
        let text = "# Title\n\n## One [1]\n### Two\n#### Four\n## One [1]\n";
        let text = apply(text, &[insert(text, 9, RULES)]).unwrap();
        let expected = "# Title\n\n<!-- toc -->\n\n- [One \\[1\\]](#one-1)\n  - [Two](#two)\n\
                        - [One \\[1\\]](#one-1-1)\n\n<!-- /toc -->\n\n## One [1]\n### Two\n#### Four\n## One [1]\n";
        assert_eq!(text, expected);
        assert_eq!(update(&text, RULES), None);

        let renamed = text.replace("### Two", "### Deux");
        let updated = apply(&renamed, &[update(&renamed, RULES).unwrap()]).unwrap();
        assert_eq!(updated, expected.replace("### Two", "### Deux").replace("[Two](#two)", "[Deux](#deux)"));
    }

    #[test]
    fn a_text_without_a_table_gets_none() {
        assert_eq!(update("# One\n", RULES), None);
        assert_eq!(update("```\n<!-- toc -->\n<!-- /toc -->\n```\n# One\n", RULES), None);
        assert_eq!(update("<!-- toc -->\n# One\n", RULES), None);
    }

    #[test]
    fn lines_end_as_they_end_in_the_text() {
        let text = "<!-- toc -->\r\n<!-- /toc -->\r\n# One\r\n";
        let rules = Rules { line_ending: "\r\n", ..RULES };
        let updated = apply(text, &[update(text, rules).unwrap()]).unwrap();
        assert_eq!(updated, "<!-- toc -->\r\n\r\n- [One](#one)\r\n\r\n<!-- /toc -->\r\n# One\r\n");
    }
}
