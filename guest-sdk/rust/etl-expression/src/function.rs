//! The functions of expressions.

use crate::data_type::Type;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described by `description`")]
pub enum Function {
    Upper,
    Lower,
    Trim,
    TrimLeft,
    TrimRight,
    Length,
    Substring,
    Left,
    Right,
    Replace,
    Concat,
    StartsWith,
    EndsWith,
    Contains,
    Matches,
    SplitPart,
    Abs,
    Round,
    Floor,
    Ceil,
    Trunc,
    Div,
    Year,
    Quarter,
    Month,
    Day,
    DayOfWeek,
    DayOfYear,
    Hour,
    Minute,
    Second,
    DateTrunc,
    DateOf,
    MakeDate,
    EpochMicros,
    FromEpochMicros,
    Coalesce,
    NullIf,
    Greatest,
    Least,
}

/// What a function is about, for the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Text.
    Text,
    /// Numbers.
    Numbers,
    /// Dates and times.
    Dates,
    /// Values of any type.
    Any,
}

struct Entry(Function, Group, &'static str, &'static str, &'static str);

/// Each function with its name, its arguments as the reference and messages write them, and what it gives.
const FUNCTIONS: &[Entry] = &[
    Entry(Function::Upper, Group::Text, "upper", "text", "the text in upper case"),
    Entry(Function::Lower, Group::Text, "lower", "text", "the text in lower case"),
    Entry(Function::Trim, Group::Text, "trim", "text", "without white space at both ends"),
    Entry(Function::TrimLeft, Group::Text, "ltrim", "text", "without white space at the beginning"),
    Entry(Function::TrimRight, Group::Text, "rtrim", "text", "without white space at the end"),
    Entry(Function::Length, Group::Text, "length", "text", "the number of characters"),
    Entry(
        Function::Substring,
        Group::Text,
        "substring",
        "text, start[, length]",
        "the characters from `start` on, counted from 1",
    ),
    Entry(Function::Left, Group::Text, "left", "text, count", "the first characters"),
    Entry(Function::Right, Group::Text, "right", "text, count", "the last characters"),
    Entry(Function::Replace, Group::Text, "replace", "text, from, to", "with each `from` replaced by `to`"),
    Entry(
        Function::Concat,
        Group::Text,
        "concat",
        "text, …",
        "the texts in one, without those that are null",
    ),
    Entry(Function::StartsWith, Group::Text, "starts_with", "text, part", "whether it begins so"),
    Entry(Function::EndsWith, Group::Text, "ends_with", "text, part", "whether it ends so"),
    Entry(Function::Contains, Group::Text, "contains", "text, part", "whether the part occurs in it"),
    Entry(
        Function::Matches,
        Group::Text,
        "matches",
        "text, pattern",
        "whether the regular expression matches some part of it",
    ),
    Entry(
        Function::SplitPart,
        Group::Text,
        "split_part",
        "text, separator, number",
        "the part of this number, from 1; empty if there are fewer",
    ),
    Entry(Function::Abs, Group::Numbers, "abs", "number", "without its sign"),
    Entry(
        Function::Round,
        Group::Numbers,
        "round",
        "number[, digits]",
        "rounded to `digits` behind the point, by default 0; halves go away from zero",
    ),
    Entry(Function::Floor, Group::Numbers, "floor", "number", "the next integer below"),
    Entry(Function::Ceil, Group::Numbers, "ceil", "number", "the next integer above"),
    Entry(Function::Trunc, Group::Numbers, "trunc", "number", "the next integer towards zero"),
    Entry(Function::Div, Group::Numbers, "div", "integer, integer", "the quotient without its fraction"),
    Entry(Function::Year, Group::Dates, "year", "time", "the year"),
    Entry(Function::Quarter, Group::Dates, "quarter", "time", "1 to 4"),
    Entry(Function::Month, Group::Dates, "month", "time", "1 to 12"),
    Entry(Function::Day, Group::Dates, "day", "time", "the day of the month"),
    Entry(Function::DayOfWeek, Group::Dates, "day_of_week", "time", "1 for Monday to 7 for Sunday"),
    Entry(Function::DayOfYear, Group::Dates, "day_of_year", "time", "1 to 366"),
    Entry(Function::Hour, Group::Dates, "hour", "timestamp", "0 to 23, in UTC"),
    Entry(Function::Minute, Group::Dates, "minute", "timestamp", "0 to 59"),
    Entry(Function::Second, Group::Dates, "second", "timestamp", "0 to 59"),
    Entry(
        Function::DateTrunc,
        Group::Dates,
        "date_trunc",
        "unit, time",
        "the first moment of the 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute' or 'second'",
    ),
    Entry(Function::DateOf, Group::Dates, "date", "timestamp", "the day in UTC"),
    Entry(
        Function::MakeDate,
        Group::Dates,
        "make_date",
        "year, month, day",
        "the day; a row is rejected if there is none",
    ),
    Entry(Function::EpochMicros, Group::Dates, "epoch_us", "time", "the microseconds since 1970"),
    Entry(
        Function::FromEpochMicros,
        Group::Dates,
        "from_epoch_us",
        "integer",
        "the time so many microseconds after 1970",
    ),
    Entry(Function::Coalesce, Group::Any, "coalesce", "value, …", "the first value that is not null"),
    Entry(
        Function::NullIf,
        Group::Any,
        "nullif",
        "value, other",
        "null if both are equal, and else the value",
    ),
    Entry(Function::Greatest, Group::Any, "greatest", "value, …", "the greatest value that is not null"),
    Entry(Function::Least, Group::Any, "least", "value, …", "the least value that is not null"),
];

/// Other names that people know functions by.
const ALIASES: &[(&str, Function)] = &[
    ("substr", Function::Substring),
    ("ceiling", Function::Ceil),
    ("char_length", Function::Length),
    ("ifnull", Function::Coalesce),
    ("regexp_like", Function::Matches),
];

impl Function {
    /// The function of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let known = FUNCTIONS.iter().find(|Entry(_, _, known, ..)| *known == name);
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, function)| *function);
        known.map(|Entry(function, ..)| *function).or_else(alias)
    }

    /// All names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|Entry(_, _, name, ..)| *name).chain(ALIASES.iter().map(|(name, _)| *name))
    }

    /// All functions, in the order of the reference.
    pub fn all() -> impl Iterator<Item = Self> {
        FUNCTIONS.iter().map(|Entry(function, ..)| *function)
    }

    fn entry(self) -> &'static Entry {
        const NONE: Entry = Entry(Function::Upper, Group::Any, "", "", "");
        FUNCTIONS.iter().find(|Entry(function, ..)| *function == self).unwrap_or(&NONE)
    }

    /// The name in expressions.
    pub fn name(self) -> &'static str {
        self.entry().2
    }

    /// What it is about.
    pub fn group(self) -> Group {
        self.entry().1
    }

    /// The function with its arguments, as `left(text, count)`.
    pub fn signature(self) -> String {
        format!("{}({})", self.name(), self.entry().3)
    }

    /// What it gives.
    pub fn description(self) -> &'static str {
        self.entry().4
    }

    /// The least and the greatest number of arguments.
    pub(crate) fn arity(self) -> (usize, usize) {
        let (_, _, _, arguments, _) = {
            let Entry(a, b, c, d, e) = self.entry();
            (a, b, c, d, e)
        };
        let all = arguments.split(',').count();
        if arguments.ends_with('…') {
            return (1, usize::MAX);
        }
        (all - arguments.matches('[').count(), all)
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Text,
    Number,
    Integer,
    /// A date or a timestamp.
    Time,
    Timestamp,
}

