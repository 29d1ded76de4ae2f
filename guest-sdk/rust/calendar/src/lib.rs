//! The Gregorian calendar, also before its time: days since 1970-01-01 as years, months and days, and back.
//!
//! ```
//! use witdock_calendar::Civil;
//!
//! assert_eq!(Civil::of(15_736), Civil { year: 2013, month: 1, day: 31 });
//! assert_eq!(Civil { year: 2013, month: 2, day: 29 }.days(), None);
//! ```

/// The calendar repeats every 400 years.
const ERA_DAYS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; the one before the year 1 is 0.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
}

impl Civil {
    /// The day this many days after 1970-01-01. Days of 32 bits, and microseconds of 64, are far within what it counts.
    pub fn of(days: i64) -> Self {
        let days = days + DAYS_TO_1970;
        let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
        // Subtracts the leap days, so that every year has 365 days. Years start in March, so that the leap day is the last one.
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        Self {
            year: era * 400 + year + i64::from(month >= 10),
            month: if month < 10 { month + 3 } else { month - 9 },
            day: day_of_year - (153 * month + 2) / 5 + 1,
        }
    }

    /// The days since 1970-01-01, if there is such a day and 32 bits hold it.
    pub fn days(self) -> Option<i32> {
        let Self { year, month, day } = self;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let most = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=most).contains(&day) {
            return None;
        }
        let year = if month > 2 { year } else { year.checked_sub(1)? };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        // 153 days in 5 months.
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
        era.checked_mul(ERA_DAYS)?.checked_add(day_of_era - DAYS_TO_1970)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_to_the_calendar_and_back() {
        for (year, month, day, days) in [
            (1970, 1, 1, 0),
            (1969, 12, 31, -1),
            (2000, 2, 29, 11_016),
            (0, 1, 1, -719_528),
            (9999, 12, 31, 2_932_896),
        ] {
            assert_eq!(Civil { year, month, day }.days(), Some(days));
            assert_eq!(Civil::of(days.into()), Civil { year, month, day });
        }
        // Every day of some centuries, with each kind of leap year.
        for days in (-150_000..150_000).chain((-1_000_000..1_000_000).step_by(7)).chain([i32::MIN, i32::MAX])
        {
            assert_eq!(Civil::of(days.into()).days(), Some(days));
        }
        for (month, day) in [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0), (1, 32)] {
            assert_eq!(Civil { year: 2012, month, day }.days(), None);
        }
        assert_eq!(Civil { year: i64::MIN, month: 1, day: 1 }.days(), None);
    }
}
