//! What host functions of Proxy-Wasm return.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Status {
    Ok = 0,
    NotFound = 1,
    BadArgument = 2,
    SerializationFailure = 3,
    InvalidMemoryAccess = 6,
    Empty = 7,
    CasMismatch = 8,
    InternalFailure = 10,
    Unimplemented = 12,
}

pub(crate) type Answer = Result<(), Status>;

/// Runs a host function, for the number that the module gets.
pub(crate) fn answer(run: impl FnOnce() -> Answer) -> u32 {
    match run() {
        Ok(()) => Status::Ok as u32,
        Err(status) => status as u32,
    }
}
