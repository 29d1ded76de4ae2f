use std::collections::BTreeMap;

use base64::Engine as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::figures::StageFigures;
use crate::rows::{Bookmark, Unit};

/// A position in the stream after whole units.
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
    /// Rows that went to a later stage than the first, by the stage's number.
    pub late: BTreeMap<usize, u64>,
    /// The marks of the stages that the barrier has passed.
    pub stages: Vec<StageMark>,
    /// The digests of the plugins that have answered since the last barrier, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
    /// The stage whose plugin holds rows that it cannot hand over, if there is one. Then nothing can be committed here.
    pub held: Option<String>,
    /// Whether the source has ended.
    pub last: bool,
}

/// A unit that was read to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneUnit {
    /// The unit's identity.
    #[serde(flatten)]
    pub unit: Unit,
    /// The unit's records, including those that were no rows.
    pub rows: u64,
    /// The SHA-256 of the plugins that processed its rows, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
}

/// The position of a stage at a barrier.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageMark {
    /// The stage's name.
    pub name: String,
    /// The state of the stage's plugin, if it keeps one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "to_base64",
        deserialize_with = "from_base64"
    )]
    pub state: Option<Vec<u8>>,
    /// The stage's numbers.
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
