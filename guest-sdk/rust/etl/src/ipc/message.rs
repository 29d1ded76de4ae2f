//! A stream of messages: a schema, and one batch.
//! <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>

use super::array::{Array, Parts};
use super::flat::{Table, bytes};
use super::kind::Field;

const SCHEMA: u8 = 1;
const BATCH: u8 = 3;

/// The only column of the only batch.
pub(super) fn decode(stream: &[u8]) -> Result<Array<'_>, String> {
    const MALFORMED: &str = "it is no Arrow IPC stream";
    let mut rest = stream;
    let mut field = None;
    while let Some((header, table, body, behind)) = next(rest) {
        match header {
            SCHEMA => {
                let fields = table.tables(1).ok_or(MALFORMED)?;
                let [only] = fields.as_slice() else {
                    return Err(format!("it has {} fields, expected 1", fields.len()));
                };
                field = Some(Field::read(*only)?);
            }
            BATCH => {
                let field = field.as_ref().ok_or(MALFORMED)?;
                if table.table(3).is_some() {
                    return Err("it is compressed, which this SDK does not read".to_owned());
                }
                let nodes = table.pairs(1).ok_or(MALFORMED)?;
                let buffers = table.pairs(2).ok_or(MALFORMED)?;
                return Array::read(field, &mut Parts::new(nodes, buffers, body)).ok_or(MALFORMED.to_owned());
            }
            _ => return Err("it has a message that this SDK does not read".to_owned()),
        }
        rest = behind;
    }
    Err(MALFORMED.to_owned())
}

/// The next message: the number of its kind, its table, its body, and what is behind it.
fn next(stream: &[u8]) -> Option<(u8, Table<'_>, &[u8], &[u8])> {
    // Four bytes of ones, the length of the metadata, the metadata.
    (u32::from_le_bytes(bytes(stream, 0)?) == u32::MAX).then_some(())?;
    let length = usize::try_from(i32::from_le_bytes(bytes(stream, 4)?)).ok().filter(|length| *length > 0)?;
    let (metadata, rest) = stream.get(8..)?.split_at_checked(length)?;
    let message = Table::root(metadata)?;
    let (body, behind) = rest.split_at_checked(usize::try_from(message.long(3)).ok()?)?;
    Some((message.byte(1), message.table(2)?, body, behind))
}
