//! Invalid contracts and outputs.

use crate::bindings::witdock::etl::types::{
    BytesColumn, Column, Contract, Output, OutputField, OutputRows, RowError, Values,
};
use crate::columns::{fields, numbers, text, texts};
use crate::settings::Fault;

pub(crate) fn contract(fault: Fault, input_columns: usize) -> Contract {
    let input_columns = u32::try_from(input_columns).unwrap_or(u32::MAX);
    let mut contract = Contract {
        reads: (0..input_columns.min(1)).collect(),
        output: (0..input_columns).map(OutputField::Same).chain(fields().map(OutputField::New)).collect(),
    };
    match fault {
        Fault::LyingContract => contract.reads.push(input_columns + 7),
        Fault::PassOutOfRange => contract.output.push(OutputField::Same(input_columns + 7)),
        Fault::DuplicateNames => contract.output.extend(fields().map(OutputField::New)),
        _ => {}
    }
    contract
}

pub(crate) fn output(fault: Fault, rows: u32, mut honest: Output) -> Output {
    let made = |number: Column, text: Column| vec![number, text];
    match fault {
        Fault::BadLengths => honest.columns = made(numbers(rows.saturating_sub(1)), texts(rows)),
        Fault::BadValidity => {
            let validity = Some(vec![0xff; (rows as usize).div_ceil(8).saturating_sub(1)]);
            honest.columns = made(Column { validity, ..numbers(rows) }, texts(rows));
        }
        Fault::BadUtf8 => honest.columns = made(numbers(rows), text(rows, |_| vec![0xff])),
        // The two halves of é in turn: the whole is UTF-8 where rows are even, no row is.
        Fault::SplitUtf8 => {
            honest.columns =
                made(numbers(rows), text(rows, |row| vec![if row % 2 == 0 { 0xc3 } else { 0xa9 }]));
        }
        Fault::BadOffsets => {
            honest.columns = made(numbers(rows), with_offsets(rows, |row, rows| (rows - row) * 2));
        }
        Fault::OffsetsPastEnd => {
            honest.columns = made(numbers(rows), with_offsets(rows, |row, _| row * 1_000));
        }
        Fault::NullInNonNullable => {
            let validity = Some(vec![0; (rows as usize).div_ceil(8)]);
            honest.columns = made(Column { validity, ..numbers(rows) }, texts(rows));
        }
        Fault::MissingColumn => honest.columns = vec![numbers(rows)],
        Fault::WrongType => honest.columns = made(texts(rows), numbers(rows)),
        Fault::RowOutOfRange => honest.rows = OutputRows::Selected((1..=rows).collect()),
        Fault::RejectOutOfRange => honest.rejected = vec![rejected(rows)],
        Fault::DuplicateReject => {
            honest.rows = OutputRows::Selected((1..rows).collect());
            honest.columns = made(numbers(rows.saturating_sub(1)), texts(rows.saturating_sub(1)));
            honest.rejected = vec![rejected(0), rejected(0)];
        }
        Fault::RejectAndKeep => {
            honest.rows = OutputRows::Selected((0..rows).collect());
            honest.rejected = vec![rejected(0)];
        }
        Fault::TooManyFresh => honest.rows = OutputRows::Fresh(u32::MAX),
        _ => {}
    }
    honest
}

fn rejected(row: u32) -> RowError {
    RowError { row, code: "no-reason".to_owned(), message: "nothing is wrong with this row".to_owned() }
}

fn with_offsets(rows: u32, offset: impl Fn(i32, i32) -> i32) -> Column {
    let rows = i32::try_from(rows).unwrap_or(i32::MAX);
    let offsets = (0..=rows).map(|row| offset(row, rows)).collect();
    Column { validity: None, values: Values::Utf8(BytesColumn { offsets, data: b"text".to_vec() }) }
}
