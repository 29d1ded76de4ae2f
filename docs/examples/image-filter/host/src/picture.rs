//! Reads and writes PNG files, with four bytes a pixel.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read};
use std::path::Path;

use anyhow::{Context, bail};
use png::{BitDepth, ColorType, Decoder, Encoder, Transformations};

use crate::filter::Image;

pub(crate) fn read(path: &Path) -> anyhow::Result<Image> {
    let shown = path.display();
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| BufReader::new(file).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {shown}"))?;
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        bail!("{shown} is not a PNG file; convert it first");
    }
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().with_context(|| format!("the PNG file {shown} is damaged"))?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        bail!("{shown} has 16 bits a channel, but filters support only 8; convert it first");
    }
    let size = reader.output_buffer_size().with_context(|| format!("{shown} is too large"))?;
    let mut data = vec![0; size];
    let info = reader.next_frame(&mut data).with_context(|| format!("the PNG file {shown} is damaged"))?;
    data.truncate(info.buffer_size());
    let pixels = match color {
        ColorType::Rgba => data,
        ColorType::Rgb => data.chunks_exact(3).flat_map(|p| p.iter().copied().chain([255])).collect(),
        ColorType::GrayscaleAlpha => {
            data.as_chunks::<2>().0.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect()
        }
        ColorType::Grayscale => data.iter().flat_map(|&gray| [gray, gray, gray, 255]).collect(),
        ColorType::Indexed => bail!("the palette of {shown} cannot be read"),
    };
    Ok(Image { width: info.width, height: info.height, pixels })
}

pub(crate) fn write(path: &Path, image: &Image) -> anyhow::Result<()> {
    let mut encoder = Encoder::new(BufWriter::new(File::create(path)?), image.width, image.height);
    encoder.set_color(ColorType::Rgba);
    encoder.write_header()?.write_image_data(&image.pixels)?;
    Ok(())
}
