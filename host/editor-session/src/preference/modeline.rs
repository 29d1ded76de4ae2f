//! Modelines of Vim and Emacs: a comment in the text that names its language and its indentation.
//!
//! Of all their options only these are read, and nothing is ever run.

use witdock_editor_core::Text;

use super::Preferences;
use crate::language;

/// The lines at the start and at the end of a text that may be modelines, as Vim has it.
const LINES: usize = 5;
/// The most bytes of a line that are looked at.
const LONGEST: usize = 500;

/// What the modelines of a text say.
pub(super) fn read(text: &Text) -> Preferences {
    let count = text.line_count();
    let last = (count.saturating_sub(LINES + 1).max(LINES)..count).rev();
    let mut said = Preferences::default();
    for line in (0..LINES.min(count)).chain(last) {
        let start = text.line_start(line);
        let content = text.slice(start..text.line_end(line).min(start + LONGEST));
        let of_line = vim(&content).or_else(|| emacs(&content).filter(|_| line < 2));
        said = of_line.map_or(said.clone(), |of_line| of_line.or(&said));
    }
    said
}

/// `vim: ft=python et sw=4:` and `vim: set ft=python et sw=4: …`.
fn vim(line: &str) -> Option<Preferences> {
    let at = ["vim:", "vi:", "ex:"].iter().find_map(|mark| {
        let at = line.find(mark)?;
        let before = line.get(..at)?.chars().next_back();
        before.is_none_or(char::is_whitespace).then(|| at + mark.len())
    })?;
    let rest = line.get(at..)?.trim_start();
    // The form with `set` ends at the next colon; in the other one colons separate options too.
    let options = match rest.strip_prefix("set ").or_else(|| rest.strip_prefix("se ")) {
        Some(options) => options.split(':').next().unwrap_or_default(),
        None => rest,
    };
    let mut said = Preferences::default();
    let number = |value: &str| value.parse::<u8>().ok().filter(|width| (1..=16).contains(width));
    for option in options.split(|c: char| c.is_whitespace() || c == ':') {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "ft" | "filetype" | "syn" | "syntax" => said.language = language::named(value).or(said.language),
            "et" | "expandtab" => said.tabs = Some(false),
            "noet" | "noexpandtab" => said.tabs = Some(true),
            "sw" | "shiftwidth" => said.indent = number(value).or(said.indent),
            "ts" | "tabstop" => said.tab_width = number(value).or(said.tab_width),
            _ => {}
        }
    }
    Some(said)
}

/// `-*- mode: python; indent-tabs-mode: nil; tab-width: 4 -*-` and `-*- python -*-`.
fn emacs(line: &str) -> Option<Preferences> {
    let (_, rest) = line.split_once("-*-")?;
    let (inside, _) = rest.split_once("-*-")?;
    let mut said = Preferences::default();
    if !inside.contains(':') {
        said.language = language::named(&inside.trim().to_lowercase());
        return Some(said);
    }
    for variable in inside.split(';') {
        let Some((name, value)) = variable.split_once(':') else { continue };
        let (name, value) = (name.trim().to_lowercase(), value.trim());
        let number = || value.parse::<u8>().ok().filter(|width| (1..=16).contains(width));
        match name.as_str() {
            "mode" => said.language = language::named(&value.to_lowercase()).or(said.language),
            "indent-tabs-mode" => said.tabs = Some(value != "nil"),
            "tab-width" => said.tab_width = number().or(said.tab_width),
            "c-basic-offset" | "python-indent-offset" | "js-indent-level" | "sh-basic-offset" => {
                said.indent = number().or(said.indent);
            }
            _ => {}
        }
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, language: Option<&str>, tabs: Option<bool>, indent: Option<u8>, tab: Option<u8>) {
        let said = read(&Text::from(text));
        assert_eq!(
            (said.language, said.tabs, said.indent, said.tab_width),
            (language, tabs, indent, tab),
            "{text}"
        );
    }

    #[test]
    fn modelines_are_read() {
        check("# vim: ft=python et sw=2 ts=8", Some("python"), Some(false), Some(2), Some(8));
        check("/* vim: set filetype=c noet ts=4: */", Some("c"), Some(true), None, Some(4));
        check("a\nb\n// vi:et:sw=3\n", None, Some(false), Some(3), None);
        check(
            "// -*- mode: C++; indent-tabs-mode: nil; c-basic-offset: 3 -*-",
            Some("cpp"),
            Some(false),
            Some(3),
            None,
        );
        check("#!/x\n# -*- Python -*-\n", Some("python"), None, None, None);
        check(&format!("{}# vim: sw=2\n", "x\n".repeat(100)), None, None, Some(2), None);
    }

    #[test]
    fn what_is_no_modeline_says_nothing() {
        check("", None, None, None, None);
        check("an envim: ft=c", None, None, None, None);
        check("vim: sw=999 ft=nonsense ts=x", None, None, None, None);
        check("-*- half", None, None, None, None);
        check(&format!("{}vim: sw=2\n{}", "x\n".repeat(50), "x\n".repeat(50)), None, None, None, None);
        check("a\nb\n-*- python -*-\n", None, None, None, None);
        // Nothing that would run.
        check("# vim: set fde=system('rm') makeprg=x:", None, None, None, None);
    }
}
