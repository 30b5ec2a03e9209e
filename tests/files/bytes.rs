//! Bytes of small files.

use png::{BitDepth, ColorType};

/// A PNG of these samples, already packed into bytes.
pub(super) fn png(
    width: u32,
    height: u32,
    kind: ColorType,
    depth: BitDepth,
    palette: &[u8],
    samples: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    encoder.set_filter(png::Filter::NoFilter);
    if !palette.is_empty() {
        encoder.set_palette(palette.to_vec());
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    bytes
}

pub(super) fn grey(width: u32, samples: &[u8]) -> Vec<u8> {
    png(width, samples.len() as u32 / width, ColorType::Grayscale, BitDepth::Eight, &[], samples)
}

pub(super) fn rgb(width: u32, colours: &[[u8; 3]]) -> Vec<u8> {
    png(width, colours.len() as u32 / width, ColorType::Rgb, BitDepth::Eight, &[], colours.as_flattened())
}

pub(super) fn indexed(palette: &[[u8; 3]], indices: &[u8]) -> Vec<u8> {
    png(indices.len() as u32, 1, ColorType::Indexed, BitDepth::Eight, palette.as_flattened(), indices)
}

/// An `.npy` of version 1, as `numpy.save` lays it out.
pub(super) fn npy(descr: &str, fortran_order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    npy_of(&format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}"), data)
}

pub(super) fn npy_of(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let padding = 63 - (10 + dictionary.len()) % 64;
    let header = format!("{dictionary}{}\n", " ".repeat(padding));
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", length.as_slice(), header.as_bytes(), data].concat()
}

pub(super) fn f32s(shape: &str, values: &[f32]) -> Vec<u8> {
    npy("'<f4'", "False", shape, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

/// Puts right the checksum of every chunk, so that damage inside chunks gets past it.
pub(super) fn mend(png: &mut [u8]) {
    let mut at = 8;
    while let Some(length) =
        png.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
    {
        let Some(end) = at.checked_add(8 + length).filter(|end| end + 4 <= png.len()) else { return };
        let mut crc = u32::MAX;
        for &byte in &png[at + 4..end] {
            crc = (0..8)
                .fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 });
        }
        png[end..end + 4].copy_from_slice(&(!crc).to_be_bytes());
        at = end + 4;
    }
}
