use std::path::Path;

use super::encoding_help;
use super::records::CsvRecord;
use crate::pipeline::CsvFormat;
use crate::source::error::CsvError;

/// The names of the columns: given by the pipeline, or by the first record, or by their numbers.
pub(super) fn column_names(
    path: &Path,
    first: &CsvRecord,
    options: &CsvFormat,
    encoding: &'static str,
) -> Result<Vec<String>, CsvError> {
    match &options.names {
        Some(names) if names.len() == first.len() => Ok(names.clone()),
        Some(names) => Err(CsvError::Names { path: path.to_owned(), given: names.len(), found: first.len() }),
        None if options.header => header_names(path, first, encoding),
        None => Ok((1..=first.len()).map(|column| format!("column_{column}")).collect()),
    }
}

fn header_names(path: &Path, header: &CsvRecord, encoding: &'static str) -> Result<Vec<String>, CsvError> {
    let (path, line) = (path.to_owned(), header.line);
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (field, column) in header.fields().zip(1..) {
        let name = match str::from_utf8(field) {
            Ok(name) => name,
            Err(error) => {
                let (name, byte) = (String::from_utf8_lossy(field).into_owned(), error.valid_up_to());
                let help = encoding_help(header.text(), encoding);
                return Err(CsvError::NotText { path, line, column, name, byte, encoding, help });
            }
        };
        if name.is_empty() {
            return Err(CsvError::UnnamedColumn { path, line, column });
        }
        if let Some(first) = names.iter().position(|earlier| earlier == name) {
            let (name, first) = (name.to_owned(), first + 1);
            return Err(CsvError::DuplicateColumn { path, line, name, first, second: column });
        }
        names.push(name.to_owned());
    }
    Ok(names)
}
