//! Decides whether the guest or the host caused an error for which wasmtime has no type.
//!
//! Three parties raise errors in a call: the guest, by a trap or by a value that breaks the canonical ABI; a host function; and
//! the application's code around the call. Traps have a type. For other errors, the place counts: the call hook
//! and [`Tracked`](super::tracked::Tracked) record how far the call has come.

use std::char::{CharTryFromError, DecodeUtf16Error};
use std::num::TryFromIntError;
use std::str::Utf8Error;

use wasmtime::WasmBacktrace;

/// How far a call has come, as the call hook sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reached {
    /// No code of the guest has run: an error is the application's.
    #[default]
    Application,
    /// The guest, or the runtime on its behalf: an error below its frames is about the guest's values.
    Guest,
    /// A host function has just returned: an error below the guest's frames is that function's.
    HostFunction,
}

/// Whether an error other than a trap means that the guest broke the canonical ABI: it passed or returned a value that is
/// not of its type, or a handle that it does not hold.
pub(crate) fn is_guests(error: &wasmtime::Error, reached: Reached) -> bool {
    match (error.is::<WasmBacktrace>(), reached) {
        (_, Reached::Application) | (true, Reached::HostFunction) => false,
        // No host function has run, so the error is the runtime's, about a value of the guest.
        (true, Reached::Guest) => true,
        // The guest has returned. Its result is lifted next, and then the application's code continues.
        (false, Reached::Guest | Reached::HostFunction) => is_of_lifting(error),
    }
}

/// Whether lifting a result raises such an error. It has no wasm frame and mostly no type, and the application's code around the
/// call can raise an error without one too. So a bare message counts only if it is one that the runtime has,
/// whole: an application's message does not count because it contains "out of bounds".
fn is_of_lifting(error: &wasmtime::Error) -> bool {
    if error.chain().count() != 1 {
        return false;
    }
    error.is::<Utf8Error>()
        || error.is::<CharTryFromError>()
        || error.is::<DecodeUtf16Error>()
        || error.is::<TryFromIntError>()
        || OF_LIFTING.contains(&without_numbers(&error.to_string()).as_str())
}

/// wasmtime's messages about values that it cannot lift and memory that it cannot lower into. `tests/dock/blame.rs` fails if they change. Numbers are `#`.
const OF_LIFTING: [&str; 23] = [
    "borrow handles still remain at the end of the call",
    "cannot lift own resource from a borrow",
    "cannot remove owned resource while borrowed",
    "discriminant # out of range [#..#)",
    "handle index # used with the wrong type, expected guest-defined resource but found a different guest-defined resource",
    "handle index # used with the wrong type, expected guest-defined resource but found host resource",
    "index # is not a resource",
    "index # is not an own resource",
    "index is not a resource",
    "invalid expected discriminant",
    "invalid option discriminant",
    "list pointer is not aligned",
    "list pointer/length out of bounds of memory",
    "map pointer is not aligned",
    "map pointer/length out of bounds of memory",
    "pointer out of bounds of memory",
    "realloc return: beyond end of memory",
    "realloc return: result not aligned",
    "return pointer not aligned",
    "string pointer not aligned to #",
    "string pointer/length out of bounds of memory",
    "unexpected discriminant: #",
    "unknown handle index #",
];

fn without_numbers(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for character in message.chars() {
        if !character.is_ascii_digit() {
            text.push(character);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_count_after_the_guest_has_returned() {
        let lifting = |message: &'static str| is_guests(&wasmtime::Error::msg(message), Reached::Guest);
        assert!(lifting("list pointer/length out of bounds of memory"));
        assert!(lifting("unknown handle index 17"));
        assert!(!lifting("row 17 is out of bounds"));
        assert!(!lifting("the file is not valid utf-8"));
        assert!(!lifting("unknown handle index"));
    }

    #[test]
    fn no_message_counts_before_the_guest_has_run() {
        let error = wasmtime::Error::msg("list pointer/length out of bounds of memory");
        assert!(!is_guests(&error, Reached::Application));
        let error = error.context("in a step of the application's");
        assert!(!is_guests(&error, Reached::Guest));
    }
}
