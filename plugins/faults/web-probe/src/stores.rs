//! Attempts to use stores.

use crate::bindings::wasi::keyvalue::atomics::increment;
use crate::bindings::wasi::keyvalue::batch::get_many;
use crate::bindings::wasi::keyvalue::store::{Error, open};
use crate::number;

pub(crate) fn operate(operation: &str, store: &str, rest: &[&str]) -> Result<String, String> {
    let bucket = open(store).map_err(words)?;
    match (operation, rest) {
        ("set", [key, value]) => bucket.set(key, value.as_bytes()).map_err(words).map(|()| String::new()),
        ("get", [key]) => {
            let value = bucket.get(key).map_err(words)?;
            Ok(value.map_or("none".to_owned(), |value| String::from_utf8_lossy(&value).into_owned()))
        }
        ("delete", [key]) => bucket.delete(key).map_err(words).map(|()| String::new()),
        ("keys", []) => Ok(bucket.list_keys(None).map_err(words)?.keys.join(" ")),
        ("add", [key, by]) => Ok(increment(&bucket, key, number(by)? as u64).map_err(words)?.to_string()),
        ("fill", [count, bytes]) => {
            let value = vec![b'x'; number(bytes)?];
            for n in 0..number(count)? {
                if let Err(error) = bucket.set(&n.to_string(), &value) {
                    return Err(format!("after {n}: {}", words(error)));
                }
            }
            Ok(String::new())
        }
        ("many", [key, count]) => {
            let keys = vec![(*key).to_owned(); number(count)?];
            Ok(get_many(&bucket, &keys).map_err(words)?.len().to_string())
        }
        _ => Err(format!("unknown command `{operation}`")),
    }
}

fn words(error: Error) -> String {
    match error {
        Error::NoSuchStore => "no such store".to_owned(),
        Error::AccessDenied => "access denied".to_owned(),
        Error::Other(words) => words,
    }
}
