//! A source that is a plugin.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::{Schema, SchemaRef};
use tokio::runtime::Handle;
use wasmtime::component::ResourceAny;
use witdock::{ContractViolation, Dock, Plugin, Source};

use super::error::SourceError;
use super::past::Past;
use super::units::{BatchReader, Next, OpenUnit, SourceBatch, Units};
use crate::bindings::source::Source as SourceWorld;
use crate::bindings::source::exports::witdock::etl::extract;
use crate::bindings::witdock::etl::types;
use crate::columns::{batch_from_guest, field_from_guest};
use crate::pipeline::{OnBad, PluginConfig, PluginSource};
use crate::plugin_events;
use crate::progress::Reporter;
use crate::rows::{BadRecord, Bookmark, Origin, Record, Rows, SourcePlace, Unit};

witdock::interface! {
    SourceWorld,
    component_type = crate::bindings::source::COMPONENT_TYPE,
    state = OpenReader,
    link = |_| Ok(()),
}

/// The host's data for one instance of a source's plugin: the reader of the current unit.
#[derive(Debug, Default)]
pub struct OpenReader(Option<ResourceAny>);

/// A source's plugin, loaded.
pub struct SourcePlugin {
    plugin: Plugin<SourceWorld>,
    settings: String,
    schema: SchemaRef,
    on_bad: OnBad,
    /// Runs the calls: units are read on a thread that may block.
    runtime: Handle,
}

