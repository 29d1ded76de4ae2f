//! Cases as a file has them.

use std::path::Path;

use anyhow::{Context as _, bail};
use indexmap::IndexMap;
use serde::Deserialize;

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    pub(super) case: Vec<Case>,
}

/// A request, what the servers answer, and what is expected. Cases run in their order, on one proxy: what filters share stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// The listener that it is sent to, from 1. The first one that speaks HTTP by default.
    pub(super) listener: Option<usize>,
    pub(super) request: Request,
    /// What the servers of each cluster answer. Those that are not named answer 200 without a body.
    #[serde(default)]
    pub(super) clusters: IndexMap<String, Answer>,
    pub(super) expect: Expected,
    /// What the server that the request is forwarded to gets.
    pub(super) forwarded: Option<Forwarded>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    #[serde(default = "get")]
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default = "host")]
    pub(super) host: String,
    #[serde(default)]
    pub(super) headers: IndexMap<String, Values>,
    #[serde(default)]
    pub(super) body: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) headers: IndexMap<String, Values>,
    #[serde(default)]
    pub(super) body: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) headers: IndexMap<String, Values>,
    /// Headers that must not be there.
    #[serde(default)]
    pub(super) absent: Vec<String>,
    pub(super) body: Option<String>,
    /// A part of the body.
    pub(super) body_has: Option<String>,
}

/// What was forwarded: false for nothing.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Forwarded {
    Whether(bool),
    As(Box<ForwardedAs>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForwardedAs {
    /// The cluster. The only one that got a request by default.
    pub(super) cluster: Option<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) headers: IndexMap<String, Values>,
    #[serde(default)]
    pub(super) absent: Vec<String>,
    pub(super) body: Option<String>,
}

/// One value of a header, or several in their order.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    pub(super) fn all(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

fn get() -> String {
    "GET".to_owned()
}

fn host() -> String {
    "test".to_owned()
}

impl Cases {
    /// Reads a file of cases.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the cases {shown}"))?;
        // toml shows the line.
        let cases: Self = toml::from_str(&text).with_context(|| format!("{shown} is not a file of cases"))?;
        if cases.case.is_empty() {
            bail!("{shown} has no case; add `[[case]]`");
        }
        Ok(cases)
    }
}
