//! Geohashes by the crate `geohash`, with the edges of the earth and the checks that it leaves out.

use geohash_crate::{Coord, GeohashError};

/// The crate takes no more.
pub(crate) const MOST_CHARACTERS: usize = 12;
/// The crate wraps the north pole and the antimeridian around to the opposite edge, but they belong to the last cell. This is
/// less than a cell away from the edge, and enough to survive the crate's rounding.
const INSIDE: f64 = 1e-9;
const NORTH: f64 = 90.0 - INSIDE;
const EAST: f64 = 180.0 - INSIDE;

/// The geohash of a place. The place is on the earth, and `length` is 1 to [`MOST_CHARACTERS`]; otherwise, what is wrong with it.
pub(crate) fn encode(latitude: f64, longitude: f64, length: usize) -> Result<String, String> {
    let place = Coord { x: longitude.min(EAST), y: latitude.min(NORTH) };
    geohash_crate::encode(place, length).map_err(|error| error.to_string())
}

/// The middle of a geohash's cell: latitude and longitude. An error says what is wrong.
pub(crate) fn decode(text: &str) -> Result<(f64, f64), String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(format!("it has more than {MOST_CHARACTERS} characters"));
    }
    match geohash_crate::decode(&text.to_ascii_lowercase()) {
        Ok((middle, _, _)) => Ok((middle.y, middle.x)),
        Err(GeohashError::InvalidHashCharacter(character)) => {
            Err(format!("`{character}` is not a letter of geohashes"))
        }
        Err(error) => Err(error.to_string()),
    }
}
