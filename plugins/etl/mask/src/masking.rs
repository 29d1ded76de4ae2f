//! The masks.

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The default number of letters and digits that stay readable.
const READABLE: usize = 4;
const REDACTED: &str = "***";
const NAMES: &str = "`hash`, `redact`, `partial`, `email`";

/// A mask.
#[derive(Clone, Debug)]
pub(crate) enum Mask {
    /// SHA-256 of the salt and the text.
    Hash(Sha256),
    /// HMAC-SHA-256.
    KeyedHash(Hmac<Sha256>),
    /// Replaces the text by three stars.
    Redact,
    /// Keeps this many letters and digits at the end; the others become stars.
    Partial(usize),
    /// Keeps the first character and the domain of an address.
    Email,
}

impl Mask {
    /// Parses a setting.
    pub(crate) fn parse(setting: &Value, hash: impl FnOnce() -> Self) -> Result<Self, String> {
        match setting {
            Value::String(name) => match name.as_str() {
                "hash" => Ok(hash()),
                "redact" => Ok(Self::Redact),
                "partial" => Ok(Self::Partial(READABLE)),
                "email" => Ok(Self::Email),
                _ => Err(format!("unknown mask `{name}`; expected {NAMES}")),
            },
            Value::Object(table) if table.len() == 1 => {
                let readable =
                    table.get("partial").and_then(Value::as_u64).and_then(|number| number.try_into().ok());
                readable
                    .map(Self::Partial)
                    .ok_or_else(|| format!("{setting} is not a mask; expected {NAMES}, or {{ partial = 6 }}"))
            }
            _ => Err(format!("{setting} is not a mask; expected {NAMES}, or {{ partial = 6 }}")),
        }
    }

    /// Appends the masked text.
    pub(crate) fn write(&self, text: &str, masked: &mut String) {
        match self {
            Self::Hash(salted) => hexadecimal(&salted.clone().chain_update(text).finalize(), masked),
            Self::KeyedHash(keyed) => {
                hexadecimal(&keyed.clone().chain_update(text).finalize().into_bytes(), masked)
            }
            Self::Redact => masked.push_str(REDACTED),
            Self::Partial(readable) => partial(text, *readable, masked),
            Self::Email => email(text, masked),
        }
    }
}

fn hexadecimal(bytes: &[u8], masked: &mut String) {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('?');
    masked.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

fn partial(text: &str, readable: usize, masked: &mut String) {
    let letters = text.chars().filter(|letter| is_letter(*letter)).count();
    // A text that is not longer than the readable part is hidden completely.
    let mut hidden = if letters > readable { letters - readable } else { letters };
    masked.extend(text.chars().map(|letter| {
        if hidden > 0 && is_letter(letter) {
            hidden -= 1;
            '*'
        } else {
            letter
        }
    }));
}

fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    matches!(character.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
}

fn email(text: &str, masked: &mut String) {
    let Some((name, domain)) = text.rsplit_once('@') else { return masked.push_str(REDACTED) };
    // A name of one character would not be hidden at all.
    let mut letters = name.chars();
    if let (Some(first), Some(_)) = (letters.next(), letters.next()) {
        masked.push(first);
    }
    masked.push_str(REDACTED);
    masked.push('@');
    masked.push_str(domain);
}
