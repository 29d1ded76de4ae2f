//! How much a contract may ask for and promise: the host keeps it, and each batch costs memory by it.

use std::collections::BTreeMap;

use super::error::ContractError;
use crate::bindings::witdock::etl::types;

/// How often a contract may read the same column: each time copies it for the plugin.
pub(super) const MOST_READS: usize = 8;
/// The most output columns.
pub(super) const MOST_COLUMNS: usize = 10_000;
/// The most bytes of the names and `ipc-schema`s of the output columns together. They are part of each file that is written.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// Checks the size of a contract, before any of it is kept.
pub(super) fn check(contract: &types::Contract) -> Result<(), ContractError> {
    let mut reads = BTreeMap::new();
    for index in &contract.reads {
        let times = reads.entry(*index).or_insert(0_usize);
        *times += 1;
        if *times > MOST_READS {
            return Err(ContractError::ReadsAgain { index: *index });
        }
    }
    let columns = contract.output.len();
    if columns > MOST_COLUMNS {
        return Err(ContractError::TooManyColumns { columns });
    }
    let bytes = contract.output.iter().map(|field| match field {
        types::OutputField::Same(_) => 0,
        types::OutputField::New(field) => {
            field.name.len().saturating_add(field.ipc_schema.as_ref().map_or(0, Vec::len))
        }
    });
    match bytes.fold(0, usize::saturating_add) {
        bytes if bytes > MOST_BYTES => Err(ContractError::LongDescriptions { bytes }),
        _ => Ok(()),
    }
}
