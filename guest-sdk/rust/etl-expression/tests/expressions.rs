//! What expressions give, and what is said of those that are wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use witdock_etl_expression::{Column, Expression, Failure, Problem, Type, Value};

const PRICE: Type = Type::Decimal { precision: 10, scale: 2 };

/// The columns of all tests, with the values of their row.
fn columns() -> Vec<(Column, Value<'static>)> {
    let column = |name: &str, data_type, value| (Column::new(name, data_type), value);
    vec![
        column("delay", Type::Int32, Value::Integer(12)),
        column("big", Type::Int64, Value::Integer(i64::MAX)),
        column("rate", Type::Float64, Value::Float(0.5)),
        column("price", PRICE, Value::Decimal(1999)),
        column("origin", Type::Text, Value::from("SEA")),
        column("note", Type::Text, Value::Null),
        column("day", Type::Date, Value::Date(15_736)),
        column("at", Type::Timestamp, Value::Timestamp(1_359_673_200_250_000)),
        column("late", Type::Boolean, Value::Boolean(true)),
        column("none", Type::Int32, Value::Null),
        column("zero", Type::Int32, Value::Integer(0)),
        column("with space", Type::Int32, Value::Integer(1)),
        column("parts", Type::Other, Value::Other),
    ]
}

fn check(text: &str) -> Result<witdock_etl_expression::Checked, Problem> {
    let columns: Vec<_> = columns().into_iter().map(|(column, _)| column).collect();
    Expression::parse(text)?.check(&columns)
}

fn evaluate(text: &str) -> Result<Value<'static>, Failure> {
    let checked = check(text).unwrap_or_else(|problem| panic!("{}", problem.shown(text)));
    let row: Vec<_> = columns().into_iter().map(|(_, value)| value).collect();
    checked.evaluate(row.as_slice()).map(|value| match value {
        Value::Text(text) => Value::Text(text.into_owned().into()),
        Value::Null => Value::Null,
        Value::Boolean(truth) => Value::Boolean(truth),
        Value::Integer(number) => Value::Integer(number),
        Value::Float(number) => Value::Float(number),
        Value::Decimal(number) => Value::Decimal(number),
        Value::Date(day) => Value::Date(day),
        Value::Timestamp(time) => Value::Timestamp(time),
        Value::Other => Value::Other,
    })
}

/// The value of an expression as text, with its type.
fn shown(text: &str) -> String {
    let data_type = check(text).unwrap_or_else(|problem| panic!("{}", problem.shown(text))).data_type();
    let value = match evaluate(&format!("cast({text} as utf8)")) {
        Ok(Value::Text(text)) => text.into_owned(),
        Ok(_) => "null".to_owned(),
        Err(failure) => failure.code.to_owned(),
    };
    format!("{value} {data_type}")
}

#[track_caller]
fn are(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(shown(text), *expected, "{text}");
    }
}

#[test]
fn conditions_have_three_values() {
    for (text, expected) in [
        ("delay > 10 and origin in ('SEA', 'SFO')", Some(true)),
        ("none > 10", None),
        ("none > 10 and delay < 0", Some(false)),
        ("none > 10 or late", Some(true)),
        ("not (none > 10)", None),
        ("none is null and note is null and origin is not null", Some(true)),
        ("parts is null", Some(false)),
        ("origin in ('SEA', null)", Some(true)),
        ("origin in ('SFO', null)", None),
        ("origin not in ('SFO')", Some(true)),
        ("delay between 12 and 13", Some(true)),
        ("delay not between 1 and 11", Some(true)),
        ("origin like 'S_A' and origin not like 's%' and origin ilike 's%'", Some(true)),
        ("not not late", Some(true)),
        ("\"with space\" = 1 and `with space` = 1 AND LATE = TRUE", Some(true)),
        ("null = null", None),
        ("delay = 12.0 and delay < 12.5 and delay > 11.999", Some(true)),
        ("big > 9223372036854775806.5 and big < 9223372036854775808", Some(true)),
        ("price = 19.99 and price > 19.989 and price < 20", Some(true)),
        ("day = '2013-01-31' and day >= date '2013-01-31'", Some(true)),
        ("at > '2013-01-31' and at < timestamp '2013-02-01T00:00:00Z'", Some(true)),
        ("day < at", Some(true)),
        ("rate * 0 = -rate * 0", Some(true)),
    ] {
        let text = text.replace("LATE", "late");
        let expected = expected.map_or(Value::Null, Value::Boolean);
        assert_eq!(evaluate(&text), Ok(expected), "{text}");
    }
}

