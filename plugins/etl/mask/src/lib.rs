//! Masks columns of text, to remove personal data.
//!
//! ```toml
//! [stage.settings]
//! columns = { id = "hash", name = "redact", phone = "partial", card = { partial = 6 }, mail = "email" }
//! key = "${MASK_KEY}"
//! ```
//!
//! | mask | `ada@example.org`, `+44 20 7946-0958` become | what remains |
//! |---|---|---|
//! | `hash` | 64 hexadecimal digits | equal texts stay equal, so that rows can be joined and counted |
//! | `redact` | `***` | nothing, not even the length |
//! | `partial` | `***@******e.org`, `+** ** ****-0958` | the last 4 letters and digits, and all other characters; shorter texts are hidden completely |
//! | `{ partial = 6 }` | | the last 6 |
//! | `email` | `a***@example.org`, `***` | the first character and the domain; other texts are hidden completely |
//!
//! Nulls stay null, and a masked column keeps its position.
//!
//! A hash is SHA-256 of the text. Anyone can hash guesses: `key` makes it HMAC-SHA-256, which needs
//! the key, and `salt` is prepended to the text. Take one of them from the environment.

mod masking;

use hmac::{Hmac, Mac};
use masking::Mask;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use witdock_etl_guest::builder::Utf8Builder;
use witdock_etl_guest::{Batch, Contract, DataType, Error, Output, Rows, Schema, Transform};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    columns: Map<String, Value>,
    salt: Option<String>,
    key: Option<String>,
}

/// The transform.
#[derive(Debug)]
pub struct MaskColumns {
    // In the order in which the contract makes the columns.
    masks: Vec<(String, Mask)>,
}

witdock_etl_guest::export!(MaskColumns);

impl Settings {
    fn masks(&self) -> Result<Vec<(String, Mask)>, Error> {
        let mask = |(column, mask): (&String, &Value)| {
            Mask::parse(mask, || self.hash())
                .map(|mask| (column.clone(), mask))
                .map_err(|problem| Error::Settings(format!("column `{column}`: {problem}")))
        };
        match (&self.salt, &self.key) {
            (Some(_), Some(_)) => {
                Err(Error::Settings("`salt` and `key` exclude each other; set one of them".to_owned()))
            }
            (_, Some(key)) if key.is_empty() => {
                Err(Error::Settings("`key` is empty; set a secret key".to_owned()))
            }
            _ => self.columns.iter().map(mask).collect(),
        }
    }

    fn hash(&self) -> Mask {
        match &self.key {
            // HMAC accepts keys of any length.
            Some(key) => Hmac::new_from_slice(key.as_bytes()).map_or(Mask::Redact, Mask::KeyedHash),
            None => Mask::Hash(Sha256::new_with_prefix(self.salt.as_deref().unwrap_or_default())),
        }
    }
}

impl Transform for MaskColumns {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let masks = settings.masks()?;
        let mut contract = Contract::of(input);
        for (column, _) in &masks {
            contract = contract.read(column, DataType::Utf8);
        }
        for field in input.fields() {
            contract = match settings.columns.contains_key(&field.name) {
                true => contract.make(field.clone()),
                false => contract.pass(&field.name),
            };
        }
        contract.build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        let mut masks = settings.masks()?;
        let place = |column: &str| input.fields().iter().position(|field| field.name == column);
        masks.sort_by_key(|(column, _)| place(column));
        Ok(MaskColumns { masks })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let mut masked = Vec::with_capacity(self.masks.len());
        let mut text = String::new();
        for (column, mask) in &self.masks {
            let mut made = Utf8Builder::with_capacity(batch.rows());
            for row in batch.utf8(column)?.iter() {
                text.clear();
                made.push(row.map(|row| {
                    mask.write(row, &mut text);
                    text.as_str()
                }));
            }
            masked.push(made.finish());
        }
        Ok(Rows::of(&batch).output(masked))
    }
}

#[cfg(test)]
mod tests;
