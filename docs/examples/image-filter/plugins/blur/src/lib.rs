//! Mixes each pixel with those around it: first along the rows, then along the columns.

use image_filter_guest::{Filter, FilterError, Image, Settings, report};

struct Blur;

image_filter_guest::export!(Blur);

impl Filter for Blur {
    const SETTINGS: &'static [(&'static str, &'static str)] = &[("radius", "2")];

    fn apply(mut image: Image, settings: &Settings) -> Result<Image, FilterError> {
        let radius = usize::from(settings.get::<u8>("radius", "a number of pixels, 0 to 255")?);
        let (width, height) = (image.width as usize, image.height as usize);
        image.pixels = mixed(&image.pixels, radius, width, 4, height, 4 * width);
        report(50);
        image.pixels = mixed(&image.pixels, radius, height, 4 * width, width, 4);
        Ok(image)
    }
}

/// Mixes each byte with those of its line, up to `radius` steps away. There are `lines` lines of `length` steps, with the given distances
/// in bytes.
fn mixed(bytes: &[u8], radius: usize, length: usize, step: usize, lines: usize, line: usize) -> Vec<u8> {
    let mut mixed = vec![0; bytes.len()];
    for start in (0..lines).flat_map(|index| (0..4).map(move |channel| index * line + channel)) {
        for at in 0..length {
            let around = at.saturating_sub(radius)..(at + radius + 1).min(length);
            let count = around.len();
            let sum: usize = around.map(|at| usize::from(bytes[start + at * step])).sum();
            mixed[start + at * step] = (sum / count) as u8;
        }
    }
    mixed
}
