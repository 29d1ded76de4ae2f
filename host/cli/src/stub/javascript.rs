//! The first lines of a plugin in JavaScript.

use super::typescript::{Syntax, written};
use super::{Stub, Subject};

pub(super) fn stub(subject: Subject<'_>) -> Stub {
    written(subject, Syntax::JavaScript)
}
