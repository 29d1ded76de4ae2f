//! Links imports without a grant to functions that return an error.

use wasmtime::component::{Component, Linker, types::ComponentItem};

use super::{Capability, CapabilityKind, Granted};

/// Shadows the functions of WASI that a context cannot switch off, in a linker that has them all: the clocks and
/// randomness. Components import them whether they use them or not, so the call is refused, not the import. The
/// error names the missing capability.
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

/// The error of calling an import whose capability is not granted.
#[derive(Debug, thiserror::Error)]
#[error("{import} is not granted")]
pub(crate) struct NotGranted {
    pub(crate) import: String,
    pub(crate) capability: Capability,
}
