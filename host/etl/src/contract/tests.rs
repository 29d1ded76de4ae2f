use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Int64Array, StringArray, UInt64Array};
use arrow_schema::DataType;

use super::*;
use types::{Column, Output, OutputField, OutputRows, RowError, Values};

fn input() -> Rows {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("name", DataType::Utf8, true),
    ]));
    let batch = RecordBatch::try_new(
        schema,
        vec![Arc::new(Int64Array::from(vec![10, 11, 12])), Arc::new(StringArray::from(vec!["a", "b", "c"]))],
    );
    let origin = Origin::Source {
        unit: "in.csv".into(),
        rows: UInt64Array::from(vec![1, 2, 3]),
        lines: Some(UInt64Array::from(vec![2, 5, 6])),
    };
    Rows { batch: batch.unwrap(), origin }
}

fn new_field(name: &str) -> OutputField {
    OutputField::New(types::Field {
        name: name.to_owned(),
        data_type: types::DataType::Int32,
        nullable: false,
        ipc_schema: None,
    })
}

/// Reads the name, passes the id on and makes a length.
fn contract() -> Contract {
    checked(vec![1], vec![OutputField::Same(0), new_field("length")]).unwrap()
}

fn checked(reads: Vec<u32>, output: Vec<OutputField>) -> Result<Contract, ContractError> {
    Contract::new(&input().batch.schema(), &types::Contract { reads, output })
}

fn ints(values: &[i32]) -> Column {
    Column { validity: None, values: Values::Int32(values.to_vec()) }
}

fn output(rows: OutputRows, columns: Vec<Column>, rejected: &[u32]) -> Output {
    let reject = |row: &u32| RowError { row: *row, code: "bad".to_owned(), message: "no".to_owned() };
    Output { rows, columns, rejected: rejected.iter().map(reject).collect() }
}

fn refused(output: Output) -> String {
    contract().apply(&input(), output).unwrap_err().to_string()
}

#[test]
fn only_the_columns_that_are_read_cross() {
    let batch = contract().read(&input().batch).unwrap();
    assert_eq!((batch.rows, batch.columns.len()), (3, 1));
    assert!(matches!(&batch.columns[0].values, Values::Utf8(text) if text.data == b"abc"));
}

#[test]
fn all_rows_pass_with_their_untouched_columns_as_they_are() {
    let input = input();
    let applied = contract().apply(&input, output(OutputRows::All, vec![ints(&[1, 2, 3])], &[])).unwrap();
    assert!(Arc::ptr_eq(applied.rows.batch.column(0), input.batch.column(0)), "it was not copied");
    assert_eq!(applied.rows.batch.column(1).as_primitive::<Int32Type>().values(), &[1, 2, 3]);
    assert_eq!(applied.tally, Tally { rows_in: 3, rows_out: 3, ..Tally::default() });
}

#[test]
fn a_selection_may_drop_repeat_and_reorder() {
    let rows = OutputRows::Selected(vec![2, 0, 2]);
    let applied = contract().apply(&input(), output(rows, vec![ints(&[7, 8, 9])], &[])).unwrap();
    assert_eq!(applied.rows.batch.column(0).as_primitive::<Int64Type>().values(), &[12, 10, 12]);
    assert_eq!(applied.rows.origin.place(0).unwrap().line, Some(6));
    let expected = Tally { rows_in: 3, rows_out: 3, dropped: 1, repeated: 1, ..Tally::default() };
    assert_eq!(applied.tally, expected);
    assert!(applied.tally.balances());
}

#[test]
fn rejected_rows_are_neither_dropped_nor_out() {
    let rows = OutputRows::Selected(vec![0]);
    let applied = contract().apply(&input(), output(rows, vec![ints(&[7])], &[2])).unwrap();
    let expected = Tally { rows_in: 3, rows_out: 1, dropped: 1, rejected: 1, ..Tally::default() };
    assert_eq!(applied.tally, expected);
    assert!(applied.tally.balances());
}

#[test]
fn fresh_rows_have_every_column_and_no_origin() {
    let ids = Column { validity: None, values: Values::Int64(vec![1, 2, 3, 4]) };
    let fresh = || output(OutputRows::Fresh(4), vec![ids.clone(), ints(&[1, 2, 3, 4])], &[1]);
    let applied = contract().apply(&input(), fresh()).unwrap();
    let expected = Tally { rows_in: 3, rows_out: 4, rejected: 1, absorbed: 2, made: 4, ..Tally::default() };
    assert_eq!(applied.tally, expected);
    assert!(applied.tally.balances());
    assert_eq!(applied.rows.origin.place(0), None);
    assert!(contract().apply_finish(fresh()).unwrap_err().to_string().contains("`fresh` rows"));
    let finished = contract().apply_finish(output(
        OutputRows::Fresh(1),
        vec![Column { validity: None, values: Values::Int64(vec![5]) }, ints(&[1])],
        &[],
    ));
    assert!(finished.unwrap().tally.balances());
}

