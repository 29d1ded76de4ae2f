//! The guest of the reload tests, in Rust.

use std::sync::atomic::{AtomicU32, Ordering};

use exports::test::torture::counter;
use exports::witdock::plugin::state;

wit_bindgen::generate!({ path: "wit", world: "stateful" });
export!(Guest);

const MARK: u32 = 1;
const RESTORES: bool = true;

static COUNT: AtomicU32 = AtomicU32::new(0);

struct Guest;

impl counter::Guest for Guest {
    fn add(n: u32) -> u32 {
        COUNT.fetch_add(n, Ordering::Relaxed) + n
    }

    fn mark() -> u32 {
        MARK
    }
}

impl state::Guest for Guest {
    fn save() -> Result<Vec<u8>, String> {
        Ok(COUNT.load(Ordering::Relaxed).to_le_bytes().to_vec())
    }

    fn restore(saved: Vec<u8>) -> Result<(), String> {
        let saved = saved.try_into().map_err(|saved: Vec<u8>| format!("{} bytes, expected 4", saved.len()))?;
        assert!(RESTORES, "this version restores nothing");
        COUNT.store(u32::from_le_bytes(saved), Ordering::Relaxed);
        Ok(())
    }
}
