//! One difference between a plugin and its host, and where it is.

use std::fmt;

use serde::Serialize;

use super::name::InterfaceName;

/// A place where a plugin and its host do not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// Where it is.
    pub at: Place,
    /// Further places that show the same difference, because they use the same type.
    pub also: Vec<Place>,
    /// The plugin's side.
    pub plugin: String,
    /// The host's side.
    pub host: String,
    /// What is probably behind it.
    pub hint: Option<String>,
}

/// What kind of difference there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The interface requires an export that the plugin has not.
    MissingExport,
    /// The plugin imports what the host does not lend.
    UnsatisfiedImport,
    /// The plugin and the host have different kinds of thing under one name: a function and an interface.
    Item,
    /// One side has a function or a resource in an interface and the other has not.
    Missing,
    /// A function has more, fewer or reordered parameters.
    Parameters,
    /// One side's function is async and the other's is not.
    Async,
    /// A type differs.
    Type,
}

/// Where in the interface something is, from the outside in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Whether the plugin imports or exports it.
    pub direction: Direction,
    /// The interface, or the function where it stands in the world itself.
    pub item: InterfaceName,
    /// The function in the interface, as the component names it: `[method]session.process`.
    pub function: Option<String>,
    /// The way into the function's type.
    pub path: Vec<Step>,
}

/// Which way something goes, seen from the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The plugin calls it.
    Import,
    /// The host calls it.
    Export,
}

/// One step into a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// A function's parameter.
    Parameter(String),
    /// A function's result.
    Result,
    /// A record's field.
    Field(String),
    /// A variant's case.
    Case(String),
    /// A tuple's item, counted from 1.
    Item(usize),
    /// The elements of a list.
    Element,
    /// What an option may hold.
    Some,
    /// The good half of a `result`.
    Ok,
    /// The bad half of a `result`.
    Error,
    /// A map's keys.
    Key,
    /// A map's values.
    Value,
    /// What a future or a stream carries.
    Payload,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(name) => write!(f, "parameter `{name}`"),
            Self::Result => f.write_str("result"),
            Self::Field(name) => write!(f, "field `{name}`"),
            Self::Case(name) => write!(f, "case `{name}`"),
            Self::Item(number) => write!(f, "item {number}"),
            Self::Element => f.write_str("element"),
            Self::Some => f.write_str("some"),
            Self::Ok => f.write_str("ok"),
            Self::Error => f.write_str("error"),
            Self::Key => f.write_str("key"),
            Self::Value => f.write_str("value"),
            Self::Payload => f.write_str("payload"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Import => "import",
            Direction::Export => "export",
        };
        write!(f, "{direction} {}", self.item)?;
        if let Some(function) = &self.function {
            write!(f, ", function `{function}`")?;
        }
        self.path.iter().try_for_each(|step| write!(f, ", {step}"))
    }
}

/// The place, and both sides below it.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (plugin, host) = match self.at.direction {
            Direction::Import => ("plugin expects", "host provides "),
            Direction::Export => ("plugin has  ", "host expects"),
        };
        write!(f, "{}\n    {plugin}  {}\n    {host}  {}", self.at, self.plugin, self.host)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n    {hint}")?;
        }
        match self.also.len() {
            0 => Ok(()),
            1 => f.write_str("\n    the same type is used in one more place"),
            count => write!(f, "\n    the same type is used in {count} more places"),
        }
    }
}
