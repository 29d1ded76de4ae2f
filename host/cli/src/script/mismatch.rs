//! How a step differs from what a script expects.

use std::fmt;

use witdock::Failure;

use crate::wave::Value;

/// The width, in columns, that values are printed in.
pub(crate) const WIDTH: usize = 100;

/// The outcome of a step.
#[derive(Debug)]
pub(crate) struct StepReport {
    /// The calls of the host that the plugin made, with the answers.
    pub(crate) host_calls: Vec<String>,
    /// How many more such calls there were than `host_calls` keeps.
    pub(crate) host_calls_left_out: usize,
    /// The value that the call returned, if it returned one.
    pub(crate) result: Option<Value>,
    /// The first difference from what the script expects.
    pub(crate) mismatch: Option<Mismatch>,
}

/// A difference from what a script expects of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// The call returned another value. Both are as they are printed.
    Result { expected: String, actual: String },
    /// The script has no result after `->` yet.
    Unwritten { actual: String },
    /// The plugin made another call of the host than the next expected one. `answer` is the type that the host would return.
    HostCall { actual: String, expected: Option<String>, answer: Option<String> },
    /// The step ended without these calls of the host.
    Missing(Vec<String>),
    /// The plugin failed.
    Failed(Box<Failure>),
    /// The plugin failed as expected, but with another message.
    FailedOtherwise { expected: String, failure: Box<Failure> },
    /// The plugin should have failed, and returned `actual` or nothing.
    DidNotFail { actual: Option<String> },
    /// Any other reason why the step could not be done.
    Other(String),
}

/// One line. Who shows the mismatch shows longer values below it.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Result { .. } => f.write_str("unexpected result"),
            Self::Unwritten { .. } => {
                f.write_str("the expected result after `->` is missing; `--bless` writes it")
            }
            Self::HostCall { actual, expected: None, .. } => write!(f, "unexpected host call: {actual}"),
            Self::HostCall { actual, expected: Some(expected), .. } => {
                write!(f, "unexpected host call: {actual}; expected {expected}")
            }
            Self::Missing(calls) => match calls.as_slice() {
                [call] => write!(f, "missing host call: {call}"),
                calls => write!(f, "{} host calls are missing", calls.len()),
            },
            Self::Failed(failure) => write!(f, "the plugin {failure}"),
            Self::FailedOtherwise { expected, failure } => {
                write!(f, "the plugin {failure}; expected a failure with {expected:?}")
            }
            Self::DidNotFail { actual: Some(actual) } => {
                write!(f, "expected a failure, but the plugin returned {actual}")
            }
            Self::DidNotFail { actual: None } => {
                f.write_str("expected a failure, but the plugin returned normally")
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}
