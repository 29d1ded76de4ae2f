//! Imports whose grant is missing, linked so that calling them says so.

use wasmtime::component::{Component, Linker, types::ComponentItem};

use super::{Capability, CapabilityKind, Granted};

/// Shadows the functions of WASI that a context cannot switch off, in a linker that has them all: the clocks and
/// randomness. Components import them whether they use them or not, so it is the call that is refused, with the name
/// of what is missing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(crate) fn refuse_ungranted<T: 'static>(
    linker: &mut Linker<T>,
    component: &Component,
    granted: &Granted,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let engine = component.engine();
    for (name, item) in component.component_type().imports(engine) {
        let missing = match CapabilityKind::of_wasi(name) {
            Some(CapabilityKind::Clocks) => Capability::Clocks,
            Some(CapabilityKind::Random) => Capability::Random,
            _ => continue,
        };
        let ComponentItem::ComponentInstance(interface_type) = item.ty else { continue };
        if granted.has(missing.kind()) {
            continue;
        }
        let mut instance = linker.instance(name)?;
        for (function, item) in interface_type.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                let (import, capability) = (format!("{name}.{function}"), missing.clone());
                instance.func_new(function, move |_, _, _, _| {
                    Err(NotGranted { import: import.clone(), capability: capability.clone() }.into())
                })?;
            }
        }
    }
    linker.allow_shadowing(false);
    Ok(())
}

/// Raised by a refused import when it is called.
#[derive(Debug, thiserror::Error)]
#[error("{import} is not granted")]
pub(crate) struct NotGranted {
    pub(crate) import: String,
    pub(crate) capability: Capability,
}
