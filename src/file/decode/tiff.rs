//! TIFF of every sample format; of a palette's, the indices with their colours.

use std::io::Cursor;

use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::{PhotometricInterpretation, Tag};
use ::tiff::{ColorType, TiffError};

use super::super::source::{ChannelAxis, ColourModel, DType, Format, Number, Source};
use super::super::{FileRefusal, text};
use super::png::{check_palette, unpacked};
use super::{MOST_DECODER_BYTES, MOST_SAMPLE_BYTES, check_size};

pub(super) fn decode(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let damaged = |error: TiffError| damage(&error);
    let mut colours = Vec::new();
    let mut patched = Vec::new();
    let mut decoder = open(bytes)?;
    let photometric = decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).map_err(damaged)?;
    if photometric == Some(PhotometricInterpretation::RGBPalette.to_u16()) {
        colours = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(damaged)?;
        // The decoder knows no palettes: it is shown the indices as grey.
        patched =
            shown_as_grey(bytes).ok_or_else(|| text::unsupported(Format::Tiff, "a palette in a BigTIFF"))?;
        decoder = open(&patched)?;
    }
    let (width, height) = decoder.dimensions().map_err(damaged)?;
    check_size(width.into(), height.into())?;
    let (width, height) = (width as usize, height as usize);
    let colour = decoder.colortype().map_err(damaged)?;
    let layout = decoder.image_buffer_layout().map_err(damaged)?;
    if layout.complete_len > MOST_SAMPLE_BYTES {
        return Err(text::too_many_samples(width, height, layout.complete_len));
    }
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut result).map_err(damaged)?;
    let more_pages = decoder.more_images();
    drop(decoder);
    drop(patched);

    let (bits, channels, model, alpha) = match colour {
        ColorType::Gray(bits) => (bits, 1, ColourModel::Grey, false),
        ColorType::GrayA(bits) => (bits, 2, ColourModel::Grey, true),
        ColorType::RGB(bits) => (bits, 3, ColourModel::Rgb, false),
        ColorType::RGBA(bits) => (bits, 4, ColourModel::Rgb, true),
        ColorType::Multiband { bit_depth, num_samples } => {
            (bit_depth, num_samples.into(), ColourModel::Array, false)
        }
        other => return Err(text::unsupported(Format::Tiff, &format!("{other:?}"))),
    };
    let model = if colours.is_empty() { model } else { ColourModel::Indexed };
    let planar = layout.planes > 1;
    let (dtype, mut data) = bytes_of(result);
    if bits < 8 {
        if channels > 1 {
            return Err(text::unsupported(Format::Tiff, &format!("{channels} channels of {bits} bits")));
        }
        data = unpacked(&data, width, height, bits, false);
    }
    let shape = match (channels, planar) {
        (1, _) => vec![height, width],
        (_, true) => vec![channels, height, width],
        (_, false) => vec![height, width, channels],
    };
    if data.len() < shape.iter().product::<usize>() * dtype.size {
        return Err(text::damaged(Format::Tiff, "fewer samples than its size promises"));
    }
    let number = dtype.number == Number::Unsigned && dtype.size <= 2;
    let source = Source {
        name: String::new(),
        format: Format::Tiff,
        // Samples that are no levels of a picture are numbers.
        model: if number { model } else { ColourModel::Array },
        alpha: alpha && number,
        lossy: false,
        dtype,
        bits: bits.min(64),
        shape,
        fortran_order: false,
        channel_axis: if planar { ChannelAxis::First } else { ChannelAxis::Last },
        palette: palette(&colours),
        data,
        arrays: Vec::new(),
        array: None,
        notes: if more_pages { vec![text::first_page()] } else { Vec::new() },
    };
    check_palette(&source)?;
    Ok(source)
}

