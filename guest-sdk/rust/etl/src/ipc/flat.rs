//! Reads FlatBuffers, the format of Arrow's metadata: <https://flatbuffers.dev/internals/>. Whatever is not there has its default.

/// A table in a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    buffer: &'a [u8],
    at: usize,
    /// The offsets of the fields from `at` on, two bytes each.
    fields: &'a [u8],
}

impl<'a> Table<'a> {
    /// The table that the buffer is.
    pub(super) fn root(buffer: &'a [u8]) -> Option<Self> {
        Self::at(buffer, usize::try_from(u32(buffer, 0)?).ok()?)
    }

    fn at(buffer: &'a [u8], at: usize) -> Option<Self> {
        let back = i32::from_le_bytes(bytes(buffer, at)?);
        let vtable = at.checked_add_signed(isize::try_from(back).ok()?.checked_neg()?)?;
        let size = usize::from(u16::from_le_bytes(bytes(buffer, vtable)?));
        Some(Self { buffer, at, fields: buffer.get(vtable.checked_add(4)?..vtable.checked_add(size)?)? })
    }

    /// The place of a field, if it is there.
    fn place(self, field: usize) -> Option<usize> {
        let offset = u16::from_le_bytes(bytes(self.fields, field * 2)?);
        if offset == 0 { None } else { self.at.checked_add(usize::from(offset)) }
    }

    pub(super) fn byte(self, field: usize) -> u8 {
        self.place(field).and_then(|at| self.buffer.get(at)).copied().unwrap_or_default()
    }

    pub(super) fn short(self, field: usize, default: i16) -> i16 {
        self.place(field).and_then(|at| bytes(self.buffer, at)).map_or(default, i16::from_le_bytes)
    }

    pub(super) fn int(self, field: usize, default: i32) -> i32 {
        self.place(field).and_then(|at| bytes(self.buffer, at)).map_or(default, i32::from_le_bytes)
    }

    pub(super) fn long(self, field: usize) -> i64 {
        self.place(field).and_then(|at| bytes(self.buffer, at)).map_or(0, i64::from_le_bytes)
    }

    pub(super) fn table(self, field: usize) -> Option<Self> {
        Self::at(self.buffer, follow(self.buffer, self.place(field)?)?)
    }

    pub(super) fn text(self, field: usize) -> Option<&'a str> {
        let (start, length) = self.vector(field)?;
        std::str::from_utf8(self.buffer.get(start..start.checked_add(length)?)?).ok()
    }

    pub(super) fn tables(self, field: usize) -> Option<Vec<Self>> {
        let Some((start, length)) = self.vector(field) else { return Some(Vec::new()) };
        let place = |index: usize| Self::at(self.buffer, follow(self.buffer, start + index * 4)?);
        (0..length).map(place).collect()
    }

    /// A vector of structures of two numbers.
    pub(super) fn pairs(self, field: usize) -> Option<Vec<(i64, i64)>> {
        let Some((start, length)) = self.vector(field) else { return Some(Vec::new()) };
        let long = |at: usize| bytes(self.buffer, at).map(i64::from_le_bytes);
        (0..length).map(|index| Some((long(start + index * 16)?, long(start + index * 16 + 8)?))).collect()
    }

    /// Where the items of a vector begin, and how many they are.
    fn vector(self, field: usize) -> Option<(usize, usize)> {
        let at = follow(self.buffer, self.place(field)?)?;
        let length = usize::try_from(u32(self.buffer, at)?).ok()?;
        // Each item takes a byte or more.
        if length <= self.buffer.len() { Some((at.checked_add(4)?, length)) } else { None }
    }
}

fn follow(buffer: &[u8], at: usize) -> Option<usize> {
    at.checked_add(usize::try_from(u32(buffer, at)?).ok()?)
}

fn u32(buffer: &[u8], at: usize) -> Option<u32> {
    bytes(buffer, at).map(u32::from_le_bytes)
}

/// So many bytes from a place on.
pub(super) fn bytes<const N: usize>(buffer: &[u8], at: usize) -> Option<[u8; N]> {
    buffer.get(at..at.checked_add(N)?)?.try_into().ok()
}
