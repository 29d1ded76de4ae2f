//! Dates and times as PostgreSQL reads them, for all its years. The calendar of `chrono` ends before.

use std::fmt::{Result, Write};

use witdock_calendar::Civil;

const DAY: i64 = 86_400_000_000;

/// Days since 1970 as `2013-01-31`.
pub(super) fn put_date(text: &mut String, days: i32) -> Result {
    let Civil { year, month, day } = Civil::of(days.into());
    write_day(text, year, month, day)?;
    era(text, year)
}

/// Microseconds since 1970 as `2013-01-31 12:00:00.25`.
pub(super) fn put_timestamp(text: &mut String, microseconds: i64, zone: &str) -> Result {
    let Civil { year, month, day } = Civil::of(microseconds.div_euclid(DAY));
    write_day(text, year, month, day)?;
    text.push(' ');
    put_time(text, microseconds.rem_euclid(DAY))?;
    text.push_str(zone);
    era(text, year)
}

/// Microseconds since midnight as `12:00:00.25`.
pub(super) fn put_time(text: &mut String, microseconds: i64) -> Result {
    let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    if fraction != 0 { write!(text, ".{fraction:06}") } else { Ok(()) }
}

/// The year 0 of astronomers is the year 1 before Christ.
fn write_day(text: &mut String, year: i64, month: i64, day: i64) -> Result {
    write!(text, "{:04}-{month:02}-{day:02}", if year > 0 { year } else { 1 - year })
}

fn era(text: &mut String, year: i64) -> Result {
    if year > 0 { Ok(()) } else { text.write_str(" BC") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_days_of_the_calendar_are_right() {
        let mut day = chrono::NaiveDate::from_ymd_opt(-4713, 11, 24).unwrap();
        let first =
            day.signed_duration_since(chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days();
        for days in first..first + 3_000_000 {
            use chrono::Datelike;
            let expected = (day.year().into(), day.month().into(), day.day().into());
            let civil = Civil::of(days);
            assert_eq!((civil.year, civil.month, civil.day), expected);
            day = day.succ_opt().unwrap();
        }
    }

    #[test]
    fn eras_and_fractions_are_written() {
        let timestamp = |microseconds| {
            let mut text = String::new();
            put_timestamp(&mut text, microseconds, "+00").unwrap();
            text
        };
        assert_eq!(timestamp(0), "1970-01-01 00:00:00+00");
        assert_eq!(timestamp(-1), "1969-12-31 23:59:59.999999+00");
        assert_eq!(timestamp(-62_167_219_200_000_000), "0001-01-01 00:00:00+00 BC");
        assert_eq!(timestamp(9_223_372_036_854_775_807), "294247-01-10 04:00:54.775807+00");
    }
}
