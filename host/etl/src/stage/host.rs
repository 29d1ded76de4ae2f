use std::sync::Arc;

use arrow_schema::Schema;
use wasmtime::component::{HasData, Resource, ResourceTable};

use super::instance::StageState;
use crate::bindings::OpenTable;
use crate::bindings::witdock::etl::{lookup, metrics, side_output, types};
use crate::columns::{batch_from_guest, field_from_guest};
use crate::lookup::LookupTable;

/// Rows for side outputs are held until the call has succeeded, so one call may not send more than this.
const MAX_EMITTED_BYTES: usize = 64 << 20;

pub(super) struct HasStage;

impl HasData for HasStage {
    type Data<'a> = StageView<'a>;
}

/// What the imports of a stage's plugin act on.
pub(super) struct StageView<'a> {
    pub(super) stage: &'a mut StageState,
    pub(super) table: &'a mut ResourceTable,
}

impl StageView<'_> {
    fn lookup(&self, handle: &Resource<OpenTable>) -> wasmtime::Result<&LookupTable> {
        let OpenTable(name) = self.table.get(handle)?;
        let table = self.stage.services.lookups.get(name);
        table
            .map(Arc::as_ref)
            .ok_or_else(|| wasmtime::Error::msg(format!("there is no lookup table `{name}`")))
    }
}

impl types::Host for StageView<'_> {}

impl lookup::Host for StageView<'_> {
    fn open(&mut self, name: String) -> wasmtime::Result<Result<Resource<OpenTable>, lookup::LookupError>> {
        let lookups = &self.stage.services.lookups;
        if !lookups.contains_key(&name) {
            let known: Vec<_> = lookups.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Ok(Err(lookup::LookupError::NoSuchTable(format!("`{name}`; the pipeline has: {known}"))));
        }
        Ok(Ok(self.table.push(OpenTable(name))?))
    }
}

impl lookup::HostTable for StageView<'_> {
    fn key(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<Vec<types::Field>> {
        Ok(self.lookup(&table)?.key_for_guest()?)
    }

    fn fields(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<Vec<types::Field>> {
        Ok(self.lookup(&table)?.fields_for_guest()?)
    }

    fn get(
        &mut self,
        table: Resource<OpenTable>,
        rows: u32,
        keys: Vec<types::Column>,
        columns: Vec<String>,
    ) -> wasmtime::Result<Result<lookup::Matches, lookup::LookupError>> {
        Ok(self.lookup(&table)?.get(rows, keys, &columns))
    }

    fn drop(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<()> {
        self.table.delete(table)?;
        Ok(())
    }
}

impl metrics::Host for StageView<'_> {
    fn count(&mut self, name: String, by: u64) -> wasmtime::Result<()> {
        self.stage.report.metrics.count(&name, by);
        Ok(())
    }

    fn gauge(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        self.stage.report.metrics.gauge(&name, value);
        Ok(())
    }

    fn observe(&mut self, name: String, value: f64) -> wasmtime::Result<()> {
        self.stage.report.metrics.observe(&name, value);
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
        let report = &mut self.stage.report;
        // Rows count as well: those of Arrow's `Null` take no bytes here, and a line each in the file.
        let bytes = batch.get_array_memory_size().max(batch.num_rows().saturating_mul(16));
        if report.emitted_bytes + bytes > MAX_EMITTED_BYTES {
            return Err(EmitError::Unavailable(format!(
                "one call may send {} MiB to side outputs",
                MAX_EMITTED_BYTES >> 20
            )));
        }
        let services = &self.stage.services;
        if !services.side_outputs.contains(&name) {
            let known: Vec<_> = services.side_outputs.iter().map(String::as_str).collect();
            return Err(EmitError::NoSuchOutput(if known.is_empty() {
                format!("`{name}`; the stage has none: add `{name} = \"file.jsonl\"` to its [stage.outputs]")
            } else {
                format!("`{name}`; the stage has: {}", known.join(", "))
            }));
        }
        if let Some(difference) = services.terms().side_output_breach(&name, schema) {
            return Err(EmitError::Schema(format!(
                "the fields differ from those of the first call: {difference}"
            )));
        }
        report.emitted_bytes += bytes;
        report.emitted.push((name, batch));
        Ok(())
    }
}
