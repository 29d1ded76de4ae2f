//! The cells of a geohash: each character halves the earth five times, by turns from west to east and from south to north.

/// With more characters a cell is smaller than what 64 bits tell apart.
pub(crate) const MOST_CHARACTERS: usize = 12;
/// All digits, and the letters that do not look like one another.
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
const CHARACTER_BITS: usize = 5;

/// A range that is halved.
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    fn halve(&mut self, upper: bool) {
        let middle = self.middle();
        if upper { self.low = middle } else { self.high = middle }
    }
}

/// Latitude and longitude.
fn earth() -> (Range, Range) {
    (Range { low: -90.0, high: 90.0 }, Range { low: -180.0, high: 180.0 })
}

/// Adds the geohash of a place.
pub(crate) fn encode(latitude: f64, longitude: f64, length: usize, text: &mut String) {
    let (mut north, mut east) = earth();
    let mut eastward = true;
    for _ in 0..length {
        let mut digit = 0;
        for _ in 0..CHARACTER_BITS {
            let (range, degrees) = if eastward { (&mut east, longitude) } else { (&mut north, latitude) };
            let upper = degrees >= range.middle();
            range.halve(upper);
            digit = digit << 1 | usize::from(upper);
            eastward = !eastward;
        }
        text.extend(ALPHABET.get(digit).map(|letter| char::from(*letter)));
    }
}

/// The middle of a geohash's cell: latitude and longitude. Otherwise, what is wrong with it.
pub(crate) fn decode(text: &str) -> Result<(f64, f64), String> {
    if text.is_empty() {
        return Err("it has no characters".to_owned());
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(format!("it has more than {MOST_CHARACTERS} characters"));
    }
    let (mut north, mut east) = earth();
    let mut eastward = true;
    for character in text.chars() {
        let small = character.to_ascii_lowercase();
        let digit = ALPHABET.iter().position(|letter| char::from(*letter) == small);
        let digit = digit.ok_or_else(|| format!("`{character}` is none of its letters"))?;
        for bit in (0..CHARACTER_BITS).rev() {
            if eastward { &mut east } else { &mut north }.halve(digit >> bit & 1 == 1);
            eastward = !eastward;
        }
    }
    Ok((north.middle(), east.middle()))
}
