//! Function bodies of a module with other indices of functions.
//!
//! All that a module has keeps its index in the merge, except its functions: the bodies change in calls alone. Linkers write the indices of calls
//! in five bytes where there is debug information, so the new ones fit in the same place, and each instruction stays where it was.

use wasmparser::{FunctionBody, Operator};

use crate::AdaptError;
use crate::scan::Scanned;

/// The code section's entries, without their count.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) entries: Vec<Vec<u8>>,
    /// Each instruction is where it was, counted from the first entry.
    pub(crate) is_in_place: bool,
}

/// Rewrites all bodies. `map` gives a function its new index.
pub(crate) fn rewrite(module: &Scanned<'_>, map: impl Fn(u32) -> Option<u32>) -> Result<Code, AdaptError> {
    let mut is_in_place = true;
    let mut entries = Vec::with_capacity(module.bodies.len());
    for body in &module.bodies {
        let bytes = rewrite_body(body, &map)?;
        let size_width = width_before(module.bytes, body.range().start, body.range().len());
        is_in_place &= bytes.len() == body.range().len();
        let mut entry = Vec::with_capacity(bytes.len() + 5);
        write_u32(&mut entry, u32::try_from(bytes.len()).unwrap_or(u32::MAX), size_width);
        entry.extend_from_slice(&bytes);
        entries.push(entry);
    }
    Ok(Code { entries, is_in_place })
}

fn rewrite_body(body: &FunctionBody<'_>, map: &impl Fn(u32) -> Option<u32>) -> Result<Vec<u8>, AdaptError> {
    let (old, base) = (body.as_bytes(), body.range().start);
    let mut new = Vec::with_capacity(old.len());
    let mut copied = 0;
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, offset) = operator?;
        let (Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index }) = operator
        else {
            continue;
        };
        let index = map(function_index).ok_or_else(|| AdaptError::Encode {
            message: format!("function {function_index} has no place in the merge"),
        })?;
        // One byte of the instruction, then the index.
        let at = offset - base + 1;
        new.extend_from_slice(old.get(copied..at).unwrap_or_default());
        let rest = old.get(at..).unwrap_or_default();
        let width = rest.iter().position(|byte| byte & 0x80 == 0).map_or(1, |last| last + 1);
        write_u32(&mut new, index, width);
        copied = at + width;
    }
    new.extend_from_slice(old.get(copied..).unwrap_or_default());
    Ok(new)
}

/// Writes a number in LEB128, in this many bytes where it fits.
pub(crate) fn write_u32(bytes: &mut Vec<u8>, mut number: u32, width: usize) {
    let mut written = 1;
    while number >= 0x80 || written < width.min(5) {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
        written += 1;
    }
    bytes.push(number as u8);
}

/// In how many bytes a number is written that ends here.
fn width_before(bytes: &[u8], end: usize, number: usize) -> usize {
    (1..=5)
        .find(|width| {
            let written = end.checked_sub(*width).and_then(|start| bytes.get(start..end)).unwrap_or_default();
            let mut padded = Vec::new();
            write_u32(&mut padded, u32::try_from(number).unwrap_or(u32::MAX), *width);
            padded == written
        })
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_width_that_they_had() {
        let written = |number, width| {
            let mut bytes = Vec::new();
            write_u32(&mut bytes, number, width);
            bytes
        };
        assert_eq!(written(5, 1), [5]);
        assert_eq!(written(5, 3), [0x85, 0x80, 0]);
        assert_eq!(written(300, 1), [0xac, 2]);
        assert_eq!(written(u32::MAX, 5), [0xff, 0xff, 0xff, 0xff, 0xf]);
        assert_eq!(width_before(&written(300, 5), 5, 300), 5);
        assert_eq!(width_before(&[0xac, 2], 2, 300), 2);
    }
}
