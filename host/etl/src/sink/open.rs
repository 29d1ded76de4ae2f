use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::error::SinkError;
use super::file;
use super::folder::FolderSink;
use super::object::ObjectSink;
use super::plugin::{PluginWriter, SinkPlugin};
use super::stdout::StdoutSink;
use super::table;
use super::writer::{SinkStart, SinkWriter};
use crate::pipeline::{Database, SinkConfig, SinkKind};

/// Starts writing to a sink. Missing folders are created. `plugin` is the sink's plugin, loaded, if the sink is one.
///
/// # Errors
///
/// When the target cannot be written to, or the format does not support the type of a column.
pub fn open(
    sink: &SinkConfig,
    schema: &SchemaRef,
    start: &SinkStart<'_>,
    plugin: Option<&Arc<SinkPlugin>>,
) -> Result<Box<dyn SinkWriter>, SinkError> {
    Ok(match &sink.kind {
        SinkKind::Stdout(format) => Box::new(StdoutSink::open(*format, schema)?),
        SinkKind::File(file) => file::open(file, sink.mode, schema, start)?,
        SinkKind::Folder(folder) => Box::new(FolderSink::open(folder, sink.mode, schema, start)?),
        SinkKind::Object(object) => Box::new(ObjectSink::open(object, sink.mode, schema, start)?),
        SinkKind::Plugin(config) => match plugin {
            Some(plugin) => Box::new(PluginWriter::open(Arc::clone(plugin), schema, start)?),
            None => {
                let plugin = config.plugin.path.display().to_string();
                return Err(SinkError::Plugin { plugin, message: "it is not loaded".to_owned() });
            }
        },
        SinkKind::Table(target) => match &target.database {
            Database::Sqlite(path) => table::open_sqlite(path, target, sink.mode, schema, start)?,
            Database::Postgres(url) => table::open_postgres(url, target, sink.mode, schema, start)?,
        },
    })
}

/// The last commit that a database has of a sink: run and number. With `settled`, nothing of a killed run is under way any more.
///
/// # Errors
///
/// When the database cannot be reached, or is in use.
pub fn committed(
    sink: &SinkConfig,
    start: &SinkStart<'_>,
    settled: bool,
) -> Result<Option<(String, u64)>, SinkError> {
    match &sink.kind {
        SinkKind::Table(target) => match &target.database {
            Database::Sqlite(path) => table::sqlite_committed(path, start),
            Database::Postgres(url) => table::postgres_committed(url, target, start, settled),
        },
        _ => Ok(None),
    }
}
