use std::fs;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, types::Int32Type};
use arrow_schema::{DataType, Field, Schema};

use super::*;
use crate::pipeline::{
    Compression, FileSinkFormat, SinkConfig, SinkFile, SinkFormat, SinkKind, SinkMode, TextFormat,
};

fn batch() -> RecordBatch {
    let schema =
        Schema::new(vec![Field::new("id", DataType::Int64, false), Field::new("text", DataType::Utf8, true)]);
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from(vec![1, 2])), Arc::new(StringArray::from(vec![Some("a,\"b"), None]))];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn file(path: &Path, format: SinkFormat) -> SinkConfig {
    let format = match format {
        SinkFormat::Csv => FileSinkFormat::Text(TextFormat::Csv, Compression::of(path)),
        SinkFormat::Jsonl => FileSinkFormat::Text(TextFormat::Jsonl, Compression::of(path)),
        _ => FileSinkFormat::Parquet,
    };
    SinkConfig { kind: SinkKind::File(SinkFile { path: path.to_owned(), format }), mode: SinkMode::Replace }
}

fn start(mark: Option<&SinkMark>) -> SinkStart<'_> {
    SinkStart { run: "1-run", pipeline: "pipeline", index: 0, commits: mark.map_or(0, |_| 1), mark }
}

fn open_at(path: &Path, format: SinkFormat) -> Box<dyn SinkWriter> {
    open(&file(path, format), &batch().schema(), &start(None), None).unwrap()
}

/// Prepares a commit and publishes it, as if the checkpoint were written in between.
fn commit(sink: &mut Box<dyn SinkWriter>, number: u64, last: bool) -> SinkMark {
    let prepared = sink.prepare(&Commit { run: "1-run".to_owned(), number, last }).unwrap();
    sink.commit().unwrap();
    prepared.publish.iter().for_each(|publish| publish.carry_out().unwrap());
    prepared.mark
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn rows_are_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/rows");
    let write = |format, batches: usize| {
        let mut sink = open_at(&path, format);
        (0..batches).for_each(|_| sink.write(&batch()).unwrap());
        commit(&mut sink, 1, true);
        fs::read(&path).unwrap()
    };
    assert_eq!(write(SinkFormat::Csv, 1), b"id,text\n1,\"a,\"\"b\"\n2,\n");
    assert_eq!(write(SinkFormat::Csv, 0), b"id,text\n", "a header even without rows");
    assert_eq!(write(SinkFormat::Jsonl, 1), b"{\"id\":1,\"text\":\"a,\\\"b\"}\n{\"id\":2,\"text\":null}\n");
    assert_eq!(write(SinkFormat::Jsonl, 0), b"");
    for batches in [0, 3] {
        write(SinkFormat::Parquet, batches);
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(reader.schema().fields(), batch().schema().fields());
        let rows: usize = reader.build().unwrap().map(|read| read.unwrap().num_rows()).sum();
        assert_eq!(rows, 2 * batches);
    }
}

#[test]
fn a_target_is_untouched_until_the_last_commit_and_nothing_is_left_behind() {
    for format in [SinkFormat::Csv, SinkFormat::Jsonl, SinkFormat::Parquet] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        fs::write(&path, "earlier").unwrap();
        let mut sink = open_at(&path, format);
        sink.write(&batch()).unwrap();
        sink.prepare(&Commit { run: "1-run".to_owned(), number: 1, last: true }).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"earlier");
        drop(sink);
        let left = (fs::read(&path).unwrap(), names(folder.path()));
        assert_eq!(left, (b"earlier".to_vec(), vec!["rows".to_owned()]), "{format:?}");
        drop(open_at(&path, format));
        assert_eq!(names(folder.path()), ["rows"]);
    }
}

