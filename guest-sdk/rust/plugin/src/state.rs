//! State that outlives a reload: what the old generation of a plugin saves, the new one restores.
//!
//! State travels as JSON, because the version that reads it is not the version that wrote it: a field marked
//! `#[serde(default)]` may be missing, one that is gone is ignored.
//!
//! A plugin whose state is one value keeps it in a thread-local and exports it with
//! [`export_state!`](crate::export_state). For any other plugin, or for the SDK of an interface, there are
//! [`save`] and [`restore`] for the bytes, and [`Guest`] with [`export!`] for the export itself.

pub use crate::bindings::export;
pub use crate::bindings::exports::witdock::plugin::state::Guest;

use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;

/// How much of a saved state that cannot be read stands in the error: enough to recognize it.
const SHOWN_CHARS: usize = 120;

/// Turns a state into the bytes that `witdock:plugin/state` hands to the next generation.
///
/// # Errors
///
/// The text for the plugin's author, when the value has no JSON form: for example a map whose keys are not
/// text, numbers or plain enums.
pub fn save<T: Serialize + ?Sized>(state: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(state)
        .map_err(|error| format!("the state, a {}, has no JSON form: {error}", std::any::type_name::<T>()))
}

/// Reads back what an earlier generation saved.
///
/// # Errors
///
/// The text for the plugin's author, when the saved state is not of this version's type: what serde expected,
/// and how the saved state begins.
pub fn restore<T: DeserializeOwned>(saved: &[u8]) -> Result<T, String> {
    serde_json::from_slice(saved).map_err(|error| {
        let text = String::from_utf8_lossy(saved);
        let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        format!(
            "the saved state does not read as this version's {}: {error}. It begins: {shown} (a field that is new \
             needs #[serde(default)], one that is renamed #[serde(alias = \"…\")])",
            std::any::type_name::<T>(),
        )
    })
}

/// [`save`] for a state that stands in a cell.
#[doc(hidden)]
pub fn save_cell<T: Serialize>(state: &RefCell<T>) -> Result<Vec<u8>, String> {
    let state = state.try_borrow().map_err(|_| "the state is being changed".to_owned())?;
    save(&*state)
}

/// [`restore`] into a cell. The cell keeps its value when the saved state cannot be read.
#[doc(hidden)]
pub fn restore_cell<T: DeserializeOwned>(state: &RefCell<T>, saved: &[u8]) -> Result<(), String> {
    let restored = restore(saved)?;
    *state.try_borrow_mut().map_err(|_| "the state is in use".to_owned())? = restored;
    Ok(())
}

/// Exports `witdock:plugin/state` for a plugin whose whole state is one value in a thread-local cell.
///
/// The value's type is `Serialize + DeserializeOwned`. An interface's world that has `include
/// witdock:plugin/stateful` is complete with this. On a target that is not WebAssembly it does nothing.
///
/// ```
/// use std::{cell::RefCell, collections::BTreeMap};
///
/// thread_local! {
///     static SEEN: RefCell<BTreeMap<String, u64>> = RefCell::default();
/// }
/// witdock_guest::export_state!(SEEN);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_state {
    ($state:path) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct SavedState;

            impl $crate::state::Guest for SavedState {
                fn save() -> ::core::result::Result<::std::vec::Vec<u8>, ::std::string::String> {
                    $crate::init();
                    $state.with($crate::state::save_cell)
                }

                fn restore(saved: ::std::vec::Vec<u8>) -> ::core::result::Result<(), ::std::string::String> {
                    $crate::init();
                    $state.with(|state| $crate::state::restore_cell(state, &saved))
                }
            }

    $crate::state::export!(SavedState with_types_in $crate::bindings);
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Before {
        seen: u64,
        dropped: bool,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct After {
        seen: u64,
        #[serde(default)]
        since: Option<String>,
    }

    #[test]
    fn the_next_version_reads_what_the_last_one_saved() {
        let saved = save(&Before { seen: 7, dropped: true }).unwrap();
        assert_eq!(restore::<After>(&saved), Ok(After { seen: 7, since: None }));
    }

    #[test]
    fn a_state_of_another_shape_says_what_was_expected_and_what_is_there() {
        let saved = save(&["a", "list"]).unwrap();
        let error = restore::<Before>(&saved).unwrap_err();
        assert!(error.contains("Before: invalid type: string \"a\", expected u64"), "{error}");
        assert!(error.contains(r#"It begins: ["a","list"] ("#), "{error}");

        let error = restore::<Before>(br#"{"seen": 1}"#).unwrap_err();
        assert!(error.contains("missing field `dropped`"), "{error}");
    }

    #[test]
    fn a_long_state_is_cut_in_the_error_between_two_characters() {
        let saved = save(&vec!["é"; 500]).unwrap();
        let error = restore::<Before>(&saved).unwrap_err();
        assert!(error.contains("\"é\"… ("), "{error}");
        assert!(error.len() < 700, "{error}");
    }

    #[test]
    fn a_state_without_a_json_form_is_refused() {
        let by_pair = std::collections::BTreeMap::from([((1, 2), 3)]);
        let error = save(&by_pair).unwrap_err();
        assert!(error.contains("has no JSON form: key must be a string"), "{error}");
    }

    #[test]
    fn a_cell_keeps_its_value_when_the_saved_state_is_refused() {
        let cell = RefCell::new(After { seen: 1, since: None });
        restore_cell(&cell, b"[]").unwrap_err();
        assert_eq!(cell.borrow().seen, 1);
        restore_cell(&cell, br#"{"seen": 2}"#).unwrap();
        assert_eq!(save_cell(&cell).unwrap(), br#"{"seen":2,"since":null}"#);
    }
}
