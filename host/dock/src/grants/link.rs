//! Imports whose grant is missing, linked so that calling them says so.

use wasmtime::component::{Component, Linker, types::ComponentItem};

use super::Granted;

/// Capabilities that a WASI context cannot switch off: the interface, and the grant that it needs. Components import
/// them whether they use them or not, so it is the call that is refused, with the name of what is missing.
const SWITCHED_AT_LINK: [(&str, &str); 3] = [
    ("wasi:clocks/wall-clock", "clocks = true"),
    ("wasi:clocks/monotonic-clock", "clocks = true"),
    ("wasi:random/random", "random = true"),
];

/// Shadows the functions of ungranted interfaces, in a linker that has them all.
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
        let Some((interface, grant)) = SWITCHED_AT_LINK.iter().find(|(interface, _)| {
            name.strip_prefix(interface).is_some_and(|version| version.starts_with('@'))
        }) else {
            continue;
        };
        let allowed = if interface.starts_with("wasi:random") { granted.random } else { granted.clocks };
        let ComponentItem::ComponentInstance(interface_type) = item.ty else { continue };
        if allowed {
            continue;
        }
        let mut instance = linker.instance(name)?;
        for (function, item) in interface_type.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                let import = format!("{name}.{function}");
                instance.func_new(function, move |_, _, _, _| {
                    Err(NotGranted { import: import.clone(), grant }.into())
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
    pub(crate) grant: &'static str,
}
