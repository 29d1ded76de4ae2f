use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{STDIN, is_stream};
use crate::rows::Unit;
use crate::store::Object;

/// What rows are read from: a file of this machine, standard input, or an object.
#[derive(Debug, Clone)]
pub(crate) enum InputFile {
    /// A file, or `-` for standard input.
    Local(PathBuf),
    Object(Box<Object>),
}

impl InputFile {
    /// The path, or the url in its place, for messages and for the columns in the names of folders.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Local(path) => path,
            Self::Object(object) => object.path(),
        }
    }

    /// The bytes, from the first one.
    pub(super) fn read(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Local(path) if path == Path::new(STDIN) => Box::new(io::stdin()),
            Self::Local(path) => Box::new(File::open(path)?),
            Self::Object(object) => object.read()?,
        })
    }

    /// The same file as it is now, to be read.
    pub(crate) fn now(&self) -> io::Result<Self> {
        Ok(match self {
            // It is asked for when it is read, and may be so once only.
            Self::Object(object) if object.url().scheme().is_web() => self.clone(),
            Self::Object(object) => object.now()?.into(),
            Self::Local(_) => self.clone(),
        })
    }

    /// The unit of work that it is: of a file in its current state, of an object in the one that is read.
    pub(crate) fn unit(&self) -> io::Result<Unit> {
        match self {
            Self::Local(path) if is_stream(path) => Ok(Unit::named(path.display().to_string())),
            Self::Local(path) => Unit::file(path),
            Self::Object(object) => {
                let version = object.version();
                Ok(Unit {
                    id: object.url().to_string(),
                    size: Some(object.size()),
                    // Listings are more exact about times than answers. A version is exact in both.
                    modified_us: object.modified_us().filter(|_| version.is_none()),
                    version,
                })
            }
        }
    }
}

impl From<Object> for InputFile {
    fn from(object: Object) -> Self {
        Self::Object(Box::new(object))
    }
}

impl From<&Path> for InputFile {
    fn from(path: &Path) -> Self {
        Self::Local(path.to_owned())
    }
}
