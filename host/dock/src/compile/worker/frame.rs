//! What a program and its worker write to each other: frames, each a length in eight bytes and that many bytes.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn write(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

/// The next frame; `None` at the end.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    // It grows with what arrives: the length alone may be anything.
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

pub(super) fn write_value(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write(output, &serde_json::to_vec(value)?)
}

pub(super) fn read_value<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    read(input)?.map(|bytes| serde_json::from_slice(&bytes).map_err(io::Error::from)).transpose()
}