#[test]
fn a_finish_without_rows_may_be_said_in_any_way() {
    for rows in [OutputRows::All, OutputRows::Selected(vec![])] {
        let applied = contract().apply_finish(output(rows, vec![], &[])).unwrap();
        assert_eq!((applied.rows.len(), applied.tally), (0, Tally::default()));
    }
    let selected = contract().apply_finish(output(OutputRows::Selected(vec![0]), vec![ints(&[1])], &[]));
    assert!(selected.unwrap_err().to_string().contains("can only give `fresh` rows"));
}

#[test]
fn outputs_that_contradict_themselves_are_refused() {
    let selected = OutputRows::Selected;
    let cases = [
        (output(selected(vec![3]), vec![ints(&[1])], &[]), "it selected row 3, and the batch has 3"),
        (output(selected(vec![0]), vec![ints(&[1])], &[9]), "it rejected row 9, and the batch has 3"),
        (output(selected(vec![u32::MAX]), vec![ints(&[1])], &[]), "it selected row 4294967295"),
        (output(selected(vec![0]), vec![ints(&[1])], &[1, 1]), "it rejected row 1 twice"),
        (output(selected(vec![0, 1]), vec![ints(&[1, 2])], &[1]), "it both rejected and selected row 1"),
        (output(OutputRows::All, vec![ints(&[1, 2, 3])], &[1]), "it rejected 1 row and answered `all`"),
        (
            output(OutputRows::All, vec![], &[]),
            "it gave 0 columns for its `new` columns, and its contract promises 1",
        ),
        (output(OutputRows::All, vec![ints(&[1]), ints(&[1])], &[]), "it gave 2 columns"),
        (
            output(OutputRows::All, vec![ints(&[1, 2])], &[]),
            "column `length` is invalid: it has 2 values for 3 rows",
        ),
        (output(OutputRows::Fresh(1), vec![ints(&[1])], &[]), "it gave 1 column for fresh rows"),
        (output(OutputRows::Fresh(u32::MAX), vec![], &[]), "it gave 4294967295 rows at once"),
    ];
    for (output, expected) in cases {
        let error = refused(output);
        assert!(error.contains(expected), "{error} does not say {expected}");
    }
}

#[test]
fn contracts_about_columns_that_are_not_there_are_refused() {
    let error = |reads, output| checked(reads, output).unwrap_err().to_string();
    assert!(
        error(vec![2], vec![OutputField::Same(0)]).contains("reads the input column 2, and the input has 2")
    );
    assert!(error(vec![], vec![OutputField::Same(7)]).contains("passes on the input column 7"));
    assert!(error(vec![], vec![]).contains("has no output column"));
    assert!(error(vec![], vec![OutputField::Same(0), new_field("id")]).contains("the name `id`"));
    let wrong = types::Field {
        name: "x".to_owned(),
        data_type: types::DataType::Ipc,
        nullable: true,
        ipc_schema: None,
    };
    assert!(
        error(vec![], vec![OutputField::New(wrong)])
            .contains("an invalid description of the output column `x`")
    );
}

#[test]
fn the_difference_between_contracts_is_told() {
    let other = checked(vec![1], vec![OutputField::Same(0), new_field("size")]).unwrap();
    let told = other.difference(&contract()).unwrap();
    assert_eq!(told, "column 2 was `length` (Int32) and would be `size` (Int32)");
    assert_eq!(contract().difference(&contract()), None);
    let shorter = checked(vec![], vec![OutputField::Same(0)]).unwrap();
    assert_eq!(shorter.difference(&contract()).unwrap(), "there were 2 columns, and there would be 1");
}

#[test]
fn rows_come_in_pieces_with_their_origins() {
    let pieces: Vec<_> = input().pieces(2).collect();
    assert_eq!(pieces.iter().map(Rows::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(pieces[1].origin.place(0).unwrap().line, Some(6));
    // A piece in the middle of a batch goes through a stage as any other batch.
    let applied = contract().apply(&pieces[1], output(OutputRows::All, vec![ints(&[1])], &[])).unwrap();
    assert_eq!(applied.rows.batch.column(0).as_primitive::<Int64Type>().values(), &[12]);
    let sent = contract().read(&pieces[1].batch).unwrap();
    assert!(
        matches!(&sent.columns[0].values, Values::Utf8(text) if text.data == b"c" && text.offsets == [0, 1])
    );
}

// attack: a contract that reads column 0 a million times; names of 30 MB
// host: refuses it
#[test]
fn what_a_contract_asks_for_is_bounded() {
    let refused = |reads: Vec<u32>, output| checked(reads, output).unwrap_err().to_string();
    checked(vec![0; 8], vec![OutputField::Same(0)]).unwrap();
    assert_eq!(
        refused(vec![0; 1_000_000], vec![OutputField::Same(0)]),
        "its contract reads the input column 0 more than 8 times"
    );
    let many = (0..10_001).map(|index| new_field(&index.to_string())).collect();
    assert_eq!(refused(vec![], many), "its contract has 10001 output columns, and the limit is 10000");
    let long = "x".repeat(30 << 20);
    assert!(
        refused(vec![], vec![new_field(&long)]).contains("have 31457280 bytes, and the limit is 1048576")
    );
}
