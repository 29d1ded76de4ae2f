//! Paths in the files of this folder: as text where they are text, and as bytes where they are not.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathText {
    Text(String),
    Bytes(Vec<u8>),
}

pub(super) fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(written).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(Option::<PathText>::deserialize(deserializer)?.map(read))
}

fn written(path: &Path) -> PathText {
    match path.to_str() {
        Some(text) => PathText::Text(text.to_owned()),
        None => PathText::Bytes(path.as_os_str().as_encoded_bytes().to_owned()),
    }
}

#[cfg(unix)]
fn read(path: PathText) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    match path {
        PathText::Text(text) => text.into(),
        PathText::Bytes(bytes) => std::ffi::OsString::from_vec(bytes).into(),
    }
}

#[cfg(not(unix))]
fn read(path: PathText) -> PathBuf {
    match path {
        PathText::Text(text) => text.into(),
        PathText::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}
