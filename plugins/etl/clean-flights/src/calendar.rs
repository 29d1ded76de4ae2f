//! The Gregorian calendar, as far as it is needed to place a date and an instant.

const MICROSECONDS: i64 = 1_000_000;

/// Days since 1970-01-01; `None` when the calendar has no such day.
pub(crate) fn days_since_1970(year: i32, month: i32, day: i32) -> Option<i32> {
    if !(1..=9999).contains(&year) || day < 1 || day > days_in(year, month)? {
        return None;
    }
    // The year is counted from March, so that the leap day is its last: then the days before a month are a line
    // with a slope of 153 days in 5 months. 719,468 days lie between 0000-03-01 and 1970-01-01.
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

fn days_in(year: i32, month: i32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Microseconds since 1970-01-01T00:00:00 UTC of an instant like `2013-01-31T23:00:00Z`.
pub(crate) fn instant_us(text: &str) -> Option<i64> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'Z'] =
        text.as_bytes()
    else {
        return None;
    };
    let days = days_since_1970(digits([y0, y1, y2, y3])?, digits([m0, m1])?, digits([d0, d1])?)?;
    let (hours, minutes, seconds) = (digits([h0, h1])?, digits([n0, n1])?, digits([s0, s1])?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let second_of_day = (hours * 60 + minutes) * 60 + seconds;
    Some((i64::from(days) * 86_400 + i64::from(second_of_day)) * MICROSECONDS)
}

fn digits<const N: usize>(digits: [u8; N]) -> Option<i32> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_placed_and_days_that_do_not_exist_are_refused() {
        assert_eq!(days_since_1970(1970, 1, 1), Some(0));
        assert_eq!(days_since_1970(1969, 12, 31), Some(-1));
        assert_eq!(days_since_1970(2000, 2, 29), Some(11_016));
        assert_eq!(days_since_1970(2013, 1, 1), Some(15_706));
        assert_eq!(days_since_1970(2013, 12, 31), Some(16_070));
        for (year, month, day) in [(2013, 2, 29), (1900, 2, 29), (2013, 4, 31), (2013, 13, 1), (2013, 1, 0)] {
            assert_eq!(days_since_1970(year, month, day), None, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn instants_are_read_to_the_second() {
        assert_eq!(instant_us("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(instant_us("2013-01-01T10:00:00Z"), Some(1_357_034_400_000_000));
        for text in [
            "2013-01-01 10:00:00Z",
            "2013-01-01T24:00:00Z",
            "2013-02-30T10:00:00Z",
            "2013-01-01T1x:00:00Z",
            "",
        ] {
            assert_eq!(instant_us(text), None, "{text}");
        }
    }
}
