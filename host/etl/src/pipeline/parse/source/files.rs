//! Sources that are files, by paths and urls.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use encoding_rs::Encoding;

use super::super::parser::Parser;
use super::{INFER_ROWS, Paths, SourceFormat, SourceToml};
use crate::input::{STDIN, is_stream};
use crate::pipeline::{
    FileFormat, FileSource, JsonLayout, JsonlFormat, OnDrift, PipelineError, SourcePath, is_pattern,
};
use crate::store::ObjectUrl;

impl Parser<'_> {
    pub(super) fn file_source(&self, mut source: SourceToml) -> Result<FileSource, PipelineError> {
        let store = self.store(source.store.take())?;
        let source = &source;
        let format = match source.format {
            SourceFormat::Jsonl | SourceFormat::Json => FileFormat::Jsonl(JsonlFormat {
                layout: if source.format == SourceFormat::Json {
                    JsonLayout::Values
                } else {
                    JsonLayout::Lines
                },
                columns: source.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
                infer_rows: source.infer_rows.as_ref().map_or(INFER_ROWS, |rows| (*rows.get_ref()).max(1)),
                encoding: self.encoding(source)?,
                on_bad: source.on_bad(),
            }),
            SourceFormat::Parquet => FileFormat::Parquet(source.on_bad()),
            _ => FileFormat::Csv(self.csv(source)?),
        };
        let settle_ms = source.settle_ms.as_ref().map_or(1000, |settle| *settle.get_ref());
        Ok(FileSource {
            paths: self.source_paths(source)?,
            store,
            format,
            partitions: source
                .partitions
                .as_ref()
                .map(|columns| columns.get_ref().clone())
                .unwrap_or_default(),
            on_drift: source.on_drift.as_ref().map_or(OnDrift::Fail, |on_drift| *on_drift.get_ref()),
            watch: source.watch(),
            settle: Duration::from_millis(settle_ms),
        })
    }

    pub(super) fn encoding(&self, source: &SourceToml) -> Result<Option<&'static Encoding>, PipelineError> {
        let Some(given) = &source.encoding else { return Ok(None) };
        let found = Encoding::for_label_no_replacement(given.get_ref().as_bytes());
        found.map(Some).ok_or_else(|| {
            let message = format!("unknown encoding `{}`", given.get_ref());
            let help =
                "for example \"utf-8\", \"windows-1252\", \"iso-8859-15\", \"utf-16le\" or \"shift_jis\"";
            self.text.error(
                given.span(),
                message,
                "a name of https://encoding.spec.whatwg.org",
                help.to_owned(),
            )
        })
    }

    fn source_paths(&self, source: &SourceToml) -> Result<Vec<SourcePath>, PipelineError> {
        let paths = self.needed(&source.path, "path", source.header_text, "\"data/*.csv\"")?;
        let span = paths.span();
        let given = match paths.get_ref() {
            Paths::One(path) => std::slice::from_ref(path),
            Paths::Many(paths) => paths,
        };
        if given.is_empty() {
            let help = "name at least one".to_owned();
            return Err(self.text.error(span, "the source has no path", "empty", help));
        }
        let mut resolved = Vec::with_capacity(given.len());
        for path in given {
            if let Some(url) = ObjectUrl::parse(&path.0) {
                resolved.push(SourcePath::Url(self.source_url(url, span.clone(), source.watch())?));
                continue;
            }
            let is_stdin = path.0 == STDIN;
            let path = if is_stdin { STDIN.into() } else { self.resolve(Path::new(&path.0)) };
            let text = path.display().to_string();
            if is_stream(&path) {
                let what = if is_stdin {
                    "standard input".to_owned()
                } else {
                    format!("{text}, a pipe or a device,")
                };
                let problem = if source.format == SourceFormat::Parquet {
                    Some((
                        format!("{what} cannot be read as Parquet"),
                        "write it to a file first: a Parquet file is read from its end",
                    ))
                } else if given.len() > 1 || source.watch() {
                    Some((
                        format!("{what} cannot be combined with other paths or `watch`"),
                        "it is read once: give only this path, without `watch`",
                    ))
                } else {
                    None
                };
                if let Some((message, help)) = problem {
                    return Err(self.text.error(span, message, "here", help.to_owned()));
                }
                resolved.push(SourcePath::Local(text));
                continue;
            }
            if !is_pattern(&text) && !path.exists() {
                return Err(self.missing(span, "the source", &text));
            }
            if source.watch() && !is_pattern(&text) && !path.is_dir() {
                return Err(self.text.error(
                    span,
                    format!("{text} is not a folder, and only folders can be watched"),
                    "a file",
                    "give the folder, or a pattern such as \"inbox/*.csv\"".to_owned(),
                ));
            }
            resolved.push(SourcePath::Local(text));
        }
        Ok(resolved)
    }

    fn source_url(
        &self,
        url: Result<ObjectUrl, String>,
        span: Range<usize>,
        watch: bool,
    ) -> Result<ObjectUrl, PipelineError> {
        let refuse =
            |message: String, help: &str| self.text.error(span.clone(), message, "this url", help.to_owned());
        let help = "for example \"s3://bucket/in/*.csv\" or \"https://example.org/flights.csv\"";
        let url = url.map_err(|message| refuse(message, help))?;
        if watch {
            let help = "run the pipeline again and again without `watch`, for example with a timer: with sinks that append, each run reads only \
                        the objects that are new";
            return Err(refuse(format!("{url} cannot be watched: stores do not tell of new objects"), help));
        }
        Ok(url)
    }
}
