//! State that survives a reload: the old generation saves it, the new one restores it.
//!
//! The state is stored as JSON, because another version may read it: a field marked `#[serde(default)]` may be missing, and
//! unknown fields are ignored.
//!
//! A plugin whose state is one value keeps it in a thread-local and exports it with
//! [`export_state!`](crate::export_state). Other plugins, and SDKs, use [`save`] and [`restore`] for the bytes, and
//! [`Guest`] with [`export!`] for the export.

pub use crate::bindings::export;
pub use crate::bindings::exports::witdock::plugin::state::Guest;

use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;

/// How many characters of an unreadable state the error shows: enough to recognize it.
const SHOWN_CHARS: usize = 120;

/// Serializes a state into the bytes that `witdock:plugin/state` passes to the next generation.
///
/// # Errors
///
/// A text for the plugin's author if the value has no JSON form, for example a map whose keys are not strings, numbers
/// or plain enums.
pub fn save<T: Serialize + ?Sized>(state: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(state)
        .map_err(|error| format!("the state, a {}, has no JSON form: {error}", std::any::type_name::<T>()))
}

/// Deserializes the state that an earlier generation saved.
///
/// # Errors
///
/// A text for the plugin's author if the saved state does not match this version's type. It has serde's error and
/// the beginning of the saved state.
pub fn restore<T: DeserializeOwned>(saved: &[u8]) -> Result<T, String> {
    serde_json::from_slice(saved).map_err(|error| {
        let text = String::from_utf8_lossy(saved);
        let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        format!(
            "the saved state does not match this version's {}: {error}. It begins: {shown} (a new field \
             needs #[serde(default)], a renamed one #[serde(alias = \"…\")])",
            std::any::type_name::<T>(),
        )
    })
}

/// [`save`] for a state in a cell.
#[doc(hidden)]
pub fn save_cell<T: Serialize>(state: &RefCell<T>) -> Result<Vec<u8>, String> {
    let state = state.try_borrow().map_err(|_| "the state is being changed".to_owned())?;
    save(&*state)
}

/// [`restore`] into a cell. The cell keeps its value if the saved state cannot be read.
#[doc(hidden)]
pub fn restore_cell<T: DeserializeOwned>(state: &RefCell<T>, saved: &[u8]) -> Result<(), String> {
    let restored = restore(saved)?;
    *state.try_borrow_mut().map_err(|_| "the state is in use".to_owned())? = restored;
    Ok(())
}

/// Exports `witdock:plugin/state` for a plugin whose whole state is one value in a thread-local cell.
///
/// The value's type is `Serialize + DeserializeOwned`. This is everything that `include witdock:plugin/stateful` in a world
/// requires. On other targets than WebAssembly it does nothing.
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
