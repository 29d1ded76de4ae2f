//! The sums of one column, group by group.

use serde::{Deserialize, Serialize};
use witdock_etl_guest::Error;

/// The aggregates of the whole numbers so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Whole {
    count: u64,
    sum: i64,
    least: i64,
    most: i64,
}

/// The aggregates of other numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Real {
    count: u64,
    /// A sum with its rounding error: Kahan's summation in Neumaier's variant (1974).
    sum: f64,
    rest: f64,
    least: f64,
    most: f64,
}

/// The aggregates of a column, one for each group.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sums {
    Whole(Vec<Whole>),
    Real(Vec<Real>),
}

impl Whole {
    pub(crate) fn add(&mut self, number: i64) -> Result<(), Error> {
        self.sum = self.sum.checked_add(number).ok_or_else(|| {
            Error::Data("a sum exceeds 64 bits; cast the column to float64 first".to_owned())
        })?;
        (self.least, self.most) = match self.count {
            0 => (number, number),
            _ => (self.least.min(number), self.most.max(number)),
        };
        self.count += 1;
        Ok(())
    }
}

impl Real {
    pub(crate) fn add(&mut self, number: f64) {
        let sum = self.sum + number;
        self.rest += if self.sum.abs() >= number.abs() {
            (self.sum - sum) + number
        } else {
            (number - sum) + self.sum
        };
        self.sum = sum;
        (self.least, self.most) = match self.count {
            0 => (number, number),
            _ => (self.least.min(number), self.most.max(number)),
        };
        self.count += 1;
    }
}

/// A value of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    pub(crate) fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// The value of a column of whole numbers.
    pub(crate) fn whole(self) -> i64 {
        match self {
            Self::Whole(number) => number,
            Self::Real(number) => number as i64,
        }
    }
}

/// An aggregate that a result can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Sum,
    Mean,
    Least,
    Most,
}

impl Sums {
    /// Makes room for so many groups.
    pub(crate) fn grow(&mut self, groups: usize) {
        match self {
            Self::Whole(sums) => sums.resize_with(groups, Whole::default),
            Self::Real(sums) => sums.resize_with(groups, Real::default),
        }
    }

    /// An aggregate of a group, which is null without values.
    pub(crate) fn get(&self, group: usize, part: Part) -> Option<Number> {
        match self {
            Self::Whole(sums) => {
                let sum = sums.get(group).filter(|sum| sum.count > 0)?;
                Some(match part {
                    Part::Sum => Number::Whole(sum.sum),
                    Part::Mean => Number::Real(sum.sum as f64 / sum.count as f64),
                    Part::Least => Number::Whole(sum.least),
                    Part::Most => Number::Whole(sum.most),
                })
            }
            Self::Real(sums) => {
                let sum = sums.get(group).filter(|sum| sum.count > 0)?;
                Some(Number::Real(match part {
                    Part::Sum => sum.sum + sum.rest,
                    Part::Mean => (sum.sum + sum.rest) / sum.count as f64,
                    Part::Least => sum.least,
                    Part::Most => sum.most,
                }))
            }
        }
    }
}
