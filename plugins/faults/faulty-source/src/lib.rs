//! A source that misbehaves as its settings say, for testing the host's checks.
//!
//! `settings = { fault = "offsets" }`; "none" gives two units with three rows each.

use serde::Deserialize;
use witdock_etl_guest::builder::{Int64Builder, Utf8Builder};
use witdock_etl_guest::source::{BadRecord, Chunk, Source, Unit};
use witdock_etl_guest::{BytesColumn, Column, Error, Field, Values};

witdock_etl_guest::export_source!(Faulty);

/// A unit being read.
#[derive(Debug)]
pub struct Faulty {
    fault: Fault,
    read: bool,
}

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    fault: Fault,
}

/// The faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Fault {
    None,
    /// Returns a bad record between the rows.
    Bad,
    NoColumns,
    SameColumns,
    /// Returns a unit as its own successor.
    SameUnit,
    /// Returns an error from `read`.
    Error,
    Panic,
    Loop,
    /// More rows than the columns have.
    Rows,
    /// One column is missing.
    Columns,
    /// A column has another type than described.
    Type,
    Offsets,
    Utf8,
    /// A null in a column without nulls.
    Null,
    /// Record numbers that descend, or are too few.
    Numbers,
    FewNumbers,
}

impl Source for Faulty {
    type Settings = Settings;

    fn describe(settings: &Settings) -> Result<Vec<Field>, Error> {
        Ok(match settings.fault {
            Fault::NoColumns => vec![],
            Fault::SameColumns => vec![Field::int64("n"), Field::utf8("n")],
            _ => vec![Field::int64("n"), Field::utf8("word").nullable()],
        })
    }

    fn next_unit(settings: &Settings, after: Option<&str>) -> Result<Option<Unit>, Error> {
        let id = match (after, settings.fault) {
            (None, _) | (Some(_), Fault::SameUnit) => "one",
            (Some("one"), _) => "two",
            _ => return Ok(None),
        };
        Ok(Some(Unit { id: id.to_owned(), bytes: None }))
    }

    fn open(settings: &Settings, _unit: &str) -> Result<Self, Error> {
        Ok(Self { fault: settings.fault, read: false })
    }

    fn read(&mut self, _most: u32) -> Result<Option<Chunk>, Error> {
        if std::mem::replace(&mut self.read, true) {
            return Ok(None);
        }
        let numbers: Column = [1, 2, 3].into_iter().collect::<Int64Builder>().finish();
        let words: Column = [Some("a"), None, Some("c")].into_iter().collect::<Utf8Builder>().finish();
        let bytes = |offsets: Vec<i32>, data: &[u8]| {
            let values = Values::Utf8(BytesColumn { offsets, data: data.to_vec() });
            Column { validity: None, values }
        };
        let good = Chunk::new(3, vec![numbers.clone(), words.clone()]);
        Ok(Some(match self.fault {
            Fault::Error => return Err(Error::Data("the service answers with 503".to_owned())),
            #[allow(clippy::panic, reason = "that is the fault")]
            Fault::Panic => panic!("the reader fell over"),
            Fault::Loop => loop {
                std::hint::spin_loop();
            },
            Fault::Rows => Chunk::new(4, vec![numbers, words]),
            Fault::Columns => Chunk::new(3, vec![numbers]),
            Fault::Type => Chunk::new(3, vec![words.clone(), words]),
            Fault::Offsets => Chunk::new(3, vec![numbers, bytes(vec![0, 2, 1, 3], b"abc")]),
            Fault::Utf8 => Chunk::new(3, vec![numbers, bytes(vec![0, 1, 2, 3], b"a\xffc")]),
            Fault::Null => Chunk::new(3, vec![Column { validity: Some(vec![0b101]), ..numbers }, words]),
            Fault::Numbers => good.with_bad(vec![2, 1, 3], vec![]),
            Fault::FewNumbers => good.with_bad(vec![1], vec![]),
            Fault::Bad => {
                let bad = BadRecord {
                    number: 2,
                    line: Some(20),
                    code: "torn".to_owned(),
                    message: "half of it is missing".to_owned(),
                    text: "x;".to_owned(),
                };
                good.with_bad(vec![1, 3, 4], vec![bad])
            }
            _ => good,
        }))
    }
}
