//! The name of a new project, in the forms that languages need.

use std::str::FromStr;

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};

/// A name in kebab-case that is valid as a WIT identifier and as a Cargo package: `word-count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// In bytes: the name becomes part of file names.
const LONGEST: usize = 64;

/// Keywords of WIT and Rust, and the crates that every Rust program has. A crate, a WIT package or a module cannot have these names.
const RESERVED: &str = "\
    abstract alloc as async await become bool borrow box break char const constructor continue core \
    crate do dyn else enum error-context export extern f32 f64 false final flags fn for from func future \
    if impl import in include interface let list loop macro match mod move mut option override own \
    package priv proc-macro pub record ref resource result return s16 s32 s64 s8 self static std stream \
    string struct super test trait true try tuple type typeof u16 u32 u64 u8 unsafe unsized use variant \
    virtual where while with world yield";

fn is_reserved(name: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == name)
}

impl Name {
    /// As given: `word-count`.
    pub(crate) fn kebab(&self) -> &str {
        &self.0
    }

    /// As the name of a module or a variable: `word_count`.
    pub(crate) fn snake(&self) -> String {
        self.0.to_snake_case()
    }

    /// As the name of a type: `WordCount`.
    pub(crate) fn pascal(&self) -> String {
        self.0.to_upper_camel_case()
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let refuse = |reason: &str| {
            let proposal = proposal(name);
            Err(format!("{reason}; use words of a-z and 0-9 with `-` between them, for example `{proposal}`"))
        };
        if name.is_empty() {
            return refuse("the name is empty");
        }
        if name.len() > LONGEST {
            return refuse("the name is longer than 64 letters");
        }
        if let Some(wrong) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return refuse(&format!("invalid character `{wrong}`"));
        }
        if let Some(word) = name.split('-').find(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
            return refuse(&match word {
                "" => "a `-` is at the beginning, at the end, or next to another".to_owned(),
                word => format!("the word `{word}` begins with a digit"),
            });
        }
        if is_reserved(name) {
            return Err(format!(
                "`{name}` is a reserved word in WIT or Rust; choose another, for example `my-{name}`"
            ));
        }
        Ok(Self(name.to_owned()))
    }
}

/// A valid name like the invalid one.
fn proposal(invalid: &str) -> String {
    let ascii = invalid.replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_kebab_case();
    let words: Vec<&str> = ascii
        .split('-')
        .map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join("-");
    if name.is_empty() || name.len() > LONGEST || is_reserved(&name) { "word-count".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_form_that_each_language_needs() {
        let name: Name = "word-count2".parse().unwrap();
        assert_eq!(
            (name.kebab(), &*name.snake(), &*name.pascal()),
            ("word-count2", "word_count2", "WordCount2")
        );
    }

    #[test]
    fn an_invalid_name_is_refused_with_a_valid_proposal() {
        for (wrong, reason, example) in [
            ("", "empty", "word-count"),
            ("WordCount", "character `W`", "word-count"),
            ("word_count", "character `_`", "word-count"),
            ("wörter", "character `ö`", "w-rter"),
            ("word--count", "next to another", "word-count"),
            ("-count", "beginning", "count"),
            ("3d-view", "`3d` begins with a digit", "d-view"),
            ("match", "reserved word", "my-match"),
            ("../up", "character `.`", "up"),
        ] {
            let error = wrong.parse::<Name>().unwrap_err();
            assert!(error.contains(reason) && error.contains(&format!("`{example}`")), "{wrong}: {error}");
            assert!(example.parse::<Name>().is_ok());
        }
        assert!("x".repeat(65).parse::<Name>().unwrap_err().contains("64"));
    }
}
