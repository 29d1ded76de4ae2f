//! A Parquet object, read range by range.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::input::InputFile;
use crate::store::{Object, StoreError};

/// What a Parquet file is read from. Clones share what has been fetched.
#[derive(Debug, Clone)]
pub(super) enum ParquetInput {
    File(Arc<File>),
    Object(Arc<ObjectRanges>),
}

impl ParquetInput {
    pub(super) fn open(file: &InputFile) -> io::Result<Self> {
        Ok(match file {
            InputFile::Local(path) => Self::File(Arc::new(File::open(path)?)),
            InputFile::Object(object) if object.url().scheme().is_web() && !sends_ranges(object)? => {
                // It is read from its end.
                let mut copy = tempfile::tempfile()?;
                io::copy(&mut object.read()?, &mut copy)?;
                Self::File(Arc::new(copy))
            }
            InputFile::Object(object) => Self::Object(Arc::new(ObjectRanges::new(Object::clone(object)))),
        })
    }

    /// Says which ranges will be read one after the other, so that they are fetched in few requests.
    pub(super) fn plan(&self, metadata: &ParquetMetaData) {
        let Self::Object(object) = self else { return };
        let columns = metadata.row_groups().iter().flat_map(|group| group.columns());
        let mut chunks: Vec<_> =
            columns.map(|column| column.byte_range()).map(|(start, length)| start..start + length).collect();
        chunks.sort_by_key(|chunk| chunk.start);
        let columns = metadata.file_metadata().schema_descr().num_columns();
        let mut state = object.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.chunks, state.most) = (chunks, columns + 2);
    }

    /// Why the store did not give what was asked for, if so. Readers of Parquet keep only the words of an error.
    pub(super) fn failure(&self) -> Option<StoreError> {
        let Self::Object(object) = self else { return None };
        object.state.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    /// The first and the last four bytes.
    pub(super) fn ends(&self) -> Option<([u8; 4], [u8; 4])> {
        let last = self.len().checked_sub(4)?;
        let four = |start| self.get_bytes(start, 4).ok()?.as_ref().try_into().ok();
        Some((four(0)?, four(last)?))
    }
}

fn sends_ranges(object: &Object) -> io::Result<bool> {
    match object.range(0..object.size().min(4)) {
        Ok(_) => Ok(true),
        Err(error) if error.has_no_ranges() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The size of the blocks that an object is fetched in.
const BLOCK: u64 = 8 << 20;
/// What is fetched at the end of an object at first: mostly the whole footer.
const FOOTER: u64 = 1 << 18;

/// The ranges of an object. Of each column of a row group, the last block that was fetched stays in memory.
#[derive(Debug)]
pub(super) struct ObjectRanges {
    object: Object,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Where the columns of the row groups are, in order.
    chunks: Vec<Range<u64>>,
    blocks: Vec<Block>,
    /// The most blocks: those of all columns of a row group, and the footer.
    most: usize,
    failure: Option<StoreError>,
}

#[derive(Debug)]
struct Block {
    start: u64,
    bytes: Bytes,
}

impl Block {
    /// Its bytes from here on.
    fn from(&self, at: u64) -> Option<Bytes> {
        let skip = usize::try_from(at.checked_sub(self.start)?).ok()?;
        (skip < self.bytes.len()).then(|| self.bytes.slice(skip..))
    }
}

impl ObjectRanges {
    fn new(object: Object) -> Self {
        Self {
            object,
            state: Mutex::new(State { chunks: Vec::new(), blocks: Vec::new(), most: 2, failure: None }),
        }
    }

    /// Some bytes from here on, at least one unless the object ends here.
    fn some(&self, at: u64) -> std::result::Result<Bytes, StoreError> {
        let size = self.object.size();
        if at >= size {
            return Ok(Bytes::new());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let after = state.chunks.partition_point(|chunk| chunk.start <= at);
        let chunk = after
            .checked_sub(1)
            .and_then(|index| state.chunks.get(index))
            .filter(|chunk| chunk.contains(&at));
        if let Some(bytes) = state.blocks.iter().find_map(|block| block.from(at)) {
            return Ok(bytes);
        }
        let range = match chunk {
            Some(chunk) => at..chunk.end,
            // The footer, and all that is behind it.
            None if at >= size.saturating_sub(FOOTER) => size.saturating_sub(FOOTER)..size,
            None => at..size,
        };
        let end = range.end.min(range.start.saturating_add(BLOCK));
        let bytes = match self.object.range(range.start..end) {
            Ok(bytes) => bytes,
            Err(error) => {
                state.failure = Some(error.clone());
                return Err(error);
            }
        };
        let block = Block { start: range.start, bytes };
        let bytes = block.from(at).unwrap_or_default();
        // Nobody returns to an earlier row group, and those are first in the file.
        if state.blocks.len() >= state.most
            && let Some(first) =
                (0..state.blocks.len()).min_by_key(|index| state.blocks.get(*index).map(|block| block.start))
        {
            state.blocks.swap_remove(first);
        }
        state.blocks.push(block);
        Ok(bytes)
    }
}

impl Length for ParquetInput {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.len(),
            Self::Object(object) => object.object.size(),
        }
    }
}

impl ChunkReader for ParquetInput {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(match self {
            Self::File(file) => Box::new(file.get_read(start)?),
            Self::Object(object) => Box::new(RangeRead { object: Arc::clone(object), at: start }),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let object = match self {
            Self::File(file) => return file.get_bytes(start, length),
            Self::Object(object) => object,
        };
        let (mut all, mut at) = (Vec::new(), start);
        while all.len() < length {
            let mut some = object.some(at).map_err(|error| ParquetError::External(error.into()))?;
            some.truncate(length - all.len());
            if some.len() == length {
                return Ok(some);
            }
            if some.is_empty() {
                return Err(ParquetError::EOF(format!(
                    "expected {length} bytes at {start}, found {}",
                    all.len()
                )));
            }
            at += some.len() as u64;
            all.extend_from_slice(&some);
        }
        Ok(all.into())
    }
}

struct RangeRead {
    object: Arc<ObjectRanges>,
    at: u64,
}

impl Read for RangeRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut some = self.object.some(self.at)?;
        let length = buffer.len().min(some.len());
        if let Some(buffer) = buffer.get_mut(..length) {
            some.copy_to_slice(buffer);
        }
        self.at += length as u64;
        Ok(length)
    }
}
