use std::fs;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, types::Int32Type};
use arrow_schema::{DataType, Field, Schema};

use super::*;

fn batch() -> RecordBatch {
    let schema =
        Schema::new(vec![Field::new("id", DataType::Int64, false), Field::new("text", DataType::Utf8, true)]);
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from(vec![1, 2])), Arc::new(StringArray::from(vec![Some("a,\"b"), None]))];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn open_at(path: &Path, format: SinkFormat) -> Box<dyn SinkWriter> {
    open(&Sink { format, path: path.to_owned() }, &batch().schema()).unwrap()
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
        commit_all(vec![sink.finish().unwrap()]).unwrap();
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
fn a_target_is_untouched_until_the_commit_and_nothing_is_left_behind() {
    for format in [SinkFormat::Csv, SinkFormat::Jsonl, SinkFormat::Parquet] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        fs::write(&path, "earlier").unwrap();
        let mut sink = open_at(&path, format);
        sink.write(&batch()).unwrap();
        let complete = sink.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"earlier");
        drop(complete);
        assert_eq!(
            (fs::read(&path).unwrap().as_slice(), names(folder.path())),
            (&b"earlier"[..], vec!["rows".to_owned()])
        );
        drop(open_at(&path, format));
        assert_eq!(names(folder.path()), ["rows"]);
    }
}

#[test]
fn a_type_without_a_form_in_the_format_is_found_before_the_first_row() {
    let folder = tempfile::tempdir().unwrap();
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
    let schema = Arc::new(Schema::new(vec![Field::new("list", list.data_type().clone(), true)]));
    let sink = |format| Sink { format, path: folder.path().join("rows") };
    let error = open(&sink(SinkFormat::Csv), &schema).err().unwrap().to_string();
    assert!(error.contains("choose another format for this sink"), "{error}");
    assert!(open(&sink(SinkFormat::Jsonl), &schema).is_ok());
    assert!(open(&sink(SinkFormat::Parquet), &schema).is_ok());
}

#[cfg(unix)]
#[test]
fn a_linked_target_stays_a_link_and_a_new_file_has_usual_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, "earlier").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    commit_all(vec![open_at(&link, SinkFormat::Jsonl).finish().unwrap()]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"");
    fs::write(folder.path().join("plain"), "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&real), mode(&folder.path().join("plain")));
}
