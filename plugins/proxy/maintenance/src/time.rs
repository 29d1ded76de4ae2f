//! Times of RFC 3339.

use std::time::Duration;

/// Parses a time from 1970 on; the result is since then.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (date, rest) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.get(10..11)?, "T" | "t" | " ") {
        return None;
    }
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    let part = |text: &str, at: usize, length: usize| number(text.get(at..at + length)?);
    let (year, month, day) = (part(date, 0, 4)?, part(date, 5, 2)?, part(date, 8, 2)?);
    let (hour, minute, second) = (part(rest, 0, 2)?, part(rest, 3, 2)?, part(rest, 6, 2)?);
    let separators = [date.get(4..5)?, date.get(7..8)?, rest.get(2..3)?, rest.get(5..6)?];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_valid = separators == ["-", "-", ":", ":"]
        && (1..=12).contains(&month)
        && (1..=days_in_month).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !is_valid {
        return None;
    }
    let after = rest.get(8..)?;
    // Fractions of a second do not count here.
    let zone = after
        .strip_prefix('.')
        .map_or(after, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let offset_minutes = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), time) if time.len() == 5 && time.get(2..3) == Some(":") => {
            let minutes = part(time, 0, 2)? * 60 + part(time, 3, 2)?;
            if sign == "+" { minutes } else { -minutes }
        }
        _ => return None,
    };
    // "chrono-Compatible Low-Level Date Algorithms", Howard Hinnant: days_from_civil.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let seconds = days * 86_400 + hour * 3_600 + (minute - offset_minutes) * 60 + second;
    Some(Duration::from_secs(u64::try_from(seconds).ok()?))
}
