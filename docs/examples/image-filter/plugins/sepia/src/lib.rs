//! Tints a picture brown, like an old photograph.

use image_filter_guest::{Filter, FilterError, Image, Settings};

struct Sepia;

image_filter_guest::export!(Sepia);

/// How much of red, green and blue goes into each of them.
const TONES: [[f32; 3]; 3] = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];

impl Filter for Sepia {
    const SETTINGS: &'static [(&'static str, &'static str)] = &[("strength", "100")];

    fn apply(mut image: Image, settings: &Settings) -> Result<Image, FilterError> {
        let strength = f32::from(settings.get::<u8>("strength", "a percentage, 0 to 100")?.min(100)) / 100.0;
        for [red, green, blue, _] in image.pixels.as_chunks_mut::<4>().0 {
            let before = [*red, *green, *blue].map(f32::from);
            for (channel, tone) in [red, green, blue].into_iter().zip(TONES) {
                let brown: f32 = before.iter().zip(tone).map(|(value, share)| value * share).sum();
                *channel = (f32::from(*channel) * (1.0 - strength) + brown.min(255.0) * strength) as u8;
            }
        }
        Ok(image)
    }
}
