//! Random expressions over random rows: the kernels and the row-by-row interpreter give the same.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use proptest::prelude::*;
use witdock_etl_expression::Expression;

use super::evaluate::{by_row, evaluate};
use super::kernels::kernels;
use super::view::{Views, columns};

/// Decides what an expression is made of, from random bytes.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    /// A number below `most`. When the bytes are used up it is 0, which is the simplest choice.
    fn below(&mut self, most: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % most)
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["p", "q", "true", "false"]).to_owned();
        }
        let next = depth - 1;
        match self.below(13) {
            0 => self.boolean(0),
            1 => format!("({} and {})", self.boolean(next), self.boolean(next)),
            2 => format!("({} or {})", self.boolean(next), self.boolean(next)),
            3 => format!("(not {})", self.boolean(next)),
            4 => self.compared(next, Self::number),
            5 => self.compared(next, Self::text),
            6 => self.compared(next, Self::time),
            7 => format!("({} is null)", self.number(next)),
            8 => format!("({} in ({}, {}, null))", self.number(next), self.integer(0), self.integer(next)),
            9 => {
                let pattern = self.of(&["'a%'", "'%b'", "'_b%'", "'%'", "'a\\%'", "''"]);
                format!("({} {} {pattern})", self.text(next), self.of(&["like", "not like", "ilike"]))
            }
            10 => {
                let pattern = self.of(&["'a'", "'^a.*b$'", "'(?i)^b'", "'ß|%'", "''", "null"]);
                format!("matches({}, {pattern})", self.text(next))
            }
            11 => format!("cast({} as boolean)", self.of(&["i", "j % 2"])),
            _ => format!("coalesce({}, {})", self.boolean(next), self.boolean(next)),
        }
    }

    fn compared(&mut self, depth: usize, side: impl Fn(&mut Self, usize) -> String) -> String {
        let sign = self.of(&["=", "!=", "<", "<=", ">", ">="]);
        format!("({} {sign} {})", side(self, depth), side(self, depth))
    }

    fn number(&mut self, depth: usize) -> String {
        match self.below(3) {
            0 => self.integer(depth),
            1 => self.float(depth),
            _ => self.decimal(depth),
        }
    }

    fn integer(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["i", "j", "0", "1", "-3", "9223372036854775807"]).to_owned();
        }
        let next = depth - 1;
        match self.below(8) {
            0 => self.integer(0),
            1 => {
                format!("({} {} {})", self.integer(next), self.of(&["+", "-", "*", "%"]), self.integer(next))
            }
            2 => format!("(-{})", self.integer(next)),
            3 => format!(
                "case when {} then {} else {} end",
                self.boolean(next),
                self.integer(next),
                self.integer(next)
            ),
            4 => format!("coalesce({}, {})", self.integer(next), self.integer(next)),
            5 => format!("length({})", self.text(next)),
            6 => format!("cast({} as int64)", self.of(&["s", "x", "i", "d"])),
            _ => format!("{}({})", self.of(&["year", "day_of_week", "epoch_us"]), self.time(next)),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["x", "y", "0.5", "-0.0", "1e308"]).to_owned();
        }
        let next = depth - 1;
        match self.below(5) {
            0 => self.float(0),
            1 => format!(
                "({} {} {})",
                self.float(next),
                self.of(&["+", "-", "*", "/", "%"]),
                self.number(next)
            ),
            2 => format!("({} / {})", self.integer(next), self.integer(next)),
            3 => format!("{}({})", self.of(&["abs", "round", "floor"]), self.float(next)),
            _ => format!("case when {} then {} end", self.boolean(next), self.float(next)),
        }
    }

    fn decimal(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["d", "d * 1.10"]).to_owned();
        }
        let next = depth - 1;
        match self.below(3) {
            0 => self.decimal(0),
            1 => format!("(d {} {})", self.of(&["+", "-", "*"]), self.integer(next)),
            _ => format!("round({}, 1)", self.decimal(next)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.of(&["s", "t", "'ab'", "''"]).to_owned();
        }
        let next = depth - 1;
        match self.below(5) {
            0 => self.text(0),
            1 => format!("({} || {})", self.text(next), self.text(next)),
            2 => format!("{}({})", self.of(&["upper", "lower", "trim"]), self.text(next)),
            3 => format!("substring({}, {})", self.text(next), self.integer(next)),
            _ => format!("cast({} as utf8)", self.number(next)),
        }
    }

    fn time(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => "day".to_owned(),
            1 => "at".to_owned(),
            2 => "date '2013-01-31'".to_owned(),
            3 => "date_trunc('month', at)".to_owned(),
            _ => format!("(day + {})", self.integer(depth.saturating_sub(1))),
        }
    }
}

