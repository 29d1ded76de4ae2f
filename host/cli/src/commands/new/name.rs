//! The name of something new, in each of the forms that languages want.

use std::str::FromStr;

/// A name in kebab-case that is also a good WIT identifier and a good cargo package: `word-count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// In bytes: the name becomes part of file names.
const LONGEST: usize = 64;

/// What languages keep for themselves: keywords of WIT and Rust, and the packages that every Rust program has. A crate, a
/// WIT package or a module could not be named so.
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
    /// As it is: `word-count`.
    pub(crate) fn kebab(&self) -> &str {
        &self.0
    }

    /// As a module or a variable: `word_count`.
    pub(crate) fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As a type: `WordCount`.
    pub(crate) fn pascal(&self) -> String {
        self.0
            .split('-')
            .map(|word| {
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| {
                    first.to_ascii_uppercase().to_string() + letters.as_str()
                })
            })
            .collect()
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let refuse = |reason: &str| {
            let proposal = proposal(name);
            Err(format!(
                "{reason}: write words of a-z and 0-9 with `-` between them, for example `{proposal}`"
            ))
        };
        if name.is_empty() {
            return refuse("it is empty");
        }
        if name.len() > LONGEST {
            return refuse("it is longer than 64 letters");
        }
        if let Some(wrong) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return refuse(&format!("it has a `{wrong}`"));
        }
        if let Some(word) = name.split('-').find(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
            return refuse(&match word {
                "" => "a `-` stands at its beginning, at its end, or beside another".to_owned(),
                word => format!("its part `{word}` begins with a digit"),
            });
        }
        if is_reserved(name) {
            return Err(format!(
                "`{name}` means something in WIT or Rust already: take another, for example `my-{name}`"
            ));
        }
        Ok(Self(name.to_owned()))
    }
}

/// A name like the one that was meant.
fn proposal(meant: &str) -> String {
    let mut name = String::new();
    let mut was_lower = false;
    for c in meant.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
            was_lower = c.is_ascii_lowercase();
        } else {
            name.push('-');
            was_lower = false;
        }
    }
    let words: Vec<&str> = name
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
    fn a_name_has_the_form_that_each_language_wants() {
        let name: Name = "word-count2".parse().unwrap();
        assert_eq!(
            (name.kebab(), &*name.snake(), &*name.pascal()),
            ("word-count2", "word_count2", "WordCount2")
        );
    }

    #[test]
    fn a_wrong_name_is_refused_with_one_that_would_do() {
        for (wrong, reason, example) in [
            ("", "empty", "word-count"),
            ("WordCount", "a `W`", "word-count"),
            ("word_count", "a `_`", "word-count"),
            ("wörter", "a `ö`", "w-rter"),
            ("word--count", "beside another", "word-count"),
            ("-count", "beginning", "count"),
            ("3d-view", "`3d` begins with a digit", "d-view"),
            ("match", "means something", "my-match"),
            ("../up", "a `.`", "up"),
        ] {
            let error = wrong.parse::<Name>().unwrap_err();
            assert!(error.contains(reason) && error.contains(&format!("`{example}`")), "{wrong}: {error}");
            assert!(example.parse::<Name>().is_ok());
        }
        assert!("x".repeat(65).parse::<Name>().unwrap_err().contains("64"));
    }
}
