//! The columns of the flights, with their rules.

use std::ops::RangeInclusive;
use witdock_etl_guest::Field;

#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A required code, which passes through unchanged.
    Code,
    /// Optional text.
    Text,
    Whole {
        range: RangeInclusive<i32>,
        nullable: bool,
    },
    /// A time of day, hours times 100 plus minutes.
    Clock {
        nullable: bool,
    },
    Instant,
}

const ANY: RangeInclusive<i32> = i32::MIN..=i32::MAX;
const POSITIVE: RangeInclusive<i32> = 1..=i32::MAX;

const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind }
}

const fn whole(name: &'static str, range: RangeInclusive<i32>, nullable: bool) -> Known {
    known(name, Kind::Whole { range, nullable })
}

const fn clock(name: &'static str, nullable: bool) -> Known {
    known(name, Kind::Clock { nullable })
}

/// Scheduled values are required. Measured values are missing if a flight was cancelled, and arrivals also if it was
/// diverted.
pub(crate) static KNOWN: [Known; 19] = [
    whole("year", 1900..=2100, false),
    whole("month", 1..=12, false),
    whole("day", 1..=31, false),
    clock("dep_time", true),
    clock("sched_dep_time", false),
    whole("dep_delay", ANY, true),
    clock("arr_time", true),
    clock("sched_arr_time", false),
    whole("arr_delay", ANY, true),
    known("carrier", Kind::Code),
    whole("flight", POSITIVE, false),
    known("tailnum", Kind::Text),
    known("origin", Kind::Code),
    known("dest", Kind::Code),
    whole("air_time", POSITIVE, true),
    whole("distance", POSITIVE, false),
    whole("hour", 0..=23, false),
    whole("minute", 0..=59, false),
    known("time_hour", Kind::Instant),
];

pub(crate) fn known_column(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

impl Known {
    /// The column that replaces the text; `None` if the text passes through.
    pub(crate) fn made(&self) -> Option<Field> {
        let nullable = |field: Field, nullable| if nullable { field.nullable() } else { field };
        match self.kind {
            Kind::Code => None,
            Kind::Text => Some(Field::utf8(self.name).nullable()),
            Kind::Whole { nullable: may_miss, .. } | Kind::Clock { nullable: may_miss } => {
                Some(nullable(Field::int32(self.name), may_miss))
            }
            Kind::Instant => Some(Field::timestamp_us(self.name)),
        }
    }
}
