//! The module's memory.

use alloc::vec::Vec;

use crate::module;
use crate::status::{Answer, Status};

#[link(wasm_import_module = "filter")]
unsafe extern "C" {
    fn memory_pages() -> u32;
    fn copy_in(own: *mut u8, theirs: u32, length: u32);
    fn copy_out(theirs: u32, own: *const u8, length: u32);
    fn load(theirs: u32) -> u32;
    fn store(theirs: u32, value: u32);
}

/// Checks that this many bytes are there.
pub(crate) fn check(at: u32, length: u32) -> Answer {
    // SAFETY: reads the size of the module's memory.
    let size = u64::from(unsafe { memory_pages() }) << 16;
    if u64::from(at) + u64::from(length) > size { Err(Status::InvalidMemoryAccess) } else { Ok(()) }
}

/// Copies bytes of the module.
pub(crate) fn read(at: u32, length: u32) -> Result<Vec<u8>, Status> {
    check(at, length)?;
    let mut bytes = Vec::with_capacity(length as usize);
    // SAFETY: the vector has room for `length` bytes, all of which are written.
    unsafe {
        copy_in(bytes.as_mut_ptr(), at, length);
        bytes.set_len(length as usize);
    }
    Ok(bytes)
}

pub(crate) fn write(at: u32, bytes: &[u8]) -> Answer {
    let length = u32::try_from(bytes.len()).map_err(|_| Status::InvalidMemoryAccess)?;
    check(at, length)?;
    // SAFETY: both ranges are there.
    unsafe { copy_out(at, bytes.as_ptr(), length) };
    Ok(())
}

pub(crate) fn read_u32(at: u32) -> Result<u32, Status> {
    check(at, 4)?;
    // SAFETY: the four bytes are there.
    Ok(unsafe { load(at) })
}

pub(crate) fn write_u32(at: u32, value: u32) -> Answer {
    check(at, 4)?;
    // SAFETY: the four bytes are there.
    unsafe { store(at, value) };
    Ok(())
}

pub(crate) fn write_u64(at: u32, value: u64) -> Answer {
    write(at, &value.to_le_bytes())
}

/// Gives bytes to the module, in memory that its own function allocates. Empty ones have the address 0.
pub(crate) fn give(bytes: &[u8], address_at: u32, size_at: u32) -> Answer {
    let size = u32::try_from(bytes.len()).map_err(|_| Status::InvalidMemoryAccess)?;
    let at = if size == 0 { 0 } else { module::allocate(size) };
    if size > 0 && at == 0 {
        return Err(Status::InvalidMemoryAccess);
    }
    write(at, bytes)?;
    write_u32(address_at, at)?;
    write_u32(size_at, size)
}