/// Values that are at the edges of their types more often than not.
fn rows() -> impl Strategy<Value = RecordBatch> {
    let integers = prop_oneof![Just(0_i64), Just(1), Just(-1), Just(i64::MAX), Just(i64::MIN), -100..100_i64];
    let floats = prop_oneof![
        Just(0.0),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(2.5),
        Just(1e300),
        -10.0..10.0
    ];
    let texts = prop_oneof![
        Just("ab".to_owned()),
        Just("12".to_owned()),
        Just("a%".to_owned()),
        "[aAbB%_ \\\\ß]{0,4}"
    ];
    let row = (
        proptest::option::of(any::<bool>()),
        proptest::option::of(-5..5_i32),
        proptest::option::of(integers),
        proptest::option::of(floats),
        proptest::option::of(-100_000..100_000_i128),
        proptest::option::of(texts),
        proptest::option::of(-40_000..40_000_i32),
        proptest::option::of(any::<i64>()),
    );
    proptest::collection::vec(row, 1..12).prop_map(|rows| {
        let bools =
            |flip: bool| rows.iter().map(|row| row.0.map(|truth| truth ^ flip)).collect::<BooleanArray>();
        let floats =
            |by: f64| rows.iter().map(|row| row.3.map(|number| number * by)).collect::<Float64Array>();
        let texts = || rows.iter().map(|row| row.5.as_deref());
        let decimals: Decimal128Array = rows.iter().map(|row| row.4).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("p", Arc::new(bools(false))),
            ("q", Arc::new(rows.iter().map(|row| row.1.map(|number| number > 0)).collect::<BooleanArray>())),
            ("i", Arc::new(rows.iter().map(|row| row.1).collect::<Int32Array>())),
            ("j", Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>())),
            ("x", Arc::new(floats(1.0))),
            ("y", Arc::new(rows.iter().map(|row| row.1.map(f64::from)).collect::<Float64Array>())),
            ("d", Arc::new(decimals.with_precision_and_scale(10, 2).unwrap())),
            ("s", Arc::new(texts().collect::<StringArray>())),
            ("t", Arc::new(texts().rev().collect::<StringArray>())),
            ("day", Arc::new(rows.iter().map(|row| row.6).collect::<Date32Array>())),
            (
                "at",
                Arc::new(
                    rows.iter()
                        .map(|row| row.7)
                        .collect::<TimestampMicrosecondArray>()
                        .with_timezone("+00:00"),
                ),
            ),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
            .unwrap()
    })
}

/// The values as text: NaN is no value of its own there, and each null a word.
fn shown(array: &ArrayRef) -> Vec<String> {
    let options = FormatOptions::new().with_null("null").with_display_error(true);
    let text = ArrayFormatter::try_new(array.as_ref(), &options).unwrap();
    (0..array.len()).map(|row| text.value(row).to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn columns_at_once_are_as_row_by_row(batch in rows(), bytes in proptest::collection::vec(any::<u8>(), 1..60)) {
        let mut choices = Choices(bytes.iter());
        let text = match choices.below(6) {
            0 => choices.boolean(3),
            1 => choices.integer(3),
            2 => choices.float(3),
            3 => choices.decimal(3),
            4 => choices.text(3),
            _ => choices.time(3),
        };
        let expression = Expression::parse(&text).unwrap_or_else(|problem| panic!("{}", problem.shown(&text)));
        let checked = match expression.check(&columns(&batch.schema())) {
            Ok(checked) => checked,
            // Too many digits for a decimal, or a number that no float is.
            Err(problem) => {
                let known = ["digits", "not exactly"].iter().any(|part| problem.message.contains(part));
                prop_assert!(known, "{}", problem.shown(&text));
                return Ok(());
            }
        };
        let rows = batch.num_rows();
        let views = Views::of(&batch, checked.columns()).unwrap();
        let expected = by_row(&checked, &views, rows).unwrap();
        if let Some(values) = kernels(checked.root(), &views, rows).unwrap() {
            prop_assert!(expected.failures.is_empty(), "{text}: {:?}", expected.failures);
            prop_assert_eq!(shown(&values), shown(&expected.values), "{}", text);
            prop_assert_eq!(values.data_type(), expected.values.data_type());
        }
        let found = evaluate(&checked, &views, rows).unwrap();
        prop_assert_eq!(shown(&found.values), shown(&expected.values));
        prop_assert_eq!(&found.failures, &expected.failures);
        if !checked.is_nullable() {
            let failed = found.failures.len();
            prop_assert_eq!(found.values.null_count(), failed, "{}", text);
        }
    }
}

/// What the kernels are there for, they do: these are no matter of the row-by-row interpreter.
#[test]
fn usual_expressions_have_kernels() {
    let batch = RecordBatch::try_from_iter(vec![
        ("i", Arc::new(Int32Array::from(vec![Some(12), None])) as ArrayRef),
        ("x", Arc::new(Float64Array::from(vec![0.5, 2.0])) as ArrayRef),
        ("s", Arc::new(StringArray::from(vec!["SEA", "12"])) as ArrayRef),
    ])
    .unwrap();
    for (text, expected) in [
        ("i > 10 and s in ('SEA', 'SFO')", ["true", "false"]),
        ("i * 1.609344", ["19.312128", "null"]),
        ("i + 1", ["13", "null"]),
        ("case when i is null then 0 else i end", ["12", "0"]),
        ("coalesce(i, 7)", ["12", "7"]),
        ("s like 'S%' or upper(s) = 'X'", ["true", "false"]),
        ("x / 2 >= 0.25", ["true", "true"]),
        ("1 + 1", ["2", "2"]),
    ] {
        let checked = Expression::parse(text).unwrap().check(&columns(&batch.schema())).unwrap();
        let views = Views::of(&batch, checked.columns()).unwrap();
        let values = kernels(checked.root(), &views, 2).unwrap().unwrap_or_else(|| panic!("{text} has none"));
        assert_eq!(shown(&values), expected, "{text}");
    }
}
