//! Encodes latitude and longitude as a geohash, so that rows can be joined and grouped by place, or decodes a geohash.
//!
//! ```toml
//! [stage.settings]
//! latitude = "lat"       # column names; the default is the setting's name
//! longitude = "lon"
//! geohash = "geohash"
//! length = 6             # characters, 1 to 12; the default is 9
//! decode = false         # true: from geohash to latitude and longitude
//! ```
//!
//! | characters | size of a cell |
//! |---|---|
//! | 4 | 39 km × 20 km |
//! | 5 | 4.9 km × 4.9 km |
//! | 6 | 1.2 km × 0.6 km |
//! | 7 | 153 m × 153 m |
//! | 8 | 38 m × 19 m |
//! | 9 | 4.8 m × 4.8 m |
//!
//! Coordinates are in degrees: numbers, or text that contains a number. If one of the two is null, the geohash is null. A latitude beyond
//! ±90 or a longitude beyond ±180 is rejected with the code `out-of-range`, text that is not a number with `bad-value`.
//!
//! Decoding gives the middle of the cell. Upper case is accepted; an invalid geohash is rejected with the code `bad-geohash`.

mod cell;

use serde::Deserialize;
use witdock_etl_guest::{
    Batch, Columns, Contract, Error, Output, Reject, Row, RowTransform, Schema, Transform, reject,
};

/// The columns and the direction.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    latitude: String,
    longitude: String,
    geohash: String,
    length: usize,
    decode: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            latitude: name("latitude"),
            longitude: name("longitude"),
            geohash: name("geohash"),
            length: 9,
            decode: false,
        }
    }
}

/// A place on the earth, in degrees.
#[derive(Debug, Row)]
pub struct Place {
    #[row(convert)]
    latitude: Option<f64>,
    #[row(convert)]
    longitude: Option<f64>,
}

/// The cell of a place.
#[derive(Debug, Row)]
pub struct Hash<'a> {
    geohash: Option<&'a str>,
}

/// From place to geohash.
#[derive(Debug)]
pub struct Encode {
    length: usize,
    // Rows borrow it: each is written into the builder before the next one is made.
    text: String,
}

impl RowTransform for Encode {
    type Settings = Settings;
    type In = Place;
    type Out = Hash<'static>;

    fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Encode { length: settings.length, text: String::new() })
    }

    fn columns(settings: &Settings) -> Result<Columns, Error> {
        if !(1..=cell::MOST_CHARACTERS).contains(&settings.length) {
            let most = cell::MOST_CHARACTERS;
            return Err(Error::Settings(format!("`length` is {}; expected 1 to {most}", settings.length)));
        }
        let columns =
            Columns::new().read("latitude", &settings.latitude).read("longitude", &settings.longitude);
        Ok(columns.make("geohash", &settings.geohash))
    }

    fn row(&mut self, place: Place) -> Result<Hash<'_>, Reject> {
        let (Some(latitude), Some(longitude)) = (place.latitude, place.longitude) else {
            return Ok(Hash { geohash: None });
        };
        if !(-90.0..=90.0).contains(&latitude) {
            reject!("out-of-range", "the latitude {latitude} is not between -90 and 90");
        }
        if !(-180.0..=180.0).contains(&longitude) {
            reject!("out-of-range", "the longitude {longitude} is not between -180 and 180");
        }
        match cell::encode(latitude, longitude, self.length) {
            Ok(text) => self.text = text,
            Err(problem) => reject!("out-of-range", "{problem}"),
        }
        Ok(Hash { geohash: Some(&self.text) })
    }
}

/// From geohash to place.
#[derive(Debug)]
pub struct Decode;

impl RowTransform for Decode {
    type Settings = Settings;
    type In = Hash<'static>;
    type Out = Place;

    fn new(_: Settings) -> Result<Self, Error> {
        Ok(Decode)
    }

    fn columns(settings: &Settings) -> Result<Columns, Error> {
        let columns = Columns::new().read("geohash", &settings.geohash);
        Ok(columns.make("latitude", &settings.latitude).make("longitude", &settings.longitude))
    }

    fn row(&mut self, hash: Hash<'_>) -> Result<Place, Reject> {
        let Some(text) = hash.geohash else { return Ok(Place { latitude: None, longitude: None }) };
        match cell::decode(text) {
            Ok((latitude, longitude)) => Ok(Place { latitude: Some(latitude), longitude: Some(longitude) }),
            Err(problem) => reject!("bad-geohash", "`{text}` is not a geohash: {problem}"),
        }
    }
}

/// The transform, in one of the two directions.
#[derive(Debug)]
pub enum Geohash {
    /// `decode = false`.
    Encode(Encode),
    /// `decode = true`.
    Decode(Decode),
}

witdock_etl_guest::export!(Geohash);

impl Transform for Geohash {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        match settings.decode {
            false => Encode::describe(input, settings),
            true => Decode::describe(input, settings),
        }
    }

    fn new(_: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok(match settings.decode {
            false => Self::Encode(RowTransform::new(settings)?),
            true => Self::Decode(RowTransform::new(settings)?),
        })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        match self {
            Self::Encode(encode) => encode.process(batch),
            Self::Decode(decode) => decode.process(batch),
        }
    }
}

#[cfg(test)]
mod tests;
