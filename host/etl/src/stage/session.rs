use std::sync::Arc;

use arrow_schema::{Field, SchemaRef};
use wasmtime::Store;
use witdock::HostState;

use super::host::{HasStage, StageView};
use super::instance::{Session, StageState};
use super::refusal::Refusal;
use crate::bindings::witdock::etl::types;
use crate::bindings::{COMPONENT_TYPE, Transformer};
use crate::columns::field_to_guest;
use crate::contract::Contract;

witdock::interface! {
    Transformer,
    component_type = COMPONENT_TYPE,
    state = StageState,
    link = |linker| Transformer::add_to_linker::<_, HasStage>(linker, |host| StageView {
        stage: &mut host.app,
        table: &mut host.table,
    }),
    activate = activate,
}

async fn activate(guest: &Transformer, store: &mut Store<HostState<StageState>>) -> wasmtime::Result<()> {
    match open_session(guest, store).await? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(wasmtime::Error::msg(refusal.to_string())),
    }
}

/// Asks the plugin for its contract under the terms that hold now, and opens a session. An open session is closed first.
pub(super) async fn open_session(
    guest: &Transformer,
    store: &mut Store<HostState<StageState>>,
) -> wasmtime::Result<Result<Arc<Contract>, Refusal>> {
    if let Some(old) = store.data_mut().app.session.take() {
        old.handle.resource_drop_async(&mut *store).await?;
    }
    let services = Arc::clone(&store.data().app.services);
    let terms = services.terms();
    let input = terms.input();
    let fields = match describe(&input) {
        Ok(fields) => fields,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let transform = guest.witdock_etl_transform();
    let contract = match transform.call_describe(&mut *store, &fields, &services.settings).await? {
        Ok(contract) => contract,
        Err(error) => return Ok(Err(error.into())),
    };
    let contract = match Contract::new(&input, &contract) {
        Ok(contract) => Arc::new(contract),
        Err(error) => return Ok(Err(error.into())),
    };
    if let Some(difference) = terms.breach(&contract.schema()) {
        return Ok(Err(Refusal::OutputChanged(difference)));
    }
    let handle = transform.session().call_constructor(&mut *store, &fields, &services.settings).await?;
    store.data_mut().app.session = Some(Session { handle, contract: Arc::clone(&contract) });
    Ok(Ok(contract))
}

fn describe(input: &SchemaRef) -> Result<Vec<types::Field>, Refusal> {
    let describe = |field: &Arc<Field>| {
        field_to_guest(field)
            .map_err(|error| Refusal::Input { column: field.name().clone(), error: error.to_string() })
    };
    input.fields().iter().map(describe).collect()
}