impl SourcePlugin {
    /// Builds, loads and starts the plugin, and asks it for its columns.
    ///
    /// # Errors
    ///
    /// When the plugin cannot be loaded, is refused a grant, or does not accept its settings.
    pub async fn load(dock: &Dock, config: &PluginSource, reporter: &Reporter) -> Result<Self, SourceError> {
        let PluginConfig { path, settings, grants, limits, trust } = &config.plugin;
        let failed = |message: String| SourceError::Plugin { plugin: path.display().to_string(), message };
        let source = Source::open(path).map_err(|error| failed(error.to_string()))?;
        let builder = dock.plugin::<SourceWorld>(source).limits(limits.source_or_sink_limits());
        let builder = trust.guard(builder, path, grants).map_err(|error| failed(error.to_string()))?;
        plugin_events::follow("source", &builder, reporter.clone());
        let plugin = builder.load(OpenReader::default).await.map_err(|error| failed(error.to_string()))?;
        trust.loaded(path, &plugin);
        let failed = |message: String| SourceError::Plugin { plugin: plugin.name().to_owned(), message };
        let described = plugin
            .call_named("describe", async |guest, store| {
                guest.witdock_etl_extract().call_describe(store, settings).await
            })
            .await
            .map_err(|error| failed(error.to_string()))?;
        let fields = described.map_err(|error| failed(words(error)))?;
        let fields = fields
            .iter()
            .map(|field| {
                field_from_guest(field).map_err(|error| {
                    failed(format!("its description of the column `{}` is invalid: {error}", field.name))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if fields.is_empty() {
            return Err(failed("it describes no columns: a source needs at least one".to_owned()));
        }
        let mut names = std::collections::HashSet::new();
        if let Some(twice) = fields.iter().find(|field| !names.insert(field.name().clone())) {
            return Err(failed(format!("it describes two columns with the name `{}`", twice.name())));
        }
        let schema = Arc::new(Schema::new(fields));
        let (settings, on_bad) = (settings.clone(), config.on_bad);
        Ok(Self { plugin, settings, schema, on_bad, runtime: Handle::current() })
    }

    /// The plugin's name.
    pub fn name(&self) -> &str {
        self.plugin.name()
    }

    fn next_unit(&self, after: Option<&str>) -> Result<Option<extract::Unit>, SourceError> {
        let answer = self.runtime.block_on(self.plugin.call_named("next-unit", async |guest, store| {
            guest.witdock_etl_extract().call_next_unit(store, &self.settings, after).await
        }));
        answer.map_err(|error| self.failed(error.to_string()))?.map_err(|error| self.failed(words(error)))
    }

    fn open(&self, unit: &str) -> Result<(), SourceError> {
        let opened = self.runtime.block_on(self.plugin.call_named("reader", async |guest, store| {
            if let Some(old) = store.data_mut().app.0.take() {
                old.resource_drop_async(&mut *store).await?;
            }
            let reader = guest.witdock_etl_extract().reader();
            let reader = reader.call_constructor(&mut *store, &self.settings, unit).await?;
            store.data_mut().app.0 = Some(reader);
            Ok(())
        }));
        opened.map_err(|error| self.failed(error.to_string()))
    }

    /// Reads the next rows of the current unit. The answer is checked within the call, so that an invalid one counts as a failure.
    fn read(&self, most: u32) -> Result<Option<Chunk>, SourceError> {
        let read = self.runtime.block_on(self.plugin.call_named("read", async |guest, store| {
            let Some(reader) = store.data().app.0 else {
                return Err(wasmtime::Error::msg("the instance that was reading the unit has been replaced"));
            };
            let chunk = guest.witdock_etl_extract().reader().call_read(&mut *store, reader, most).await?;
            match chunk {
                Err(error) => Ok(Err(error)),
                Ok(None) => Ok(Ok(None)),
                Ok(Some(chunk)) => Ok(Ok(Some(Chunk::new(&self.schema, chunk)?))),
            }
        }));
        read.map_err(|error| self.failed(error.to_string()))?.map_err(|error| self.failed(words(error)))
    }

    fn failed(&self, message: String) -> SourceError {
        SourceError::Plugin { plugin: self.plugin.name().to_owned(), message }
    }
}

fn words(error: types::Error) -> String {
    match error {
        types::Error::Settings(text) => format!("it does not accept its settings: {text}"),
        types::Error::Schema(text) | types::Error::Data(text) => text,
    }
}

/// The answer to a read, checked.
struct Chunk {
    batch: RecordBatch,
    numbers: Vec<u64>,
    bad: Vec<extract::BadRecord>,
}

impl Chunk {
    fn new(schema: &SchemaRef, chunk: extract::Chunk) -> Result<Self, ContractViolation> {
        let invalid = |message: String| ContractViolation(format!("gives invalid rows: {message}"));
        let batch = batch_from_guest(schema, chunk.rows).map_err(invalid)?;
        let numbers = chunk.numbers;
        if !numbers.is_empty() && numbers.len() != batch.num_rows() {
            return Err(invalid(format!("{} numbers for {} rows", numbers.len(), batch.num_rows())));
        }
        if let Some((one, next)) = numbers.iter().zip(numbers.iter().skip(1)).find(|(one, next)| one >= next)
        {
            return Err(invalid(format!("the record numbers must rise, and {next} follows {one}")));
        }
        Ok(Self { batch, numbers, bad: chunk.bad })
    }
}

/// The units of a source's plugin, one after the other.
pub(super) struct PluginUnits {
    plugin: Arc<SourcePlugin>,
    /// The last unit.
    after: Option<Bookmark>,
    watch: bool,
    asked: Option<Instant>,
}

/// How often a watched source is asked for another unit.
const EVERY: Duration = Duration::from_secs(1);
/// How long [`Next::Idle`] waits.
const IDLE: Duration = Duration::from_millis(100);

impl PluginUnits {
    pub(super) fn new(plugin: Arc<SourcePlugin>, config: &PluginSource, past: Past) -> Self {
        Self { plugin, after: past.bookmark, watch: config.watch, asked: None }
    }
}

impl Units for PluginUnits {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.plugin.schema)
    }

    fn bytes(&self) -> Option<u64> {
        None
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        if self.asked.is_some_and(|asked| asked.elapsed() < EVERY) {
            std::thread::sleep(IDLE);
            return Ok(Next::Idle);
        }
        let Some(unit) = self.plugin.next_unit(self.after.as_deref())? else {
            self.asked = Some(Instant::now());
            return Ok(if self.watch { Next::Idle } else { Next::End });
        };
        if self.after.as_ref() == Some(&unit.id) {
            let message = format!("it gave the unit `{}` twice in a row", unit.id);
            return Err(self.plugin.failed(message));
        }
        self.plugin.open(&unit.id)?;
        self.after = Some(unit.id.clone());
        let reader = PluginReader {
            plugin: Arc::clone(&self.plugin),
            unit: unit.id.clone().into(),
            last: 0,
            rest: None,
        };
        let unit = Unit { size: unit.bytes, ..Unit::named(unit.id) };
        Ok(Next::Unit(OpenUnit { unit, reader: Box::new(reader), quarantine: None, stage: 0 }))
    }

    fn bookmark(&self) -> Option<Bookmark> {
        self.after.clone()
    }
}

struct PluginReader {
    plugin: Arc<SourcePlugin>,
    unit: Arc<str>,
    /// The number of the last record that was read.
    last: u64,
    /// The rest of a chunk that was larger than the read.
    rest: Option<Rows>,
}

impl BatchReader for PluginReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.plugin.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let (rows, bad) = match self.rest.take() {
            Some(rest) => (rest, Vec::new()),
            None => match self.plugin.read(u32::try_from(most).unwrap_or(u32::MAX))? {
                None => return Ok(None),
                Some(chunk) => self.numbered(chunk)?,
            },
        };
        if rows.len() > most {
            self.rest = Some(rows.slice(most, rows.len() - most));
        }
        Ok(Some(SourceBatch { rows: rows.slice(0, most), bad, bytes_read: 0 }))
    }
}

impl PluginReader {
    fn numbered(&mut self, chunk: Chunk) -> Result<(Rows, Vec<BadRecord>), SourceError> {
        let Chunk { batch, numbers, bad } = chunk;
        let origin = if numbers.is_empty() {
            Origin::numbered(&self.unit, self.last + 1, batch.num_rows())
        } else {
            Origin::Source {
                unit: Arc::clone(&self.unit),
                rows: UInt64Array::from(numbers.clone()),
                lines: None,
            }
        };
        let last = numbers.last().copied().unwrap_or(self.last + batch.num_rows() as u64);
        self.last = bad.iter().map(|bad| bad.number).chain([last]).max().unwrap_or(last);
        if let Some(bad) = bad.first().filter(|_| self.plugin.on_bad == OnBad::Error) {
            let place = SourcePlace { row: bad.number, line: bad.line };
            return Err(self.plugin.failed(format!(
                "{}, {place}: {} ({}); fix it, or set on_bad = \"reject\"",
                self.unit, bad.message, bad.code
            )));
        }
        let bad = bad.into_iter().map(|bad| BadRecord {
            place: SourcePlace { row: bad.number, line: bad.line },
            code: bad.code.into(),
            message: bad.message,
            record: Record::Text(bad.text),
        });
        Ok((Rows { batch, origin }, bad.collect()))
    }
}