fn open(bytes: &[u8]) -> Result<Decoder<Cursor<&[u8]>>, FileRefusal> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MOST_SAMPLE_BYTES;
    limits.intermediate_buffer_size = MOST_SAMPLE_BYTES;
    limits.ifd_value_size = MOST_DECODER_BYTES;
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(|error| damage(&error))?;
    Ok(decoder.with_limits(limits))
}

/// Copy of a classic TIFF whose first picture says that it is grey instead of indexed; none if that cannot be found.
fn shown_as_grey(bytes: &[u8]) -> Option<Vec<u8>> {
    let little = bytes.starts_with(b"II*\0");
    let short = |at: usize| -> Option<u16> {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let offset = <[u8; 4]>::try_from(bytes.get(4..8)?).ok()?;
    let directory = if little { u32::from_le_bytes(offset) } else { u32::from_be_bytes(offset) } as usize;
    if !little && !bytes.starts_with(b"MM\0*") {
        return None;
    }
    let entries = usize::from(short(directory)?);
    let entry = (0..entries)
        .map(|entry| directory + 2 + 12 * entry)
        .find(|&at| short(at) == Some(Tag::PhotometricInterpretation.to_u16()))?;
    let grey = PhotometricInterpretation::BlackIsZero.to_u16();
    let mut copy = bytes.to_vec();
    let value = copy.get_mut(entry + 8..entry + 10)?;
    value.copy_from_slice(&if little { grey.to_le_bytes() } else { grey.to_be_bytes() });
    Some(copy)
}

/// Colours of a map of three runs of 16-bit levels: all red, all green, all blue.
fn palette(map: &[u16]) -> Vec<[u8; 4]> {
    let entries = map.len() / 3;
    let level = |at: usize| (map[at] >> 8) as u8;
    (0..entries).map(|at| [level(at), level(entries + at), level(2 * entries + at), 255]).collect()
}

/// Type and little-endian bytes of decoded samples.
fn bytes_of(result: DecodingResult) -> (DType, Vec<u8>) {
    fn flat<T, const SIZE: usize>(samples: Vec<T>, bytes: impl Fn(T) -> [u8; SIZE]) -> Vec<u8> {
        samples.into_iter().flat_map(bytes).collect()
    }
    let of = |number, size| DType::little(number, size);
    match result {
        DecodingResult::U8(samples) => (of(Number::Unsigned, 1), samples),
        DecodingResult::U16(samples) => (of(Number::Unsigned, 2), flat(samples, u16::to_le_bytes)),
        DecodingResult::U32(samples) => (of(Number::Unsigned, 4), flat(samples, u32::to_le_bytes)),
        DecodingResult::U64(samples) => (of(Number::Unsigned, 8), flat(samples, u64::to_le_bytes)),
        DecodingResult::F16(samples) => (of(Number::Float, 2), flat(samples, half::f16::to_le_bytes)),
        DecodingResult::F32(samples) => (of(Number::Float, 4), flat(samples, f32::to_le_bytes)),
        DecodingResult::F64(samples) => (of(Number::Float, 8), flat(samples, f64::to_le_bytes)),
        DecodingResult::I8(samples) => (of(Number::Signed, 1), flat(samples, i8::to_le_bytes)),
        DecodingResult::I16(samples) => (of(Number::Signed, 2), flat(samples, i16::to_le_bytes)),
        DecodingResult::I32(samples) => (of(Number::Signed, 4), flat(samples, i32::to_le_bytes)),
        DecodingResult::I64(samples) => (of(Number::Signed, 8), flat(samples, i64::to_le_bytes)),
    }
}

/// Refusal of a TIFF on which the decoder gave up.
fn damage(error: &TiffError) -> FileRefusal {
    match error {
        TiffError::UnsupportedError(why) => text::unsupported(Format::Tiff, &why.to_string()),
        TiffError::LimitsExceeded => text::unsupported(Format::Tiff, "more memory than is allowed"),
        other => text::damaged(Format::Tiff, &other.to_string()),
    }
}
