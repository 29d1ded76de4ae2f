//! Misbehaves, for the tests.

use image_filter_guest::{Filter, FilterError, Image, Settings};

struct Faulty;

image_filter_guest::export!(Faulty);

impl Filter for Faulty {
    const SETTINGS: &'static [(&'static str, &'static str)] = &[("how", "size")];

    fn apply(mut image: Image, settings: &Settings) -> Result<Image, FilterError> {
        match settings.get::<String>("how", "a word")?.as_str() {
            "size" => image.height += 1,
            "memory" => image.pixels = vec![1; 1 << 30],
            "panic" => panic!("there is no filter for {} pixels", image.pixels.len() / 4),
            "loop" => loop {
                std::hint::black_box(&image);
            },
            other => return Err(FilterError::Image(format!("unknown fault `{other}`"))),
        }
        Ok(image)
    }
}
