use std::collections::HashSet;

use arrow_schema::SchemaRef;

use super::error::SourceError;

/// Refuses two columns with one name: a plugin, a file or a table would lose one of them.
pub(super) fn check_names(source: &str, schema: &SchemaRef, help: &'static str) -> Result<(), SourceError> {
    let mut seen = HashSet::new();
    match schema.fields().iter().find(|field| !seen.insert(field.name())) {
        None => Ok(()),
        Some(twice) => Err(SourceError::DuplicateColumn {
            source_name: source.to_owned(),
            name: twice.name().clone(),
            help,
        }),
    }
}
