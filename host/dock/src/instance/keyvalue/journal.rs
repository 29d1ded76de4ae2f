//! The format of a store's file: a list of changes, each whole or not there.
//!
//! After the first line, each record has the length of its payload, the payload and 8 bytes of the SHA-256 of both. A payload has the
//! changes of one operation, one after the other: the length of the key, that of the value or `u32::MAX` for none, the key and the value. All
//! numbers are little endian. A file whose writing was interrupted ends in a part of a record, which is dropped.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::change::Change;

/// The first line of a file.
pub(super) const HEADER: &[u8] = b"witdock keyvalue 1\n";

/// The length of a deleted key's value.
const DELETED: u32 = u32::MAX;
const CHECKSUM: usize = 8;

/// The bytes around a record's payload, and before a change's key.
pub(super) const OVERHEAD: usize = 4 + CHECKSUM + 8;

/// Appends a record. None if it is longer than a file's numbers can say.
pub(super) fn write<'a>(
    out: &mut Vec<u8>,
    changes: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>,
) -> Option<()> {
    let start = out.len();
    out.extend([0; 4]);
    for (key, value) in changes {
        out.extend(u32::try_from(key.len()).ok()?.to_le_bytes());
        let length = value.map_or(Some(DELETED), |value| {
            u32::try_from(value.len()).ok().filter(|length| *length != DELETED)
        });
        out.extend(length?.to_le_bytes());
        out.extend(key.as_bytes());
        out.extend(value.unwrap_or_default());
    }
    let length = u32::try_from(out.len() - start - 4).ok()?;
    out.get_mut(start..start + 4)?.copy_from_slice(&length.to_le_bytes());
    let checksum = checksum(out.get(start..)?);
    out.extend(checksum);
    Some(())
}

fn checksum(record: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(record);
    let mut checksum = [0; CHECKSUM];
    checksum.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    checksum
}

/// What a file has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) entries: BTreeMap<String, Vec<u8>>,
    /// The bytes up to the end of the last whole record.
    pub(super) whole: usize,
}

/// Reads a file. The error is the position of a record that is damaged and not the last one.
pub(super) fn read(bytes: &[u8]) -> Result<Read, usize> {
    let mut read = Read { entries: BTreeMap::new(), whole: 0 };
    if bytes.len() < HEADER.len() && HEADER.starts_with(bytes) {
        return Ok(read);
    }
    let Some(mut rest) = bytes.strip_prefix(HEADER) else { return Err(0) };
    read.whole = HEADER.len();
    while !rest.is_empty() {
        match record(rest) {
            Record::Whole { changes, length } => {
                for (key, value) in changes {
                    match value {
                        Some(value) => drop(read.entries.insert(key, value)),
                        None => drop(read.entries.remove(&key)),
                    }
                }
                read.whole += length;
                rest = rest.get(length..).unwrap_or_default();
            }
            Record::Interrupted => break,
            Record::Damaged => return Err(read.whole),
        }
    }
    Ok(read)
}

enum Record {
    Whole {
        changes: Vec<Change>,
        length: usize,
    },
    /// The end of the file is in it, or nothing but zeros, as after a loss of power.
    Interrupted,
    Damaged,
}

fn record(bytes: &[u8]) -> Record {
    let end = take_u32(&mut { bytes }).and_then(|length| 4_usize.checked_add(length as usize));
    let whole = end.and_then(|end| {
        let checked = bytes.get(..end)?;
        let expected = bytes.get(end..end.checked_add(CHECKSUM)?)?;
        Some((checked, expected, end + CHECKSUM))
    });
    let Some((checked, expected, length)) = whole else { return Record::Interrupted };
    let changes = (checksum(checked) == expected).then(|| checked.get(4..).and_then(changes)).flatten();
    match changes {
        Some(changes) => Record::Whole { changes, length },
        None if length == bytes.len() || bytes.iter().all(|byte| *byte == 0) => Record::Interrupted,
        None => Record::Damaged,
    }
}

fn changes(mut payload: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !payload.is_empty() {
        let (key, value) = (take_u32(&mut payload)?, take_u32(&mut payload)?);
        let key = std::str::from_utf8(take(&mut payload, key as usize)?).ok()?.to_owned();
        let value = match value {
            DELETED => None,
            length => Some(take(&mut payload, length as usize)?.to_vec()),
        };
        changes.push((key, value));
    }
    Some(changes)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes, 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(operations: &[&[(&str, Option<&str>)]]) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (HEADER.to_vec(), vec![HEADER.len()]);
        for changes in operations {
            let changes = changes.iter().map(|(key, value)| (*key, value.map(str::as_bytes)));
            write(&mut bytes, changes).unwrap();
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    const OPERATIONS: [&[(&str, Option<&str>)]; 4] = [
        &[("a", Some("1")), ("b", Some(""))],
        &[("a", Some("another value"))],
        &[("b", None), ("c", Some("3"))],
        &[("ü", Some("4"))],
    ];

    #[test]
    fn each_write_can_be_the_last() {
        let (bytes, ends) = file(&OPERATIONS);
        let states: Vec<_> = ends.iter().map(|end| read(&bytes[..*end]).unwrap().entries).collect();
        assert_eq!(states[4].len(), 3);
        for cut in 0..=bytes.len() {
            let found = read(&bytes[..cut]).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count();
            match whole.checked_sub(1) {
                Some(last) => assert_eq!((found.entries, found.whole), (states[last].clone(), ends[last])),
                None => assert_eq!((found.entries.len(), found.whole), (0, 0)),
            }
            // A loss of power may leave the length of the file, and zeros.
            let mut zeros = bytes[..cut].to_vec();
            if ends.contains(&cut) {
                zeros.resize(bytes.len() + 100, 0);
                assert_eq!(read(&zeros).unwrap().whole, cut);
            }
        }
    }

    #[test]
    fn damage_before_the_end_is_no_interruption() {
        let (bytes, ends) = file(&OPERATIONS);
        let mut damaged = bytes.clone();
        damaged[ends[1] + 5] ^= 1;
        assert_eq!(read(&damaged), Err(ends[1]));
        assert_eq!(read(b"something else"), Err(0));
    }

    proptest! {
        // attack: a store's file with any byte changed, or any bytes
        // host: reads what is whole before it, or refuses the file
        #[test]
        fn no_bytes_panic_the_reader(
            any in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..200, byte in any::<u8>()
        ) {
            let _ = read(&any);
            let _ = read(&[HEADER, &any].concat());
            let (mut bytes, _) = file(&OPERATIONS);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read(&bytes);
        }
    }
}
