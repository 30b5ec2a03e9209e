//! JPEG, WebP and BMP, by the `image` crate's decoders.

use std::io::Cursor;

use image::codecs::{bmp::BmpDecoder, jpeg::JpegDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError, Limits};

use super::super::source::{ChannelAxis, ColourModel, DType, Format, Number, Source};
use super::super::{FileRefusal, text};
use super::{MOST_SAMPLE_BYTES, check_size};

pub(super) fn jpeg(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damage(Format::Jpeg, &error))?;
    Ok(Source { lossy: true, ..samples(decoder, Format::Jpeg)? })
}

pub(super) fn webp(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| damage(Format::WebP, &error))?;
    let moves = decoder.has_animation();
    let source = samples(decoder, Format::WebP)?;
    // The chunk of a lossy picture; a lossless one's ends in L.
    let lossy = bytes.windows(4).take(1 << 16).any(|chunk| chunk == b"VP8 ");
    Ok(Source { lossy, notes: if moves { vec![text::first_frame()] } else { Vec::new() }, ..source })
}

pub(super) fn bmp(bytes: &[u8]) -> Result<Source, FileRefusal> {
    // The decoder's own indices panic below 8 bits; colours decide anyway.
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|error| damage(Format::Bmp, &error))?;
    samples(decoder, Format::Bmp)
}

/// Samples of a decoder, after its size was checked.
fn samples(mut decoder: impl ImageDecoder, format: Format) -> Result<Source, FileRefusal> {
    let (width, height) = decoder.dimensions();
    check_size(width.into(), height.into())?;
    let (width, height) = (width as usize, height as usize);
    let colour = decoder.color_type();
    let size = decoder.total_bytes();
    if size > MOST_SAMPLE_BYTES as u64 {
        return Err(text::too_many_samples(width, height, usize::try_from(size).unwrap_or(usize::MAX)));
    }
    let mut limits = Limits::no_limits();
    // Decoders hold a second copy while they work.
    limits.max_alloc = Some(2 * MOST_SAMPLE_BYTES as u64);
    decoder.set_limits(limits).map_err(|error| damage(format, &error))?;
    let mut data = vec![0; size as usize];
    decoder.read_image(&mut data).map_err(|error| damage(format, &error))?;

    let channels = usize::from(colour.channel_count());
    let wide = colour.bytes_per_pixel() / colour.channel_count() == 2;
    Ok(Source {
        name: String::new(),
        format,
        model: if matches!(colour, ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16) {
            ColourModel::Grey
        } else {
            ColourModel::Rgb
        },
        alpha: colour.has_alpha(),
        lossy: false,
        dtype: DType {
            number: Number::Unsigned,
            size: if wide { 2 } else { 1 },
            big_endian: cfg!(target_endian = "big"),
        },
        bits: if wide { 16 } else { 8 },
        shape: if channels == 1 { vec![height, width] } else { vec![height, width, channels] },
        fortran_order: false,
        channel_axis: ChannelAxis::Last,
        palette: Vec::new(),
        data,
        arrays: Vec::new(),
        array: None,
        notes: Vec::new(),
    })
}

/// Refusal of a picture on which the decoder gave up.
fn damage(format: Format, error: &ImageError) -> FileRefusal {
    match error {
        ImageError::Unsupported(why) => text::unsupported(format, &why.to_string()),
        other => text::damaged(format, other.to_string().trim_end()),
    }
}
