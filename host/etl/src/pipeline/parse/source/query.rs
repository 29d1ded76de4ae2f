//! Sources that are queries.

use std::path::Path;

use toml::Spanned;

use super::super::parser::Parser;
use super::{Paths, SourceFormat, SourceToml};
use crate::pipeline::{Database, PipelineError, QuerySource};

/// Rows of a query in one unit of work, by default.
const UNIT_ROWS: u64 = 100_000;

impl Parser<'_> {
    pub(super) fn query_source(&self, source: SourceToml) -> Result<QuerySource, PipelineError> {
        let database = if source.format == SourceFormat::Sqlite {
            let paths = self.needed(&source.path, "path", source.header_text, "\"flights.db\"")?;
            let span = paths.span();
            let Paths::One(path) = paths.get_ref() else {
                let help = "an SQLite source is a single file".to_owned();
                return Err(self.text.error(span, "several paths", "give one path", help));
            };
            let path = self.resolve(Path::new(&path.0));
            if !path.exists() {
                return Err(self.missing(span, "the database", &path.display().to_string()));
            }
            Database::Sqlite(path)
        } else {
            let url = self.needed(&source.url, "url", source.header_text, "\"${DATABASE_URL}\"")?;
            Database::Postgres(url.get_ref().0.clone())
        };
        let query = self.needed(&source.query, "query", source.header_text, "\"select * from flights\"")?;
        let query = query.get_ref().0.trim().trim_end_matches(';').to_owned();
        Ok(QuerySource {
            database,
            query,
            key: source.key.map(Spanned::into_inner),
            unit_rows: source.unit_rows.map_or(UNIT_ROWS, |rows| rows.into_inner().max(1)),
        })
    }
}