#[test]
fn numbers_keep_their_type_or_take_one_that_holds_them() {
    are(&[
        ("delay + 1", "13 int64"),
        ("delay * 0.5", "6.0 float64"),
        ("delay / 5", "2.4 float64"),
        ("delay % 5", "2 int64"),
        ("-delay % 5", "-2 int64"),
        ("div(delay, 5)", "2 int64"),
        ("- -9223372036854775807", "9223372036854775807 int64"),
        ("-9223372036854775808", "-9223372036854775808 int64"),
        ("1 - 2 * 3 - 4", "-9 int64"),
        ("(1 - 2) * 3", "-3 int64"),
        ("price * 2", "39.98 decimal(11, 2)"),
        ("price * 1.10", "21.989 decimal(12, 3)"),
        ("price + 0.001", "19.991 decimal(12, 3)"),
        ("price * rate", "9.995 float64"),
        ("cast(delay as decimal(10, 0)) * 1.609344", "19.312128 decimal(17, 6)"),
        ("coalesce(none, 0)", "0 int32"),
        ("coalesce(none, 0.5)", "0.5 float64"),
        ("case when late then 1 else 0.5 end", "1.0 float64"),
        ("round(2.5)", "3.0 float64"),
        ("round(1.005, 2)", "1.0 float64"),
        ("round(price, 1)", "20.0 decimal(10, 1)"),
        ("round(-price)", "-20 decimal(10, 0)"),
        ("floor(price)", "19 decimal(9, 0)"),
        ("floor(-price)", "-20 decimal(10, 0)"),
        ("ceil(price)", "20 decimal(9, 0)"),
        ("trunc(-price)", "-19 decimal(10, 0)"),
        ("floor(-0.5)", "-1.0 float64"),
        ("abs(-delay)", "12 int64"),
        ("greatest(none, delay, 3)", "12 int32"),
        ("least(delay, 3.5)", "3.5 float64"),
        ("nullif(delay, 12)", "null int32"),
        ("1e3", "1000 int64"),
        ("123456789012345678901", "123456789012345678901 decimal(21, 0)"),
    ]);
}

#[test]
fn what_is_not_exact_has_a_code() {
    are(&[
        ("big + 1", "overflow int64"),
        ("-big - 2", "overflow int64"),
        ("big * 2", "overflow int64"),
        ("delay / zero", "division-by-zero float64"),
        ("delay % zero", "division-by-zero int64"),
        ("div(delay, zero)", "division-by-zero int64"),
        ("rate / 0", "division-by-zero float64"),
        ("1e308 * 10 * rate", "overflow float64"),
        ("big * 1.5", "cast float64"),
        ("cast(rate as int64)", "cast int64"),
        ("cast(big as int32)", "cast int32"),
        ("cast(origin as int64)", "cast int64"),
        ("cast(price as decimal(3, 1))", "cast decimal(3, 1)"),
        ("cast(at as date32)", "cast date32"),
        ("day + 9999999999", "overflow date32"),
        ("make_date(2013, 2, 29)", "argument date32"),
        ("substring(origin, 0)", "argument utf8"),
        ("left(origin, -1)", "argument utf8"),
        // Only what counts for the row is evaluated.
        ("case when zero = 0 then 0 else delay / zero end", "0.0 float64"),
        ("zero = 0 or delay / zero > 1", "true boolean"),
        ("zero != 0 and delay / zero > 1", "false boolean"),
        ("coalesce(delay, big + 1)", "12 int64"),
        ("delay / none", "null float64"),
        ("cast(none as boolean)", "null boolean"),
    ]);
    let failure = evaluate("1 + delay / zero").unwrap_err();
    assert_eq!((failure.span, failure.message.as_str()), (4..16, "12 / 0 is a division by zero"));
    assert_eq!(evaluate("cast(rate as int64)").unwrap_err().message, "`0.5` is not int64");
}

