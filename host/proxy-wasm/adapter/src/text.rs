//! Names of Proxy-Wasm are any bytes, those of `witdock:proxy` are text.

use alloc::string::String;

/// Bytes that are not UTF-8 become characters of the last private plane, from here on. So do the bytes of such characters: two names never become one.
const FIRST: u32 = 0x10_FE00;

fn is_own(letter: char) -> bool {
    (FIRST..FIRST + 256).contains(&u32::from(letter))
}

/// A name as text. Different bytes give different texts.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if is_own(letter) {
                letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push(&mut text, byte));
            } else {
                text.push(letter);
            }
        }
        chunk.invalid().iter().for_each(|byte| push(&mut text, *byte));
    }
    text
}

fn push(text: &mut String, byte: u8) {
    text.extend(char::from_u32(FIRST + u32::from(byte)));
}

/// Text for people.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
