//! One difference between a plugin and its host, with its place.

use std::fmt;

use serde::Serialize;

use super::name::InterfaceName;

/// A difference between a plugin and its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The kind of difference, for tools that branch on it.
    pub kind: DifferenceKind,
    /// The import or export, and the place in its type.
    pub at: Place,
    /// More places with the same difference, because they use the same type.
    pub also: Vec<Place>,
    /// What the plugin has, as text: a type in WIT syntax, or what is missing.
    pub plugin: String,
    /// What the host has or expects, as text.
    pub host: String,
    /// The likely cause, if there is one that the two sides do not show.
    pub hint: Option<String>,
}

/// The kind of a [`Difference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The plugin has no export that the interface requires.
    MissingExport,
    /// The plugin imports something that the host does not provide.
    UnsatisfiedImport,
    /// The plugin and the host have different kinds of items under one name, such as a function and an interface.
    Item,
    /// Only one side has a function or a resource in an interface.
    Missing,
    /// A function has more, fewer or reordered parameters.
    Parameters,
    /// A function is async on one side only.
    Async,
    /// A parameter, a result or a part of one has different types.
    Type,
}

/// A place in an interface, from the outside in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Whether the plugin imports or exports the item.
    pub direction: Direction,
    /// The interface, or the function if it belongs to the world itself.
    pub item: InterfaceName,
    /// The function in the interface, as the component names it: `[method]session.process`.
    pub function: Option<String>,
    /// The path into the function's type; empty for the function itself.
    pub path: Vec<Step>,
}

/// The direction of an item, seen from the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// An import: the plugin calls it.
    Import,
    /// An export: the host calls it.
    Export,
}

/// One step into a type. Its `Display` is a few words, such as ``field `columns` ``.
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
    /// The value of an option.
    Some,
    /// The `ok` payload of a `result`.
    Ok,
    /// The `err` payload of a `result`.
    Error,
    /// A map's keys.
    Key,
    /// A map's values.
    Value,
    /// The payload of a future or a stream.
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

/// Several lines: the place, and both sides below it.
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