#[test]
fn texts_and_times() {
    are(&[
        ("upper(lower(origin)) || '-' || cast(delay as utf8)", "SEA-12 utf8"),
        ("origin || note", "null utf8"),
        ("concat(origin, note, '!')", "SEA! utf8"),
        ("trim('  a b ')", "a b utf8"),
        ("ltrim('  a ') || rtrim(' b ') || '.'", "a  b. utf8"),
        ("length('süß')", "3 int64"),
        ("substring('süßer', 2, 2)", "üß utf8"),
        ("substr(origin, 3)", "A utf8"),
        ("left(origin, 2) || right(origin, 2)", "SEEA utf8"),
        ("replace(origin, 'E', 'ee')", "SeeA utf8"),
        ("split_part('a/b/c', '/', 2) || split_part('a', '/', 2)", "b utf8"),
        ("starts_with(origin, 'S') and ends_with(origin, 'A') and contains(origin, 'E')", "true boolean"),
        ("matches(origin, '^S.A$') and not matches(origin, 'X')", "true boolean"),
        ("matches(lower(origin), '(?i)^[S-T]+E') and matches('Müller', '(?i)^MÜ\\w+$')", "true boolean"),
        ("matches(note, 'x')", "null boolean"),
        ("matches(origin, null)", "null boolean"),
        ("matches(cast(delay as utf8), '\\d{2}')", "true boolean"),
        ("'it''s'", "it's utf8"),
        ("year(day) * 10000 + month(day) * 100 + day(day)", "20130131 int64"),
        ("hour(at) * 100 + minute(at)", "2300 int64"),
        ("quarter(day) + day_of_week(day) * 10 + day_of_year(day) * 100", "3141 int64"),
        ("date_trunc('month', day)", "2013-01-01 date32"),
        ("date_trunc('week', day)", "2013-01-28 date32"),
        ("date_trunc('hour', at)", "2013-01-31T23:00:00Z timestamp-us"),
        ("at", "2013-01-31T23:00:00.250Z timestamp-us"),
        ("date(at)", "2013-01-31 date32"),
        ("day + 1", "2013-02-01 date32"),
        ("day - date '2013-01-01'", "30 int64"),
        ("make_date(2012, 2, 29)", "2012-02-29 date32"),
        ("epoch_us(at)", "1359673200250000 int64"),
        ("from_epoch_us(0)", "1970-01-01T00:00:00Z timestamp-us"),
        ("cast('2013-01-31 23:00' as timestamp)", "cast timestamp-us"),
        ("cast(day as timestamp-us)", "2013-01-31T00:00:00Z timestamp-us"),
        ("case origin when 'SFO' then 1 when 'SEA' then 2 end", "2 int64"),
    ]);
}

