use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_schema::SchemaRef;

use crate::columns::schema_difference;

/// The columns that a run agrees on with every instance of a stage's plugin. A generation that starts while they hold is
/// refused if it breaks them.
#[derive(Debug)]
pub(super) struct Terms {
    input: SchemaRef,
    /// What the plugin must give, once a run relies on it.
    output: OnceLock<SchemaRef>,
    /// The columns of each side output, once its first rows have set them.
    side_outputs: Mutex<BTreeMap<String, SchemaRef>>,
}

impl Terms {
    /// Terms for an input, which leave the output open.
    pub(super) fn new(input: SchemaRef) -> Self {
        Self { input, output: OnceLock::new(), side_outputs: Mutex::default() }
    }

    /// The columns that the plugin gets.
    pub(super) fn input(&self) -> SchemaRef {
        Arc::clone(&self.input)
    }

    /// From now on the plugin must give these columns.
    pub(super) fn rely_on(&self, output: SchemaRef) {
        let _ = self.output.set(output);
    }

    /// The first difference between the columns that the plugin must give and these.
    pub(super) fn breach(&self, output: &SchemaRef) -> Option<String> {
        self.output.get().and_then(|agreed| schema_difference(agreed, output))
    }

    /// The first difference between the columns of a side output and these. The first rows set the columns.
    pub(super) fn side_output_breach(&self, name: &str, columns: SchemaRef) -> Option<String> {
        let mut outputs = self.side_outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs.get(name) {
            Some(agreed) => schema_difference(agreed, &columns),
            None => {
                outputs.insert(name.to_owned(), columns);
                None
            }
        }
    }
}
