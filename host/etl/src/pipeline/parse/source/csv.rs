//! The form of CSV files.

use std::collections::HashSet;

use toml::Spanned;

use super::super::parser::Parser;
use super::{SourceFormat, SourceToml};
use crate::pipeline::{CsvFormat, PipelineError};

impl Parser<'_> {
    pub(super) fn csv(&self, source: &SourceToml) -> Result<CsvFormat, PipelineError> {
        let delimiter = match &source.delimiter {
            None if source.format == SourceFormat::Tsv => b'\t',
            None => b',',
            Some(_) => {
                let help = "for example \",\", \";\", \"|\" or \"\\t\"";
                self.character(source.delimiter.as_ref(), "delimiter", help)?.unwrap_or(b',')
            }
        };
        let quote = match &source.quote {
            None => Some(b'"'),
            Some(none) if none.get_ref().is_empty() => None,
            Some(_) => {
                self.character(source.quote.as_ref(), "quote", "for example \"'\", or \"\" for none")?
            }
        };
        let escape = self.character(source.escape.as_ref(), "escape", "for example \"\\\\\"")?;
        let comment = self.character(source.comment.as_ref(), "comment", "for example \"#\"")?;
        let roles = [
            ("delimiter", Some(delimiter), source.delimiter.as_ref()),
            ("quote", quote, source.quote.as_ref()),
            ("escape", escape.filter(|_| escape != quote), source.escape.as_ref()),
            ("comment", comment, source.comment.as_ref()),
        ];
        for (index, (name, byte, given)) in roles.iter().enumerate() {
            let earlier = roles.iter().take(index).find(|(_, earlier, _)| byte.is_some() && earlier == byte);
            if let Some((other, _, first)) = earlier {
                let span = given.or(*first).map_or(0..0, Spanned::span);
                let message = format!("`{name}` and `{other}` are the same character");
                return Err(self.text.error(span, message, "here", "choose another one".to_owned()));
            }
        }
        if let Some(names) = &source.names {
            self.check_names(names)?;
            if source.header.is_none() {
                let help = "header = true: the names replace those in the first line; header = false: the first line is a row";
                return Err(self.text.error(
                    names.span(),
                    "`names` is given, and not whether the file has a header",
                    "add `header` to this table",
                    help.to_owned(),
                ));
            }
        }
        Ok(CsvFormat {
            delimiter,
            quote,
            escape: escape.filter(|_| escape != quote),
            comment,
            skip_lines: source.skip_lines.as_ref().map_or(0, |lines| *lines.get_ref()),
            header: source.header.as_ref().is_none_or(|header| *header.get_ref()),
            names: source.names.as_ref().map(|names| names.get_ref().clone()),
            columns: source.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
            encoding: self.encoding(source)?,
            null_values: source
                .null_values
                .as_ref()
                .map_or_else(|| vec![String::new()], |nulls| nulls.get_ref().clone()),
            on_bad: source.on_bad(),
        })
    }

    /// One of the characters that structure a CSV file.
    fn character(
        &self,
        given: Option<&Spanned<String>>,
        name: &str,
        help: &str,
    ) -> Result<Option<u8>, PipelineError> {
        let Some(given) = given else { return Ok(None) };
        match given.get_ref().as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n') => Ok(Some(*byte)),
            _ => Err(self.text.error(
                given.span(),
                format!("the {name} must be one ASCII character"),
                "invalid",
                help.to_owned(),
            )),
        }
    }

    fn check_names(&self, names: &Spanned<Vec<String>>) -> Result<(), PipelineError> {
        let mut seen = HashSet::new();
        let problem = if names.get_ref().is_empty() {
            "`names` names no column".to_owned()
        } else if names.get_ref().iter().any(String::is_empty) {
            "a column's name is empty".to_owned()
        } else if let Some(twice) = names.get_ref().iter().find(|name| !seen.insert(name.as_str())) {
            format!("two columns have the name `{twice}`")
        } else {
            return Ok(());
        };
        let help = "give each column of the file a unique name, in order".to_owned();
        Err(self.text.error(names.span(), problem, "here", help))
    }
}