impl Parameter {
    pub(crate) fn takes(self, data_type: Type) -> bool {
        data_type == Type::Null
            || match self {
                Self::Text => data_type == Type::Text,
                Self::Number => data_type.is_number(),
                Self::Integer => data_type.is_integer(),
                Self::Time => matches!(data_type, Type::Date | Type::Timestamp),
                Self::Timestamp => data_type == Type::Timestamp,
            }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "utf8",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::Time => "date32 or timestamp-us",
            Self::Timestamp => "timestamp-us",
        }
    }
}

impl Function {
    /// What each parameter takes. Those of functions over values of any type are checked together.
    pub(crate) fn parameters(self) -> &'static [Parameter] {
        use Parameter::{Integer, Number, Text, Time, Timestamp};
        match self {
            Self::Upper | Self::Lower | Self::Trim | Self::TrimLeft | Self::TrimRight | Self::Length => {
                &[Text]
            }
            Self::Substring => &[Text, Integer, Integer],
            Self::Left | Self::Right => &[Text, Integer],
            Self::Replace => &[Text, Text, Text],
            Self::Concat => &[Text],
            Self::StartsWith | Self::EndsWith | Self::Contains | Self::Matches => &[Text, Text],
            Self::SplitPart => &[Text, Text, Integer],
            Self::Abs | Self::Floor | Self::Ceil | Self::Trunc => &[Number],
            Self::Round => &[Number, Integer],
            Self::Div => &[Integer, Integer],
            Self::Year
            | Self::Quarter
            | Self::Month
            | Self::Day
            | Self::DayOfWeek
            | Self::DayOfYear
            | Self::EpochMicros => &[Time],
            Self::Hour | Self::Minute | Self::Second | Self::DateOf => &[Timestamp],
            Self::DateTrunc => &[Text, Time],
            Self::MakeDate => &[Integer, Integer, Integer],
            Self::FromEpochMicros => &[Integer],
            Self::Coalesce | Self::NullIf | Self::Greatest | Self::Least => &[],
        }
    }
}
