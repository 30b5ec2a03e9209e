//! PNG of every colour type and depth, interlaced or not, at the file's own depth.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use super::super::source::{ChannelAxis, ColourModel, DType, Format, Number, Source};
use super::super::{FileRefusal, text};
use super::{MOST_DECODER_BYTES, MOST_SAMPLE_BYTES, check_size};

pub(super) fn decode(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let mut options = DecodeOptions::default();
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(Limits { bytes: MOST_DECODER_BYTES });
    decoder.set_transformations(Transformations::IDENTITY);

    let damaged = |error: DecodingError| damage(&error, bytes.len());
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = header.size();
    check_size(width.into(), height.into())?;
    let kind = header.color_type;
    let channels = kind.samples();
    let depth = match header.bit_depth {
        BitDepth::One => 1,
        BitDepth::Two => 2,
        BitDepth::Four => 4,
        BitDepth::Eight => 8,
        BitDepth::Sixteen => 16,
    };
    let size = width as usize * height as usize * channels * usize::from(depth).div_ceil(8);
    if size > MOST_SAMPLE_BYTES {
        return Err(text::too_many_samples(width as usize, height as usize, size));
    }

    let mut reader = decoder.read_info().map_err(damaged)?;
    let colours = reader.info().palette.as_deref().unwrap_or_default().to_vec();
    let alphas = reader.info().trns.as_deref().unwrap_or_default().to_vec();
    let mut samples = vec![0; reader.output_buffer_size().unwrap_or(size)];
    let frame = reader.next_frame(&mut samples).map_err(damaged)?;
    samples.truncate(frame.buffer_size());

    let palette = if kind == ColorType::Indexed {
        let entries = colours.chunks_exact(3).zip(alphas.iter().copied().chain(std::iter::repeat(255)));
        entries.map(|(rgb, alpha)| [rgb[0], rgb[1], rgb[2], alpha]).collect()
    } else {
        Vec::new()
    };
    let keyed = kind != ColorType::Indexed && !alphas.is_empty();
    let (width, height) = (width as usize, height as usize);
    let data = if depth < 8 { unpacked(&samples, width, height, depth, false) } else { samples };
    let source = Source {
        name: String::new(),
        format: Format::Png,
        model: match kind {
            ColorType::Indexed => ColourModel::Indexed,
            ColorType::Rgb | ColorType::Rgba => ColourModel::Rgb,
            ColorType::Grayscale | ColorType::GrayscaleAlpha => ColourModel::Grey,
        },
        alpha: matches!(kind, ColorType::GrayscaleAlpha | ColorType::Rgba),
        lossy: false,
        dtype: DType { number: Number::Unsigned, size: if depth == 16 { 2 } else { 1 }, big_endian: true },
        bits: depth,
        shape: if channels == 1 { vec![height, width] } else { vec![height, width, channels] },
        fortran_order: false,
        channel_axis: ChannelAxis::Last,
        palette,
        data,
        arrays: Vec::new(),
        array: None,
        notes: if keyed { vec![text::keyed_colour()] } else { Vec::new() },
    };
    check_palette(&source)?;
    Ok(source)
}

/// Error for a pixel whose index is beyond the palette.
pub(super) fn check_palette(source: &Source) -> Result<(), FileRefusal> {
    if source.model != ColourModel::Indexed || source.palette.len() > 255 {
        return Ok(());
    }
    match source.data.iter().position(|&index| usize::from(index) >= source.palette.len()) {
        Some(at) => Err(text::beyond_palette(source.data[at], source.palette.len())),
        None => Ok(()),
    }
}

/// Samples of less than 8 bits, packed by rows from the highest bit, each in a byte of its own.
pub(super) fn unpacked(packed: &[u8], width: usize, height: usize, depth: u8, inverted: bool) -> Vec<u8> {
    let depth = usize::from(depth);
    let (stride, mask) = ((width * depth).div_ceil(8), u8::MAX >> (8 - depth));
    let flip = if inverted { mask } else { 0 };
    let rows = packed.chunks(stride.max(1)).take(height);
    let sample = |row: &[u8], x: usize| {
        let bit = x * depth;
        let byte = row.get(bit / 8).copied().unwrap_or(0);
        (byte >> (8 - depth - bit % 8)) & mask ^ flip
    };
    rows.flat_map(|row| (0..width).map(move |x| sample(row, x))).collect()
}

/// Refusal of a PNG on which the decoder gave up.
fn damage(error: &DecodingError, length: usize) -> FileRefusal {
    match error {
        DecodingError::IoError(_) => text::cut_png(length),
        DecodingError::LimitsExceeded => text::bloated_png(MOST_DECODER_BYTES),
        other => {
            let why = other.to_string();
            // A checksum's message goes on with the decoder's own name for the chunk.
            let why = why.split(" while decoding").next().unwrap_or_default().trim_end_matches('.');
            text::damaged(Format::Png, why)
        }
    }
}
