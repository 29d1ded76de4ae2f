//! The types of a component, read without recursion.
//!
//! `wasmparser` reads a component type with all that is nested in it at once, one stack frame for each level, of which
//! three bytes make one. So the nesting is measured first, with a stack of its own.

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExternName, ComponentImport, ComponentType, ComponentTypeRef,
    CoreType,
};

use super::counts::Counts;
use super::limits::OverBudget;

/// Why the scan of a section ended early.
pub(super) enum Ended {
    OverBudget(OverBudget),
    /// The validator reports it with its place.
    Malformed,
}

impl From<OverBudget> for Ended {
    fn from(over: OverBudget) -> Self {
        Self::OverBudget(over)
    }
}

impl From<wasmparser::Error> for Ended {
    fn from(_: wasmparser::Error) -> Self {
        Self::Malformed
    }
}

const COMPONENT_TYPE: u8 = 0x41;
const INSTANCE_TYPE: u8 = 0x42;

/// Reads a section of component types. `depth` is the nesting of the component that has it.
pub(super) fn section(bytes: &[u8], depth: usize, counts: &mut Counts<'_>) -> Result<(), Ended> {
    let mut reader = BinaryReader::new(bytes, 0);
    // The declarations that are left to be read in each type that is open, the innermost last.
    let mut open = vec![reader.read_var_u32()?];
    let mut is_top = true;
    while let Some(left) = open.last_mut() {
        let Some(rest) = left.checked_sub(1) else {
            open.pop();
            is_top = open.len() == 1;
            continue;
        };
        *left = rest;
        let is_type = is_top || {
            let kind = reader.read_u8()?;
            match kind {
                0x00 => drop(reader.read::<CoreType<'_>>()?),
                0x01 => {}
                0x02 => {
                    reader.read::<ComponentAlias<'_>>()?;
                }
                0x03 => counts.name(reader.read::<ComponentImport<'_>>()?.name.name)?,
                0x04 => {
                    counts.name(reader.read::<ComponentExternName<'_>>()?.name)?;
                    reader.read::<ComponentTypeRef>()?;
                }
                _ => return Err(Ended::Malformed),
            }
            kind == 0x01
        };
        if !is_type {
            continue;
        }
        counts.types(1)?;
        if matches!(bytes.get(reader.current_position()), Some(&(COMPONENT_TYPE | INSTANCE_TYPE))) {
            reader.read_u8()?;
            open.push(reader.read_var_u32()?);
            is_top = false;
            counts.nesting(depth + open.len())?;
        } else {
            reader.read::<ComponentType<'_>>()?;
        }
    }
    Ok(())
}
