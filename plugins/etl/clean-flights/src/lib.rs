//! Parses and validates the nycflights13 flights.
//!
//! Every input column is text. Known columns are replaced by numbers, dates and timestamps; other columns pass
//! through unchanged; `flight_date` and `cancelled` are added. A row with an invalid value is rejected, and the
//! message names the column and the value. A flight without a departure time was cancelled: it is kept, and
//! `cancelled` is true.

mod columns;

use columns::{KNOWN, Kind, Known};
use serde::Deserialize;
use std::ops::RangeInclusive;
use witdock_etl_guest::builder::{
    BooleanBuilder, Date32Builder, Int32Builder, TimestampUsBuilder, Utf8Builder,
};
use witdock_etl_guest::view::Utf8View;
use witdock_etl_guest::{
    Batch, Contract, DataType, Date, Error, Field, Output, Rows, Schema, Timestamp, Transform,
};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Texts that mean null.
    #[serde(default = "default_nulls")]
    nulls: Vec<String>,
}

fn default_nulls() -> Vec<String> {
    vec![String::new(), "NA".to_owned()]
}

/// The transform.
#[derive(Debug)]
pub struct CleanFlights {
    nulls: Vec<String>,
    // The known columns, in the input's order, in which the contract makes them.
    columns: Vec<&'static Known>,
}

witdock_etl_guest::export!(CleanFlights);

impl Transform for CleanFlights {
    type Settings = Settings;

    fn describe(input: &Schema, _settings: &Settings) -> Result<Contract, Error> {
        let mut contract = Contract::of(input);
        for known in &KNOWN {
            contract = contract.read(known.name, DataType::Utf8);
        }
        for field in input.fields() {
            contract = match columns::known_column(&field.name).and_then(Known::made) {
                Some(made) => contract.make(made),
                None => contract.pass(&field.name),
            };
        }
        contract.make(Field::date32("flight_date")).make(Field::boolean("cancelled")).build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        let columns = input.fields().iter().filter_map(|field| columns::known_column(&field.name)).collect();
        Ok(CleanFlights { nulls: settings.nulls, columns })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let mut rows = Rows::of(&batch);
        let mut made = Vec::with_capacity(self.columns.len() + 2);
        for known in &self.columns {
            let cells = Cells { name: known.name, text: batch.utf8(known.name)?, nulls: &self.nulls };
            match &known.kind {
                Kind::Code => cells.check_codes(&mut rows),
                Kind::Text => {
                    made.push((0..batch.rows()).map(|row| cells.get(row)).collect::<Utf8Builder>().finish());
                }
                Kind::Whole { range, nullable } => {
                    let numbers = cells.typed(&mut rows, *nullable, |text| whole(text, range));
                    made.push(numbers.collect::<Int32Builder>().finish());
                }
                Kind::Clock { nullable } => {
                    let times = cells.typed(&mut rows, *nullable, clock);
                    made.push(times.collect::<Int32Builder>().finish());
                }
                Kind::Instant => {
                    let instants = cells.typed(&mut rows, false, instant);
                    made.push(instants.collect::<TimestampUsBuilder>().finish());
                }
            }
        }
        made.push(flight_dates(&batch, &mut rows)?.finish());
        let departures = Cells { name: "dep_time", text: batch.utf8("dep_time")?, nulls: &self.nulls };
        let cancelled = (0..batch.rows()).map(|row| departures.get(row).is_none());
        made.push(cancelled.collect::<BooleanBuilder>().finish());
        rows.output_of_all(made)
    }
}

/// Why a cell is invalid: a code to count, and what was expected.
type Refusal = (&'static str, String);

/// A column of text, with the texts that mean null.
struct Cells<'a> {
    name: &'static str,
    text: Utf8View<'a>,
    nulls: &'a [String],
}

impl<'a> Cells<'a> {
    fn get(&self, row: usize) -> Option<&'a str> {
        self.text.get(row).filter(|text| !self.nulls.iter().any(|null| null == text))
    }

    /// Parses the column: one value for each input row. A row with an invalid cell is rejected, and has no value here.
    fn typed<T>(
        &self,
        rows: &mut Rows,
        nullable: bool,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> impl Iterator<Item = Option<T>> {
        (0..self.text.iter().len()).map(move |row| match self.get(row) {
            Some(text) => parse(text)
                .map_err(|(code, expected)| {
                    rows.reject(row, code, format!("{}: \"{text}\" is not {expected}", self.name));
                })
                .ok(),
            None => {
                if !nullable {
                    self.reject_missing(rows, row);
                }
                None
            }
        })
    }

    fn check_codes(&self, rows: &mut Rows) {
        for row in 0..self.text.iter().len() {
            if self.get(row).is_none() {
                self.reject_missing(rows, row);
            }
        }
    }

    fn reject_missing(&self, rows: &mut Rows, row: usize) {
        rows.reject(row, "missing-value", format!("{}: the value is missing", self.name));
    }
}

fn whole(text: &str, range: &RangeInclusive<i32>) -> Result<i32, Refusal> {
    let number = text.parse().map_err(|_| ("not-a-number", "a whole number".to_owned()))?;
    if range.contains(&number) {
        return Ok(number);
    }
    let expected = match (*range.start(), *range.end()) {
        (start, i32::MAX) => format!("{start} or more"),
        (start, end) => format!("between {start} and {end}"),
    };
    Err(("out-of-range", expected))
}

/// A time of day: hours times 100 plus minutes. Midnight at the end of a day is 2400.
fn clock(text: &str) -> Result<i32, Refusal> {
    match text.parse() {
        Ok(time @ 0..=2400) if time % 100 < 60 => Ok(time),
        _ => Err(("bad-time", "a time of day, written hhmm, from 0 to 2400".to_owned())),
    }
}

fn instant(text: &str) -> Result<i64, Refusal> {
    let instant = text.parse().map(Timestamp::micros);
    instant.map_err(|_| ("bad-timestamp", "an instant, written like 2013-01-31T23:00:00Z".to_owned()))
}

/// The date of each flight. Invalid numbers are rejected by their own columns.
fn flight_dates(batch: &Batch<'_>, rows: &mut Rows) -> Result<Date32Builder, Error> {
    let (years, months, days) = (batch.utf8("year")?, batch.utf8("month")?, batch.utf8("day")?);
    let mut dates = Date32Builder::with_capacity(batch.rows());
    for row in 0..batch.rows() {
        let part = |column: &Utf8View<'_>| column.get(row)?.parse::<u16>().ok();
        let date = match (part(&years), part(&months), part(&days)) {
            (Some(year), Some(month), Some(day)) => {
                let date = Date::new(year.into(), month.into(), day.into()).map(Date::days);
                if date.is_none() {
                    let written = format!("{year}-{month:02}-{day:02}");
                    rows.reject(row, "bad-date", format!("year, month, day: {written} does not exist"));
                }
                date
            }
            _ => None,
        };
        dates.push(date);
    }
    Ok(dates)
}

#[cfg(test)]
mod tests;