#[test]
fn problems_are_shown_with_their_place() {
    for (text, expected) in [
        (
            "dely > 10",
            "there is no column `dely`\n  dely > 10\n  ^^^^ did you mean `delay`?\nhelp: the columns here are delay, big",
        ),
        ("uper(origin)", "there is no function `uper`\n  uper(origin)\n  ^^^^ did you mean `upper`?"),
        (
            "origin > 10",
            "`>` cannot compare utf8 with int64\n  origin > 10\n           ^^ this is int64\nhelp: if the text is to be int64",
        ),
        ("delay > ", "the expression ends here\n  delay > \n          ^ expected a column"),
        (
            "delay > 10 origin",
            "`origin` is not allowed here\n  delay > 10 origin\n             ^^^^^^ expected an operator",
        ),
        ("delay and late", "this is int32; expected a condition\n  delay and late\n  ^^^^^ this is int32"),
        (
            "origin + 'x'",
            "`+` needs numbers, and this is utf8\n  origin + 'x'\n  ^^^^^^ this is utf8\nhelp: texts are joined by `||`",
        ),
        (
            "upper(delay)",
            "`upper` needs utf8 here, and this is int32\n  upper(delay)\n        ^^^^^ this is int32\nhelp: write cast(… as utf8)",
        ),
        (
            "left(origin)",
            "`left` has 1 argument\n  left(origin)\n  ^^^^^^^^^^^^ a wrong number of arguments\nhelp: it is written left(text, count)",
        ),
        ("day = 'soon'", "this is not date32\n  day = 'soon'\n        ^^^^^^ not date32"),
        ("date '2013-02-30'", "`2013-02-30` is not a date"),
        ("date_trunc('hour', day)", "this is no unit of a date"),
        ("cast(delay as date)", "int32 cannot be cast to date32"),
        ("cast(delay as decimal(40, 2))", "a decimal has 1 to 38 digits"),
        ("cast(delay as text32)", "unknown type `text32`"),
        ("1 < delay < 3", "comparisons have two sides"),
        ("'open", "this ' is never closed"),
        ("1x", "`1x` is not a number"),
        ("delay ; 1", "unexpected `;`"),
        (
            "end > 1",
            "`end` is not allowed here\n  end > 1\n  ^^^ expected a column, a number, a text, a function or `(`\nhelp: a column of that name is written in quotes: \"end\"",
        ),
        ("case when late then 1 else 'x' end", "the values of `case` are int64 and utf8"),
        ("parts = parts", "`=` cannot compare a value of a type without expressions"),
        ("-day", "`-` needs numbers, and this is date32"),
        ("at - at", "`-` needs numbers, and this is timestamp-us"),
        ("round(price, delay)", "the digits to round to are a number"),
        (
            "matches(origin, '(S')",
            "invalid regular expression: unclosed group\n  matches(origin, '(S')\n                  ^^^^ here\nhelp: the syntax is in",
        ),
        ("matches(origin, '(?=S)')", "invalid regular expression: look-around"),
        ("matches(origin, '(\\w{500}){500}')", "invalid regular expression: it takes too much memory"),
        ("matches(origin, note)", "the regular expression of `matches` is not a text in quotes"),
        ("", "the expression ends here"),
    ] {
        let problem = check(text).unwrap_err();
        let told = problem.shown(text);
        assert!(told.starts_with(expected), "{told}");
        assert!(text.get(problem.span.clone()).is_some(), "{text}: {:?}", problem.span);
    }
    let deep = format!("{}1{} = 1", "(".repeat(60), ")".repeat(60));
    assert!(check(&deep).unwrap_err().message.contains("nested more than 50 deep"));
    let long = vec!["delay"; 400].join(" + ");
    assert!(check(&long).unwrap_err().message.contains("more than 300 operators"));
    assert!(check(&format!("delay in ({})", vec!["1"; 5000].join(", "))).is_ok());
}

#[test]
fn a_regular_expression_takes_linear_time() {
    // One that backtracks would take 2^40 steps.
    let columns = [Column::new("text", Type::Text)];
    let checked = Expression::parse("matches(text, '^(a|a)*$')").unwrap().check(&columns).unwrap();
    let text = format!("{}b", "a".repeat(100_000));
    assert_eq!(checked.evaluate(&[Value::from(text.as_str())][..]), Ok(Value::Boolean(false)));
}

#[test]
fn a_result_is_nullable_only_if_it_may_be_null() {
    let columns =
        [Column { nullable: false, ..Column::new("a", Type::Int32) }, Column::new("b", Type::Int32)];
    for (text, nullable) in [
        ("a + 1", false),
        ("a + b", true),
        ("b is null", false),
        ("coalesce(b, 0)", false),
        ("case when a = 1 then 2 end", true),
        ("case when b = 1 then 2 else a end", false),
        ("nullif(a, 1)", true),
        ("null", true),
        ("concat(cast(b as utf8))", false),
        ("cast(a as utf8) || 'x'", false),
    ] {
        let checked = Expression::parse(text).unwrap().check(&columns).unwrap();
        assert_eq!(checked.is_nullable(), nullable, "{text}");
    }
}
