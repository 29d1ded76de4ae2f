//! Dates and timestamps.
//!
//! Own code instead of a crate: `jiff` adds 200 KB more to a component and is four times slower, and it reads more forms than
//! pipelines should accept.

use std::fmt;
use std::str::FromStr;

use witdock_calendar::Civil;

const MICROSECONDS: i64 = 1_000_000;
const DAY_MICROSECONDS: i64 = 86_400 * MICROSECONDS;

/// A day of the Gregorian calendar, stored like `date32`: days since 1970-01-01.
///
/// ```
/// use witdock_etl_guest::Date;
///
/// let date: Date = "2013-01-31".parse().unwrap();
/// assert_eq!(Date::new(2013, 1, 31), Some(date));
/// assert_eq!((date.days(), date.year_month_day()), (15_736, (2013, 1, 31)));
/// assert_eq!(date.at(23, 0, 0).unwrap().to_string(), "2013-01-31T23:00:00Z");
/// assert_eq!(Date::new(2013, 2, 29), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// An instant, stored like `timestamp-us`: microseconds since 1970-01-01T00:00:00 UTC.
///
/// ```
/// use witdock_etl_guest::Timestamp;
///
/// let time: Timestamp = "2013-01-31T23:00:00.5-05:00".parse().unwrap();
/// assert_eq!(time.to_string(), "2013-02-01T04:00:00.500000Z");
/// assert_eq!(time.date().to_string(), "2013-02-01");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Date {
    /// A day; `None` if it does not exist. Years are 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let civil = Civil { year: year.into(), month: month.into(), day: day.into() };
        civil.days().filter(|_| (1..=9999).contains(&year)).map(Self)
    }

    /// The day this many days after 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The number of days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year, the month from 1, and the day of the month from 1.
    pub fn year_month_day(self) -> (i32, u32, u32) {
        let Civil { year, month, day } = Civil::of(self.0.into());
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        (i32::try_from(year).unwrap_or_default(), small(month), small(day))
    }

    /// This time of the day in UTC; `None` if it does not exist. A leap second counts as the next second.
    pub fn at(self, hour: u32, minute: u32, second: u32) -> Option<Timestamp> {
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds = i64::from((hour * 60 + minute) * 60 + second);
        Some(Timestamp(i64::from(self.0) * DAY_MICROSECONDS + seconds * MICROSECONDS))
    }
}

impl Timestamp {
    /// The instant this many microseconds after 1970-01-01T00:00:00 UTC.
    pub const fn from_micros(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// The number of microseconds since 1970-01-01T00:00:00 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The day in UTC.
    pub fn date(self) -> Date {
        // An `i64` of microseconds is less than 2^27 days.
        Date(self.0.div_euclid(DAY_MICROSECONDS).try_into().unwrap_or_default())
    }

    /// The instant this many minutes later, or earlier if negative. `None` if it overflows 64 bits.
    pub fn plus_minutes(self, minutes: i64) -> Option<Self> {
        minutes.checked_mul(60 * MICROSECONDS)?.checked_add(self.0).map(Self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(DAY_MICROSECONDS);
        let (seconds, fraction) = (of_day / MICROSECONDS, of_day % MICROSECONDS);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date())?;
        if fraction != 0 {
            write!(f, ".{fraction:06}")?;
        }
        f.write_str("Z")
    }
}

/// A text that is not a date or an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not {}", self.text, self.expected)
    }
}

impl std::error::Error for TimeError {}

impl FromStr for Date {
    type Err = TimeError;

    /// A day, written like 2013-01-31.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        date(text.as_bytes())
            .ok_or_else(|| TimeError { text: text.to_owned(), expected: "a day, written like 2013-01-31" })
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// An instant of RFC 3339, written like 2013-01-31T23:00:00Z or 2013-01-31 18:00:00.25-05:00. Digits beyond
    /// microseconds are ignored.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        instant(text.as_bytes()).ok_or_else(|| TimeError {
            text: text.to_owned(),
            expected: "an instant, written like 2013-01-31T23:00:00Z",
        })
    }
}

fn date(text: &[u8]) -> Option<Date> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
    Date::new(number([y0, y1, y2, y3])?.try_into().ok()?, number([m0, m1])?, number([d0, d1])?)
}

fn instant(text: &[u8]) -> Option<Timestamp> {
    let (day, text) = text.split_at_checked(10)?;
    let &[b'T' | b't' | b' ', h0, h1, b':', n0, n1, b':', s0, s1, ref rest @ ..] = text else { return None };
    let time = date(day)?.at(number([h0, h1])?, number([n0, n1])?, number([s0, s1])?)?;
    let (fraction, zone) = match rest {
        [b'.', rest @ ..] => {
            let (digits, zone) = rest.split_at(rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
            let places = digits.iter().chain([b'0'; 6].iter()).take(6);
            let micros = places.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'));
            (!digits.is_empty()).then_some((micros, zone))?
        }
        zone => (0, zone),
    };
    let minutes_east = match *zone {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hours, minutes) = (number([h0, h1])?, number([m0, m1])?);
            let minutes = (hours < 24 && minutes < 60).then_some(i64::from(hours * 60 + minutes))?;
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let time = time.plus_minutes(-minutes_east)?;
    time.0.checked_add(fraction).map(Timestamp)
}

fn number<const N: usize>(digits: [u8; N]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_to_the_calendar_and_back() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2013-12-31", 16_070),
            ("0001-01-01", -719_162),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!(text.parse(), Ok(Date(days)), "{text}");
            assert_eq!(Date(days).to_string(), text);
        }
        // Every day of some centuries, with each kind of leap year.
        for days in (-150_000..150_000).step_by(1) {
            let (year, month, day) = Date(days).year_month_day();
            assert_eq!(Date::new(year, month, day), Some(Date(days)));
        }
        for far in [i32::MIN, i32::MAX] {
            assert!(!Date(far).to_string().is_empty());
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2013-02-29",
            "1900-02-29",
            "2013-04-31",
            "2013-13-01",
            "2013-01-00",
            "2013-1-1",
            "",
            "+013-01-01",
        ] {
            let told = format!("\"{text}\" is not a day, written like 2013-01-31");
            assert_eq!(text.parse::<Date>().unwrap_err().to_string(), told);
        }
    }

    #[test]
    fn instants_are_read_and_written() {
        for (text, micros, written) in [
            ("1970-01-01T00:00:01Z", 1_000_000, "1970-01-01T00:00:01Z"),
            ("2013-01-01T10:00:00Z", 1_357_034_400_000_000, "2013-01-01T10:00:00Z"),
            ("1969-12-31 23:59:59.999999999+00:00", -1, "1969-12-31T23:59:59.999999Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000, "2017-01-01T00:00:00Z"),
            ("1970-01-01T05:30:00.25+05:30", 250_000, "1970-01-01T00:00:00.250000Z"),
        ] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!((time.micros(), time.to_string().as_str()), (micros, written), "{text}");
        }
        for text in [
            "2013-01-01",
            "2013-01-01T24:00:00Z",
            "2013-02-30T10:00:00Z",
            "2013-01-01T10:00:00",
            "2013-01-01T10:00:00.Z",
            "2013-01-01T10:00:00+5",
            "2013-01-01T10:00:00+24:00",
            "2013-01-01T1x:00:00Z",
            "2013-01-0é",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for far in [i64::MIN, i64::MAX] {
            assert!(!Timestamp(far).to_string().is_empty());
        }
    }
}
