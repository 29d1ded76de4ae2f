//! Changes of inputs.

use crate::Random;

/// The longest input.
const MOST_BYTES: usize = 64 << 10;
/// Numbers at which things go wrong.
const NUMBERS: [&str; 8] = ["0", "-1", "255", "256", "65536", "4294967295", "18446744073709551616", "1e999"];
/// Text that readers have to think about.
const WORDS: [&str; 16] = [
    "\"",
    "'",
    "`",
    "\n",
    "\r\n",
    "[",
    "]",
    "{",
    "}",
    "(",
    "\u{202e}",
    "\u{1b}[2J",
    "\0",
    "é",
    "\u{10ffff}",
    "../",
];

/// Changes an input in some places.
pub(crate) fn mutated(input: &[u8], others: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        mutate(&mut bytes, others, random);
    }
    bytes.truncate(MOST_BYTES);
    bytes
}

fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(10) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            let byte = random.number().to_le_bytes()[0];
            match bytes.get_mut(at) {
                Some(there) => *there = byte,
                None => bytes.push(byte),
            }
        }
        2 => drop(bytes.drain(at..end(at, bytes.len(), random))),
        3 => bytes.truncate(at),
        4 => {
            // A part again, once or many times.
            let part = bytes.get(at..end(at, bytes.len(), random)).unwrap_or_default().to_vec();
            let times = if random.below(20) == 0 { 1 + random.below(1_000) } else { 1 };
            insert(bytes, at, &part.repeat(times.min(MOST_BYTES / part.len().max(1))));
        }
        5 => insert(bytes, at, random.one_of(&NUMBERS).map_or(&[], |number| number.as_bytes())),
        6 => insert(bytes, at, random.one_of(&WORDS).map_or(&[], |word| word.as_bytes())),
        7 => {
            // Another number in the place of one.
            let start = bytes.iter().skip(at).position(u8::is_ascii_digit).map_or(at, |skipped| at + skipped);
            let digits = bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
            drop(bytes.drain(start..start + digits));
            insert(bytes, start, random.one_of(&NUMBERS).map_or(&[], |number| number.as_bytes()));
        }
        8 => {
            let Some(other) = random.one_of(others) else { return };
            let from = random.below(other.len() + 1);
            let part = other.get(from..end(from, other.len(), random)).unwrap_or_default().to_vec();
            insert(bytes, at, &part);
        }
        _ => {
            // A line of another input, or of this one, in the place of a line.
            let Some(other) = random.one_of(others) else { return };
            let lines: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
            let Some(line) = random.one_of(&lines) else { return };
            insert(bytes, at, line);
        }
    }
}

fn end(from: usize, length: usize, random: &mut Random) -> usize {
    let most = if random.below(4) == 0 { length } else { 16 };
    (from + 1 + random.below(most)).min(length)
}

fn insert(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    if bytes.len() + part.len() <= MOST_BYTES {
        bytes.splice(at..at, part.iter().copied());
    }
}
