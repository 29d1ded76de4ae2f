//! How much a contract may ask for and promise: the host keeps it, and each batch costs memory by it.

use std::collections::BTreeMap;

use super::error::ContractError;
use super::limits::{MOST_BYTES, MOST_COLUMNS, MOST_READS};
use crate::bindings::witdock::etl::types;

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
