use std::fs;

use super::*;
use witdock_etl_guest::builder::{Date32Builder, Int32Builder, Utf8Builder};
use witdock_etl_guest::sink::Session;
use witdock_etl_guest::{Column, Field};

fn fields() -> Vec<Field> {
    vec![Field::utf8("carrier").nullable(), Field::int32("n"), Field::date32("day")]
}

fn rows(carriers: &[Option<&str>]) -> (u32, Vec<Column>) {
    let count = u32::try_from(carriers.len()).unwrap();
    let columns = vec![
        carriers.iter().copied().collect::<Utf8Builder>().finish(),
        (0..i32::try_from(count).unwrap()).collect::<Int32Builder>().finish(),
        carriers.iter().map(|_| 15_706).collect::<Date32Builder>().finish(),
    ];
    (count, columns)
}

struct Lake(tempfile::TempDir);

impl Lake {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self, run: &str, commits: u64, mode: Mode) -> Session<Partition> {
        let settings = format!(r#"{{"folder": {:?}, "by": ["carrier"]}}"#, self.0.path());
        let start = Start { run: run.to_owned(), commits, mode, key: vec![] };
        Session::open(fields(), &settings, start).unwrap()
    }

    /// All files with their lines, in order.
    fn files(&self) -> Vec<(String, Vec<String>)> {
        let mut open = vec![self.0.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(self.0.path()).unwrap().display().to_string();
                    let text = fs::read_to_string(path).unwrap();
                    files.push((name, text.lines().map(str::to_owned).collect()));
                }
            }
        }
        files.sort();
        files
    }

    fn names(&self) -> Vec<String> {
        self.files().into_iter().map(|(name, _)| name).collect()
    }
}

fn write(session: &mut Session<Partition>, carriers: &[Option<&str>]) {
    let (count, columns) = rows(carriers);
    session.write(count, columns).unwrap();
}

fn commit(number: u64, last: bool) -> Commit {
    Commit { number, last }
}

#[test]
fn rows_stand_in_the_folder_of_their_value() {
    let lake = Lake::new();
    let mut session = lake.open("r", 0, Mode::Append);
    write(&mut session, &[Some("UA"), None, Some("../x y"), Some("UA")]);
    assert!(lake.names().iter().all(|name| name.starts_with(".staged")));
    session.commit(commit(1, true)).unwrap();
    let line = |n: i32| format!(r#"{{"n":{n},"day":"2013-01-01"}}"#);
    assert_eq!(
        lake.files(),
        [
            ("carrier=%2E%2E%2Fx y/part-r-000001.jsonl".to_owned(), vec![line(2)]),
            ("carrier=UA/part-r-000001.jsonl".to_owned(), vec![line(0), line(3)]),
            ("carrier=__HIVE_DEFAULT_PARTITION__/part-r-000001.jsonl".to_owned(), vec![line(1)]),
        ]
    );
}

#[test]
fn a_run_that_was_cut_goes_on_from_its_last_commit() {
    let lake = Lake::new();
    let mut session = lake.open("r", 0, Mode::Append);
    write(&mut session, &[Some("UA")]);
    session.commit(commit(1, false)).unwrap();
    // The second commit is decided, but interrupted before its rows are published; the third was only begun.
    write(&mut session, &[Some("AA")]);
    session.sink().prepare(commit(2, false)).unwrap();
    write(&mut session, &[Some("DL")]);
    drop(session);
    let mut session = lake.open("r", 2, Mode::Append);
    assert_eq!(lake.names(), ["carrier=AA/part-r-000002.jsonl", "carrier=UA/part-r-000001.jsonl"]);
    write(&mut session, &[Some("DL"), Some("UA")]);
    session.commit(commit(3, true)).unwrap();
    assert_eq!(lake.names().len(), 4);
}

#[test]
fn a_run_takes_the_place_of_the_last_one_when_it_has_ended() {
    let lake = Lake::new();
    fs::create_dir(lake.0.path().join("carrier=UA")).unwrap();
    fs::write(lake.0.path().join("carrier=UA/notes.txt"), "mine").unwrap();
    let mut old = lake.open("old", 0, Mode::Replace);
    write(&mut old, &[Some("UA"), Some("AA")]);
    old.commit(commit(1, true)).unwrap();

    let mut new = lake.open("new", 0, Mode::Replace);
    write(&mut new, &[Some("UA")]);
    new.commit(commit(1, false)).unwrap();
    let shown = |lake: &Lake| lake.names().into_iter().filter(|n| !n.starts_with('.')).collect::<Vec<_>>();
    assert_eq!(shown(&lake).len(), 3, "the old rows stay until the new ones are complete");
    write(&mut new, &[Some("DL")]);
    new.sink().prepare(commit(2, true)).unwrap();
    drop(new);
    // The run was interrupted after its end: the next session publishes its rows.
    lake.open("new", 2, Mode::Replace);
    let expected =
        ["carrier=DL/part-new-000002.jsonl", "carrier=UA/notes.txt", "carrier=UA/part-new-000001.jsonl"];
    assert_eq!(lake.names(), expected);
}

#[test]
fn what_cannot_be_written_is_told_before_the_first_row() {
    let refused = |by: &str, fields: Vec<Field>, mode: Mode| {
        let settings = format!(r#"{{"by": [{by}]}}"#);
        let start = Start { run: "r".to_owned(), commits: 0, mode, key: vec![] };
        Session::<Partition>::open(fields, &settings, start).map(|_| ()).unwrap_err().to_string()
    };
    assert!(refused("", fields(), Mode::Append).contains("`by` is empty"));
    assert!(refused("\"gate\"", fields(), Mode::Append).contains("there is no column `gate`"));
    assert!(refused("\"carrier\"", fields(), Mode::Upsert).contains("upsert"));
    assert!(refused("\"carrier\"", vec![Field::utf8("carrier")], Mode::Append).contains("no column is left"));
    let floats = vec![Field::float64("x"), Field::utf8("a")];
    assert!(refused("\"x\"", floats, Mode::Append).contains("partitioned by `x`"));
}
