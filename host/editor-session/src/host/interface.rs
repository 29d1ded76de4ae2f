//! The editor's extension interface, as the dock links and activates it.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::HasData;
use witdock::HostState;

use super::bindings::exports::witdock::editor::plugin::ActivateError;
use super::bindings::{COMPONENT_TYPE, Extension};
use super::call::CallState;
use super::imports::CallView;
use super::snapshot::Snapshot;

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

struct HasCall;

impl HasData for HasCall {
    type Data<'a> = CallView<'a>;
}

async fn activate(guest: &Extension, store: &mut Store<HostState<CallState>>) -> wasmtime::Result<()> {
    store.data_mut().app.begin(Snapshot::default(), false);
    let settings = store.data().app.settings.get();
    let activated = guest.witdock_editor_plugin().call_activate(&mut *store, &settings).await?;
    let state = &mut store.data_mut().app;
    // A plugin shows nothing before it serves.
    state.end(false);
    match activated {
        Ok(registration) => {
            state.registration = Some(Arc::new(registration));
            Ok(())
        }
        Err(ActivateError::Settings(why)) => {
            Err(wasmtime::Error::msg(format!("it rejects its settings: {why}")))
        }
        Err(ActivateError::Failed(why)) => Err(wasmtime::Error::msg(format!("it failed to start: {why}"))),
    }
}
