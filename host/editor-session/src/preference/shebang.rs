//! The language of a script, by the program that its first line names.

use crate::language;

/// The language of a first line: `#!/usr/bin/env python3` is Python.
pub(super) fn language(first_line: &str) -> Option<&'static str> {
    let command = first_line.strip_prefix("#!")?;
    let mut words = command.split_whitespace();
    let name = |word: &str| word.rsplit('/').next().map(str::to_owned);
    let mut program = name(words.next()?)?;
    if program == "env" {
        // Options and variables stand before the program.
        program = name(words.find(|word| !word.starts_with('-') && !word.contains('='))?)?;
    }
    let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    language::of_program(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_languages() {
        for (line, expected) in [
            ("#!/bin/sh", Some("shell")),
            ("#! /usr/bin/env bash", Some("shell")),
            ("#!/usr/bin/env -S A=1 python3.12 -u", Some("python")),
            ("#!/usr/local/bin/node", Some("javascript")),
            ("#!/usr/bin/env", None),
            ("#!", None),
            ("#!/opt/unheard-of", None),
            ("# /bin/sh", None),
        ] {
            assert_eq!(language(line), expected, "{line}");
        }
    }
}
