//! The transform interface as the dock runs it: what a stage lends to its plugin, and how a session is opened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use thiserror::Error;
use wasmtime::Store;
use wasmtime::component::{HasData, Resource, ResourceAny, ResourceTable};
use witdock::HostState;

use crate::bindings::witdock::etl::{lookup, metrics, side_output, types};
use crate::bindings::{COMPONENT_TYPE, Transformer};
use crate::columns::{batch_from_guest, field_from_guest, field_to_guest};
use crate::contract::{Contract, ContractError, schema_difference};
use crate::lookup::{Lookups, OpenTable};
use crate::metrics::Metrics;

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

/// What all instances of one stage's plugin share.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) settings: String,
    pub(crate) lookups: Arc<Lookups>,
    pub(crate) agreement: Mutex<Agreement>,
    /// The fields of the side outputs that the stage has, once their first rows have fixed them.
    pub(crate) side_outputs: Mutex<BTreeMap<String, Option<SchemaRef>>>,
    instances: AtomicU64,
}

/// What a stage has agreed with its neighbours.
#[derive(Debug)]
pub(crate) struct Agreement {
    /// What comes in.
    pub(crate) input: SchemaRef,
    /// What must come out, while a run relies on it.
    pub(crate) promised: Option<SchemaRef>,
}

impl Setup {
    pub(crate) fn new(
        settings: String,
        lookups: Arc<Lookups>,
        input: SchemaRef,
        side_outputs: impl Iterator<Item = String>,
    ) -> Self {
        Self {
            settings,
            lookups,
            agreement: Mutex::new(Agreement { input, promised: None }),
            side_outputs: Mutex::new(side_outputs.map(|name| (name, None)).collect()),
            instances: AtomicU64::new(0),
        }
    }

    pub(crate) fn agree<R>(&self, change: impl FnOnce(&mut Agreement) -> R) -> R {
        change(&mut self.agreement.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn side<R>(&self, change: impl FnOnce(&mut BTreeMap<String, Option<SchemaRef>>) -> R) -> R {
        change(&mut self.side_outputs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next run's side outputs may have other fields.
    pub(crate) fn forget_side_schemas(&self) {
        self.side(|outputs| outputs.values_mut().for_each(|schema| *schema = None));
    }
}

/// What one instance of a stage's plugin has.
#[derive(Debug)]
pub struct StageState {
    setup: Arc<Setup>,
    /// Which instance of the stage this is: a reload or a restart makes another one.
    pub(crate) instance: u64,
    pub(crate) session: Option<Session>,
    /// What the call that runs has told, which counts once the call has succeeded.
    pub(crate) told: Told,
}

/// The open session and what it has promised.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) handle: ResourceAny,
    pub(crate) contract: Arc<Contract>,
}

/// What a plugin tells besides its output.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) metrics: Metrics,
    pub(crate) emitted: Vec<(String, RecordBatch)>,
    emitted_bytes: usize,
}

/// What one call may send to side outputs: it is held until the call has succeeded.
const MAX_EMITTED_BYTES: usize = 64 << 20;

impl StageState {
    pub(crate) fn new(setup: Arc<Setup>) -> Self {
        let instance = setup.instances.fetch_add(1, Ordering::Relaxed);
        Self { setup, instance, session: None, told: Told::default() }
    }
}

/// Why a plugin does not fit its place in the pipeline.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The plugin refuses its settings, in its own words.
    #[error("it does not accept its settings: {0}")]
    Settings(String),
    /// The plugin refuses the input's schema, in its own words.
    #[error("it does not accept its input: {0}")]
    Schema(String),
    /// The plugin refuses the data, in its own words.
    #[error("it cannot process the batch: {0}")]
    Data(String),
    /// The contract is not one.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The output differs from what the running pipeline relies on.
    #[error("its output would change in the middle of a run: {0}; the next run can take it")]
    OutputChanged(String),
    /// A column's type cannot be described to a plugin.
    #[error("the input column `{column}` has a type that cannot be described to a plugin: {error}")]
    Input {
        /// The column.
        column: String,
        /// What Arrow said.
        error: String,
    },
}

impl From<types::Error> for Refusal {
    fn from(error: types::Error) -> Self {
        match error {
            types::Error::Settings(text) => Self::Settings(text),
            types::Error::Schema(text) => Self::Schema(text),
            types::Error::Data(text) => Self::Data(text),
        }
    }
}

async fn activate(guest: &Transformer, store: &mut Store<HostState<StageState>>) -> wasmtime::Result<()> {
    match open_session(guest, store).await? {
        Ok(()) => Ok(()),
        Err(refusal) => Err(wasmtime::Error::msg(refusal.to_string())),
    }
}

/// Asks the plugin for its contract with the input that is agreed on, and opens a session. One that was open is closed.
pub(crate) async fn open_session(
    guest: &Transformer,
    store: &mut Store<HostState<StageState>>,
) -> wasmtime::Result<Result<(), Refusal>> {
    if let Some(old) = store.data_mut().app.session.take() {
        old.handle.resource_drop_async(&mut *store).await?;
    }
    let setup = Arc::clone(&store.data().app.setup);
    let (input, promised) =
        setup.agree(|agreement| (Arc::clone(&agreement.input), agreement.promised.clone()));
    let fields = match describe_input(&input) {
        Ok(fields) => fields,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let transform = guest.witdock_etl_transform();
    let contract = match transform.call_describe(&mut *store, &fields, &setup.settings).await? {
        Ok(contract) => contract,
        Err(error) => return Ok(Err(error.into())),
    };
    let contract = match Contract::new(&input, &contract) {
        Ok(contract) => Arc::new(contract),
        Err(error) => return Ok(Err(error.into())),
    };
    if let Some(change) = promised.and_then(|promised| schema_difference(&promised, &contract.schema())) {
        return Ok(Err(Refusal::OutputChanged(change)));
    }
    let handle = transform.session().call_constructor(&mut *store, &fields, &setup.settings).await?;
    store.data_mut().app.session = Some(Session { handle, contract });
    Ok(Ok(()))
}

fn describe_input(input: &SchemaRef) -> Result<Vec<types::Field>, Refusal> {
    let describe = |field: &Arc<Field>| {
        field_to_guest(field)
            .map_err(|error| Refusal::Input { column: field.name().clone(), error: error.to_string() })
    };
    input.fields().iter().map(describe).collect()
}

struct HasStage;

impl HasData for HasStage {
    type Data<'a> = StageView<'a>;
}

struct StageView<'a> {
    stage: &'a mut StageState,
    table: &'a mut ResourceTable,
}

impl types::Host for StageView<'_> {}

impl lookup::Host for StageView<'_> {
    fn open(&mut self, name: String) -> wasmtime::Result<Result<Resource<OpenTable>, lookup::LookupError>> {
        let lookups = &self.stage.setup.lookups;
        let Some(table) = lookups.get(&name) else {
            let known: Vec<_> = lookups.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Ok(Err(lookup::LookupError::NoSuchTable(format!("`{name}`; the pipeline has: {known}"))));
        };
        Ok(Ok(self.table.push(OpenTable(Arc::clone(table)))?))
    }
}