#[test]
fn a_sink_goes_on_after_a_commit_and_forgets_what_came_behind_it() {
    for (format, name) in [
        (SinkFormat::Csv, "rows"),
        (SinkFormat::Jsonl, "rows"),
        (SinkFormat::Jsonl, "rows.gz"),
        (SinkFormat::Csv, "rows.zst"),
        (SinkFormat::Parquet, "rows"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (whole, cut) = (folder.path().join(format!("whole-{name}")), folder.path().join(name));
        let mut sink = open_at(&whole, format);
        (0..3).for_each(|_| sink.write(&batch()).unwrap());
        commit(&mut sink, 1, true);

        let mut sink = open_at(&cut, format);
        sink.write(&batch()).unwrap();
        let mark = commit(&mut sink, 1, false);
        sink.write(&batch()).unwrap();
        // As a crash leaves it: not even dropped.
        std::mem::forget(sink);
        let mut sink = open(&file(&cut, format), &batch().schema(), &start(Some(&mark)), None).unwrap();
        (0..2).for_each(|_| sink.write(&batch()).unwrap());
        commit(&mut sink, 2, true);
        assert_eq!(rows(&cut, format), rows(&whole, format), "{name} {format:?}");
        assert_eq!(names(folder.path()).len(), 2, "{:?}", names(folder.path()));
    }
}

/// What is in a file, as text.
fn rows(path: &Path, format: SinkFormat) -> String {
    if format == SinkFormat::Parquet {
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
        let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        return arrow_cast::pretty::pretty_format_batches(&batches).unwrap().to_string();
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut crate::input::Input::open(path).unwrap(), &mut text).unwrap();
    text
}

#[test]
fn rows_are_added_to_a_file_with_the_same_columns_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let adds = SinkConfig { mode: SinkMode::Append, ..file(&path, SinkFormat::Csv) };
    for runs in 1..=2 {
        let mut sink = open(&adds, &batch().schema(), &start(None), None).unwrap();
        sink.write(&batch()).unwrap();
        commit(&mut sink, runs, true);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "id,text\n1,\"a,\"\"b\"\n2,\n1,\"a,\"\"b\"\n2,\n");
    let other = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]));
    let error = open(&adds, &other, &start(None), None).err().unwrap().to_string();
    assert!(error.contains("has the columns id, text"), "{error}");
}

#[test]
fn a_folder_gets_a_file_with_each_commit() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("part-000009.csv"), "earlier").unwrap();
    fs::write(folder.path().join("notes.csv"), "not ours").unwrap();
    let format = FileSinkFormat::Text(TextFormat::Csv, Compression::None);
    let kind = SinkKind::Folder(SinkFile { path: folder.path().to_owned(), format });
    let sink_config = SinkConfig { kind, mode: SinkMode::Replace };
    let mut sink = open(&sink_config, &batch().schema(), &start(None), None).unwrap();
    sink.write(&batch()).unwrap();
    commit(&mut sink, 1, false);
    commit(&mut sink, 2, false);
    sink.write(&batch()).unwrap();
    let sorted = || {
        let mut names = names(folder.path());
        names.sort();
        names
    };
    assert_eq!(sorted(), ["notes.csv", "part-000009.csv"], "whole until the last commit");
    commit(&mut sink, 3, true);
    assert_eq!(sorted(), ["notes.csv", "part-000001.csv", "part-000003.csv"]);
    let adds = SinkConfig { mode: SinkMode::Append, ..sink_config };
    let mut sink = open(&adds, &batch().schema(), &start(None), None).unwrap();
    sink.write(&batch()).unwrap();
    commit(&mut sink, 1, true);
    assert_eq!(sorted().len(), 4, "{:?}", sorted());
}

#[test]
fn a_type_without_a_form_in_the_format_is_found_before_the_first_row() {
    let folder = tempfile::tempdir().unwrap();
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
    let schema = Arc::new(Schema::new(vec![Field::new("list", list.data_type().clone(), true)]));
    let sink = |format| file(&folder.path().join("rows"), format);
    let error = open(&sink(SinkFormat::Csv), &schema, &start(None), None).err().unwrap().to_string();
    assert!(error.contains("choose another format for this sink"), "{error}");
    assert!(open(&sink(SinkFormat::Jsonl), &schema, &start(None), None).is_ok());
    assert!(open(&sink(SinkFormat::Parquet), &schema, &start(None), None).is_ok());
}

#[cfg(unix)]
#[test]
fn a_linked_target_stays_a_link_and_a_new_file_has_usual_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, "earlier").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    commit(&mut open_at(&link, SinkFormat::Jsonl), 1, true);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"");
    fs::write(folder.path().join("plain"), "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&real), mode(&folder.path().join("plain")));
}
