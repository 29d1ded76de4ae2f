//! The headings of a text.

use std::collections::HashMap;
use witdock_editor_guest::LineIndex;

/// A heading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heading {
    /// 1 for the highest, up to 6.
    pub(crate) level: usize,
    pub(crate) title: String,
    /// The anchor for links to it.
    pub(crate) anchor: String,
    /// The offset of its line.
    pub(crate) start: usize,
}

/// The lines of a text that are not code, each with its offset.
pub(crate) fn prose<'a>(index: &LineIndex<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let mut fence: Option<(char, usize)> = None;
    index.lines().filter(move |(_, line)| {
        let text = line.trim_start();
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let length = mark.map_or(0, |mark| text.chars().take_while(|c| *c == mark).count());
        match (fence, mark) {
            (None, Some(mark)) if length >= 3 => {
                fence = Some((mark, length));
                false
            }
            (Some((open, opened)), Some(mark)) if open == mark && length >= opened => {
                if text.trim_end().chars().all(|c| c == mark) {
                    fence = None;
                }
                false
            }
            (open, _) => open.is_none(),
        }
    })
}

/// The headings written with `#`, with GitHub's anchors.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    prose(&LineIndex::new(text))
        .filter_map(|(start, line)| heading(line).map(|(level, title)| (start, level, title)))
        .map(|(start, level, title)| {
            let title = plain(title);
            let mut anchor = anchor(&title);
            let times = seen.entry(anchor.clone()).or_default();
            if *times > 0 {
                anchor = format!("{anchor}-{times}");
            }
            *times += 1;
            Heading { level, title, anchor, start }
        })
        .collect()
}

fn heading(line: &str) -> Option<(usize, &str)> {
    // Four spaces make it code.
    let text = line.trim_start_matches(' ');
    let level = text.chars().take_while(|c| *c == '#').count();
    let rest = text.get(level..)?;
    let is_heading = line.len() - text.len() < 4 && (1..=6).contains(&level) && rest.starts_with([' ', '\t']);
    let title = rest.trim();
    let without_closing = title.trim_end_matches('#');
    let title = if without_closing.ends_with([' ', '\t']) { without_closing.trim_end() } else { title };
    (is_heading && !title.is_empty()).then_some((level, title))
}

/// A title without emphasis and code marks, with links replaced by their texts.
fn plain(title: &str) -> String {
    let mut plain = String::new();
    let mut rest = title;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link.split_once("](").and_then(|(text, target)| Some((text, target.split_once(')')?.1)));
        let Some((text, behind)) = parts else { break };
        plain.push_str(before);
        plain.push_str(text);
        rest = behind;
    }
    plain.push_str(rest);
    plain.replace(['`', '*'], "")
}

fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String, String)> {
        headings(text).into_iter().map(|heading| (heading.level, heading.title, heading.anchor)).collect()
    }

    #[test]
    fn headings_have_the_anchors_that_github_gives() {
        let text = "# The *best* of `dock`!\n## Ähnlich_es wie [this](http://x/y) ##\n## C#\n## C#\n#no\n####### no\n    # no\n#\n";
        let heading = |level, title: &str, anchor: &str| (level, title.to_owned(), anchor.to_owned());
        let expected = [
            heading(1, "The best of dock!", "the-best-of-dock"),
            heading(2, "Ähnlich_es wie this", "ähnlich_es-wie-this"),
            heading(2, "C#", "c"),
            heading(2, "C#", "c-1"),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn code_has_no_headings() {
        let text = "~~~~\n# no\n~~~\n# no\n~~~~\n# yes\n```sh\n# no\n``` no\n# no\n```\n# too\n```\n# no";
        let titles: Vec<_> = found(text).into_iter().map(|(_, title, _)| title).collect();
        assert_eq!(titles, ["yes", "too"]);
    }
}
