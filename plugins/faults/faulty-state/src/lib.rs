//! Counts rows, and misbehaves in `save` or `restore` as its settings say:
//! `{ "save": "error" | "panic" | "loop", "restore": the same }`, or neither to behave.
//!
//! It makes the column `seen`, the number of rows so far, which shows whether state was kept.

use serde::Deserialize;
use std::cell::RefCell;
use witdock_etl_guest::builder::Int64Builder;
use witdock_etl_guest::{Batch, Contract, Error, Field, Output, Rows, Schema, Transform};

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fault {
    #[default]
    None,
    Error,
    Panic,
    Loop,
}

/// When to misbehave.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    save: Fault,
    restore: Fault,
}

#[derive(Debug, Default)]
struct Counting {
    seen: i64,
    settings: Settings,
}

thread_local! {
    static COUNTING: RefCell<Counting> = RefCell::default();
}

/// The transform.
#[derive(Debug)]
pub struct CountRows;

witdock_etl_guest::export!(CountRows);

impl Transform for CountRows {
    type Settings = Settings;

    fn describe(input: &Schema, _settings: &Settings) -> Result<Contract, Error> {
        Contract::of(input).pass_all().make(Field::int64("seen")).build()
    }

    fn new(_input: &Schema, settings: Settings) -> Result<Self, Error> {
        COUNTING.set(Counting { seen: 0, settings });
        Ok(CountRows)
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let seen = COUNTING.with_borrow_mut(|counting| {
            (0..batch.rows())
                .map(|_| {
                    counting.seen += 1;
                    counting.seen
                })
                .collect::<Int64Builder>()
        });
        Ok(Rows::of(&batch).output(vec![seen.finish()]))
    }
}

/// The state's export, written by hand, because the SDK's does not misbehave.
#[derive(Debug)]
pub struct FaultyState;

#[cfg(target_family = "wasm")]
const _: () = {
    use witdock_etl_guest::witdock_guest::{bindings, state};
    state::export!(FaultyState with_types_in bindings);
};

impl witdock_etl_guest::witdock_guest::state::Guest for FaultyState {
    fn save() -> Result<Vec<u8>, String> {
        let (seen, fault) = COUNTING.with_borrow(|counting| (counting.seen, counting.settings.save));
        misbehave(fault, "save")?;
        witdock_etl_guest::witdock_guest::state::save(&seen)
    }

    fn restore(saved: Vec<u8>) -> Result<(), String> {
        let fault = COUNTING.with_borrow(|counting| counting.settings.restore);
        misbehave(fault, "restore")?;
        let seen = witdock_etl_guest::witdock_guest::state::restore(&saved)?;
        COUNTING.with_borrow_mut(|counting| counting.seen = seen);
        Ok(())
    }
}

#[expect(clippy::panic, reason = "it is what the settings ask for")]
fn misbehave(fault: Fault, when: &str) -> Result<(), String> {
    witdock_etl_guest::witdock_guest::init();
    match fault {
        Fault::None => Ok(()),
        Fault::Error => Err(format!("{when} fails, as the settings ask")),
        Fault::Panic => panic!("{when} panics, as the settings ask"),
        Fault::Loop => loop {
            std::hint::spin_loop();
        },
    }
}
