use std::error::Error;
use std::io;

use object_store::Error as ObjectError;
use thiserror::Error;

use super::scheme::Scheme;

/// Why a store does not do what it is asked to. Who reports it adds the url.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct StoreError {
    message: String,
    kind: StoreErrorKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StoreErrorKind {
    Missing,
    NoRanges,
    Replaced,
    Other,
}

impl StoreError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: StoreErrorKind::Other }
    }

    pub(super) fn of(scheme: Scheme, error: &ObjectError) -> Self {
        let cause = cause(error);
        let kind = match error {
            ObjectError::NotFound { .. } => StoreErrorKind::Missing,
            ObjectError::NotSupported { .. } if scheme.is_web() => StoreErrorKind::NoRanges,
            _ => StoreErrorKind::Other,
        };
        let message = match error {
            _ if cause.contains("NoSuchBucket") || cause.contains("ContainerNotFound") => {
                NO_BUCKET.to_owned()
            }
            ObjectError::NotFound { .. } => "it does not exist there: check the url".to_owned(),
            ObjectError::Precondition { .. } => CHANGED.to_owned(),
            ObjectError::PermissionDenied { .. } | ObjectError::Unauthenticated { .. } => {
                format!("access is denied: {}{}", credentials(scheme), in_parentheses(&cause))
            }
            ObjectError::NotSupported { .. } if scheme.is_web() => {
                "the server does not send parts of a file".to_owned()
            }
            _ if cause.contains("Content-Length") => {
                "the server does not tell the file's length: download it, and give the path of the file, or `-` and pipe it in"
                    .to_owned()
            }
            _ => format!("{cause}{}", help(&cause)),
        };
        Self { message, kind }
    }

    /// The error for an object that was replaced while it was read.
    pub(super) fn changed() -> Self {
        Self::new(CHANGED)
    }

    /// The error for an object that another writer has changed.
    pub(super) fn replaced() -> Self {
        Self {
            message: "another writer has changed it since this run began".to_owned(),
            kind: StoreErrorKind::Replaced,
        }
    }

    /// The error for what was closed after an error.
    pub(crate) fn closed() -> Self {
        Self::new("it was closed after an error")
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.kind == StoreErrorKind::Missing
    }

    /// Whether another writer has changed the object.
    pub(crate) fn is_replaced(&self) -> bool {
        self.kind == StoreErrorKind::Replaced
    }

    /// Whether the bucket or the container is missing.
    pub(super) fn is_of_bucket(&self) -> bool {
        self.message == NO_BUCKET
    }

    pub(crate) fn has_no_ranges(&self) -> bool {
        self.kind == StoreErrorKind::NoRanges
    }
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = if error.is_missing() { io::ErrorKind::NotFound } else { io::ErrorKind::Other };
        Self::new(kind, error)
    }
}

const NO_BUCKET: &str =
    "the bucket does not exist: check its name, and the region and the endpoint of the store";
const CHANGED: &str =
    "it was changed while it was read, so that nothing of it counts: run again when it is complete";

fn credentials(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::S3 => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or `anonymous = true` for a public bucket, and \
             check what these credentials may do"
        }
        Scheme::Gs => {
            "set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's key, or `anonymous = true` for a public \
             bucket, and check what the account may do"
        }
        Scheme::Azure => {
            "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY in the environment, or `anonymous = true` for a public \
             container, and check what these credentials may do"
        }
        Scheme::Http | Scheme::Https => "the server does not give the file to everybody; check the url",
    }
}

/// The innermost error, in one line. The ones around it have the url with all that is secret in it.
fn cause(error: &ObjectError) -> String {
    let mut inner: &dyn Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    // What stores answer is XML.
    let tag = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0.to_owned())
    };
    let status = text.strip_prefix("Server returned non-2xx status code: ");
    let text = match (status, tag("Code"), tag("Message")) {
        (Some(_), Some(code), Some(message)) => format!("the server answered {code}: {message}"),
        (Some(status), ..) => format!("the server answered {}", status.trim_end_matches([' ', ':'])),
        _ => text,
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

fn in_parentheses(cause: &str) -> String {
    if cause.is_empty() { String::new() } else { format!(" ({cause})") }
}

fn help(cause: &str) -> &'static str {
    if cause.contains("onnection refused") || cause.contains("dns error") || cause.contains("lookup address")
    {
        "; check the url, the endpoint and the network"
    } else if cause.contains("IncompleteMessage") || cause.contains("end of file before message length") {
        "; the connection was cut before the end of the file: run again"
    } else {
        ""
    }
}