impl lookup::HostTable for StageView<'_> {
    fn key(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<Vec<types::Field>> {
        Ok(self.table.get(&table)?.0.key_for_guest()?)
    }

    fn fields(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<Vec<types::Field>> {
        Ok(self.table.get(&table)?.0.fields_for_guest()?)
    }

    fn get(
        &mut self,
        table: Resource<OpenTable>,
        rows: u32,
        keys: Vec<types::Column>,
        columns: Vec<String>,
    ) -> wasmtime::Result<Result<lookup::Matches, lookup::LookupError>> {
        Ok(self.table.get(&table)?.0.get(rows, keys, &columns))
    }

    fn drop(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<()> {
        self.table.delete(table)?;
        Ok(())
    }
}

impl metrics::Host for StageView<'_> {
    fn count(&mut self, name: String, by: u64) -> wasmtime::Result<()> {
        self.stage.told.metrics.count(&name, by);
        Ok(())
    }

    fn gauge(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        self.stage.told.metrics.gauge(&name, value);
        Ok(())
    }

    fn observe(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        self.stage.told.metrics.observe(&name, value);
        Ok(())
    }
}

impl side_output::Host for StageView<'_> {
    fn emit(
        &mut self,
        name: String,
        fields: Vec<types::Field>,
        rows: types::Batch,
    ) -> wasmtime::Result<Result<(), side_output::EmitError>> {
        Ok(self.take_emitted(name, &fields, rows))
    }
}

impl StageView<'_> {
    fn take_emitted(
        &mut self,
        name: String,
        fields: &[types::Field],
        rows: types::Batch,
    ) -> Result<(), side_output::EmitError> {
        use side_output::EmitError;
        let fields = fields
            .iter()
            .map(|field| {
                field_from_guest(field)
                    .map_err(|error| EmitError::Schema(format!("the field `{}`: {error}", field.name)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let schema = Arc::new(Schema::new(fields));
        let batch = batch_from_guest(&schema, rows).map_err(EmitError::Schema)?;
        let told = &mut self.stage.told;
        // Rows count as well: those of Arrow's `Null` take no bytes here, and a line each in the file.
        let bytes = batch.get_array_memory_size().max(batch.num_rows().saturating_mul(16));
        if told.emitted_bytes + bytes > MAX_EMITTED_BYTES {
            return Err(EmitError::Unavailable(format!(
                "one call may send {} MiB to side outputs",
                MAX_EMITTED_BYTES >> 20
            )));
        }
        self.stage.setup.side(|outputs| {
            let known: Vec<_> = outputs.keys().cloned().collect();
            match outputs.get_mut(&name) {
                None if known.is_empty() => Err(EmitError::NoSuchOutput(format!(
                    "`{name}`; the stage has none: add `{name} = \"file.jsonl\"` to its [stage.outputs]"
                ))),
                None => {
                    Err(EmitError::NoSuchOutput(format!("`{name}`; the stage has: {}", known.join(", "))))
                }
                Some(Some(fixed)) => schema_difference(fixed, &schema).map_or(Ok(()), |change| {
                    Err(EmitError::Schema(format!(
                        "the fields differ from those of the first call: {change}"
                    )))
                }),
                Some(unset) => {
                    *unset = Some(schema);
                    Ok(())
                }
            }
        })?;
        told.emitted_bytes += bytes;
        told.emitted.push((name, batch));
        Ok(())
    }
}
