//! Days and times as text: days since 1970-01-01, and microseconds since 1970-01-01T00:00:00 UTC.

pub(crate) use witdock_calendar::Civil;

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const DAY: i64 = 86_400 * SECOND;
/// A day, written like 2013-01-31 or 20130131; years beyond 9999 have a sign.
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let text = text.trim_ascii();
    let day = |year: &str, month: &str, day: &str| {
        let short = |part: &str| matches!(part.len(), 1 | 2).then(|| digits(part)).flatten();
        Civil { year: digits(year)?, month: short(month)?, day: short(day)? }.days()
    };
    if let Some(signed) = text.strip_prefix(['+', '-']) {
        let mut parts = signed.splitn(3, '-');
        let (year, month, of_month) = (parts.next()?, parts.next()?, parts.next()?);
        let year = digits(year).filter(|_| year.len() >= 4)?;
        let year = if text.starts_with('-') { -year } else { year };
        let two = |part: &str| (part.len() == 2).then(|| digits(part)).flatten();
        return Civil { year, month: two(month)?, day: two(of_month)? }.days();
    }
    match (text.split_at_checked(4)?, text.len()) {
        ((year, rest), _) if rest.starts_with('-') => {
            let (month, of_month) = rest.get(1..)?.split_once('-')?;
            day(year, month, of_month)
        }
        ((year, rest), 8) => day(year, rest.get(..2)?, rest.get(2..)?),
        _ => None,
    }
}

/// A time, written like 2013-01-31T23:00:00.25-05:00, or without its zone, which is then UTC. A day is its first moment.
pub(crate) fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    let (day, rest) = text.split_at_checked(10)?;
    let day = i64::from(parse_date(day).filter(|_| day.as_bytes().get(7) == Some(&b'-'))?) * DAY;
    if rest.is_empty() {
        return Some(day);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = two(rest)?;
    let colons = rest.starts_with(':');
    let part = |rest| if colons { two(str::strip_prefix(rest, ':')?) } else { two(rest) };
    let (minute, rest) = part(rest)?;
    let (second, rest) = part(rest)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.').filter(|_| colons) {
        Some(rest) => {
            let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            let (places, zone) = rest.split_at_checked(end)?;
            let (exact, below) = places.split_at_checked(6).unwrap_or((places, ""));
            // What microseconds do not hold is not cut.
            if exact.is_empty() || below.bytes().any(|digit| digit != b'0') {
                return None;
            }
            (digits(exact)? * 10_i64.pow(6 - u32::try_from(exact.len()).ok()?), zone)
        }
        None => (0, rest),
    };
    let east = match zone.trim_start() {
        "" | "Z" | "z" => 0,
        zone => {
            let (hours, rest) = two(zone.strip_prefix(['+', '-'])?)?;
            let minutes = rest.strip_prefix(':').unwrap_or(rest);
            let minutes = if rest.is_empty() { 0 } else { two(minutes).filter(|(_, end)| end.is_empty())?.0 };
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if zone.starts_with('-') { -1 } else { 1 }
        }
    };
    let seconds = (hour * 60 + minute - east) * 60 + second;
    day.checked_add(seconds * SECOND + fraction)
}

/// The number of two digits at the beginning, and what follows.
fn two(text: &str) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(2)?;
    Some((digits(number)?, rest))
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A day as text.
pub(crate) fn write_date(days: i32) -> String {
    let Civil { year, month, day } = Civil::of(days.into());
    if (0..=9999).contains(&year) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:+05}-{month:02}-{day:02}")
    }
}

/// A time as text, in UTC.
pub(crate) fn write_timestamp(time: i64) -> String {
    let of_day = time.rem_euclid(DAY);
    // An `i64` of microseconds is less than 2^27 days.
    let day = write_date(i32::try_from(time.div_euclid(DAY)).unwrap_or_default());
    let (seconds, fraction) = (of_day / SECOND, of_day % SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = match fraction {
        0 => String::new(),
        fraction if fraction % 1000 == 0 => format!(".{:03}", fraction / 1000),
        fraction => format!(".{fraction:06}"),
    };
    format!("{day}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_to_the_calendar_and_back() {
        for (text, days) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("0000-01-01", -719_528)]
        {
            assert_eq!(parse_date(text), Some(days), "{text}");
            assert_eq!(write_date(days), text);
        }
        for days in (-1_000_000..1_000_000).step_by(7).chain([i32::MIN, i32::MAX]) {
            assert_eq!(Civil::of(days.into()).days(), Some(days));
            assert_eq!(parse_date(&write_date(days)), Some(days), "{}", write_date(days));
        }
        for text in ["2013-02-29", "2013-13-01", "2013-01-00", "", "2013", "201-01-01", "2013-01-31T00:00"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
        assert_eq!(parse_date("20130131"), parse_date("2013-1-31"));
    }

    #[test]
    fn times_are_read_and_written() {
        for (text, time, written) in [
            ("1970-01-01T00:00:01Z", SECOND, "1970-01-01T00:00:01Z"),
            ("1970-01-01 00:00:00.25", 250_000, "1970-01-01T00:00:00.250Z"),
            ("1970-01-01T05:30:00.0000010+05:30", 1, "1970-01-01T00:00:00.000001Z"),
            ("1969-12-31 235959", -SECOND, "1969-12-31T23:59:59Z"),
            ("2016-12-31T23:59:60-00", 1_483_228_800 * SECOND, "2017-01-01T00:00:00Z"),
            ("1970-01-02", DAY, "1970-01-02T00:00:00Z"),
        ] {
            assert_eq!(parse_timestamp(text), Some(time), "{text}");
            assert_eq!(write_timestamp(time), written);
        }
        for text in [
            "1970-01-01T00:00:00.0000001Z",
            "1970-01-01T24:00:00",
            "1970-01-01T00:00:00.Z",
            "soon",
            "1970-01-01T",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        assert_eq!(parse_timestamp(&write_timestamp(i64::MAX)), None, "its year has no four digits");
    }
}
