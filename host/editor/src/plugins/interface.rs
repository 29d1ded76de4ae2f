//! The extension interface as the dock runs it.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{HasData, ResourceTable};
use witdock::HostState;

use super::bindings::exports::witdock::editor::plugin::ActivateError;
use super::bindings::{COMPONENT_TYPE, Extension};
use super::call::{CallState, Snapshot};

witdock::interface! {
    Extension,
    component_type = COMPONENT_TYPE,
    state = CallState,
    link = |linker| Extension::add_to_linker::<_, HasCall>(linker, |host| CallView {
        state: &mut host.app,
        table: &mut host.table,
    }),
    activate = activate,
}

/// The plugin's settings: there is no configuration file yet, so that each plugin has its defaults.
pub(super) const SETTINGS: &str = "{}";

struct HasCall;

impl HasData for HasCall {
    type Data<'a> = CallView<'a>;
}

/// What host functions work on.
pub(super) struct CallView<'a> {
    pub(super) state: &'a mut CallState,
    pub(super) table: &'a mut ResourceTable,
}

async fn activate(guest: &Extension, store: &mut Store<HostState<CallState>>) -> wasmtime::Result<()> {
    store.data_mut().app.begin(Snapshot::default(), false);
    let activated = guest.witdock_editor_plugin().call_activate(&mut *store, SETTINGS).await?;
    let state = &mut store.data_mut().app;
    // Until it serves, a plugin shows nothing.
    state.end(false);
    match activated {
        Ok(registration) => {
            state.registration = Some(Arc::new(registration));
            Ok(())
        }
        Err(ActivateError::Settings(why)) => {
            Err(wasmtime::Error::msg(format!("it does not accept its settings: {why}")))
        }
        Err(ActivateError::Failed(why)) => Err(wasmtime::Error::msg(format!("it does not start: {why}"))),
    }
}
