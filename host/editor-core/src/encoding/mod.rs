//! Decoding bytes to text, and encoding the same bytes again.
//!
//! A text that is decoded and not changed becomes the same bytes again, in every encoding, or it is refused. Bytes that no
//! encoding explains are not escaped: plugins receive WIT strings, which are Unicode, so they would see a text that is not the
//! file's, and an edit could turn an escape into other bytes unnoticed.

mod decode;
mod encode;
mod format;
mod legacy;

pub use decode::{DecodeError, Decoded, Decoder, Guess};
pub(crate) use encode::encoded;
pub use encode::{EncodeError, Encoded};
pub use format::{Encoding, Format};
