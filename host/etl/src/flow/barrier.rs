use std::collections::BTreeMap;

use base64::Engine as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::figures::StageFigures;
use crate::rows::{Bookmark, Unit};

/// The place behind some units.
#[derive(Debug)]
pub struct Barrier {
    /// The units that have ended since the last barrier.
    pub units: Vec<DoneUnit>,
    /// How far the source has been read.
    pub bookmark: Option<Bookmark>,
    /// Rows of the source so far.
    pub rows_read: u64,
    /// Bytes of the source so far.
    pub bytes_read: u64,
    /// How many of the rows went to a later stage than the first, by its number.
    pub late: BTreeMap<usize, u64>,
    /// The stages that it has passed.
    pub stages: Vec<StageMark>,
    /// The digests of the plugins that worked since the last barrier, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
    /// A plugin holds rows that it cannot hand over: nothing can be committed here.
    pub held: Option<String>,
    /// Whether the input has ended.
    pub last: bool,
}

/// A unit that is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneUnit {
    /// Which.
    #[serde(flatten)]
    pub unit: Unit,
    /// Its rows, those that were none included.
    pub rows: u64,
    /// The SHA-256 of the plugins that had rows of it, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
}

/// A stage at a commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageMark {
    /// Its name.
    pub name: String,
    /// What its plugin would hand over.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "to_base64",
        deserialize_with = "from_base64"
    )]
    pub state: Option<Vec<u8>>,
    /// Its numbers.
    pub figures: StageFigures,
}

fn to_base64<S: Serializer>(state: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match state {
        Some(state) => serializer.serialize_some(&base64::engine::general_purpose::STANDARD.encode(state)),
        None => serializer.serialize_none(),
    }
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let decode = |text: String| base64::engine::general_purpose::STANDARD.decode(text);
    text.map(decode).transpose().map_err(serde::de::Error::custom)
}
