//! Pictures of classes and of probabilities in PNG format.

use std::collections::HashSet;
use std::io::Cursor;

use ::png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};
use ndarray::{Array2, Array3};

use super::classes::{Census, Colour};
use super::{FileRefusal, Fit, OpenedFile, check_size, mebibytes, pixels, resample, resampled};
use crate::field::IGNORE;

/// Most memory for the pixels of one picture, in bytes: 8192 × 8192 at four bytes.
const MOST_PIXEL_BYTES: usize = 256 << 20;
/// Most memory for the decoder besides the pixels, in bytes.
const MOST_DECODER_BYTES: usize = 16 << 20;

/// Decoded pixels, in the file's own format.
struct Picture {
    width: usize,
    height: usize,
    kind: ColorType,
    /// Bits of one sample: 1, 2, 4, 8 or 16.
    depth: usize,
    /// Bytes of one row.
    stride: usize,
    samples: Vec<u8>,
    palette: Vec<u8>,
}

impl Picture {
    fn decode(bytes: &[u8]) -> Result<Self, FileRefusal> {
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
        let size = header.raw_bytes();
        if size > MOST_PIXEL_BYTES {
            let found = format!("{width} × {height} pixels that take {}", mebibytes(size));
            return Err(FileRefusal::new(found, format!("at most {}", mebibytes(MOST_PIXEL_BYTES))));
        }

        let mut reader = decoder.read_info().map_err(damaged)?;
        let palette = reader.info().palette.as_deref().unwrap_or_default().to_vec();
        let mut samples = vec![0; reader.output_buffer_size().unwrap_or(size)];
        let frame = reader.next_frame(&mut samples).map_err(damaged)?;
        Ok(Self {
            width: frame.width as usize,
            height: frame.height as usize,
            kind: frame.color_type,
            depth: match frame.bit_depth {
                BitDepth::One => 1,
                BitDepth::Two => 2,
                BitDepth::Four => 4,
                BitDepth::Eight => 8,
                BitDepth::Sixteen => 16,
            },
            stride: frame.line_size,
            samples,
            palette,
        })
    }

    fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Largest value that a sample can have; 255 for a palette, whose colours have 8 bits whatever its
    /// indices have.
    fn largest(&self) -> u16 {
        match self.kind {
            ColorType::Indexed => 255,
            _ => u16::MAX >> (16 - self.depth),
        }
    }

    fn sample(&self, y: usize, index: usize) -> u16 {
        let row = &self.samples[y * self.stride..];
        match self.depth {
            8 => row[index].into(),
            16 => u16::from_be_bytes([row[2 * index], row[2 * index + 1]]),
            depth => {
                let bit = index * depth;
                let low = 8 - depth - bit % 8;
                u16::from(row[bit / 8] >> low) & self.mask()
            }
        }
    }

    fn mask(&self) -> u16 {
        u16::MAX >> (16 - self.depth)
    }

    /// Code of a pixel in the file: its colour, or a palette index thrice.
    fn code(&self, y: usize, x: usize) -> Colour {
        let channels = self.kind.samples();
        match self.kind {
            ColorType::Rgb | ColorType::Rgba => {
                [0, 1, 2].map(|channel| self.sample(y, x * channels + channel))
            }
            _ => [self.sample(y, x * channels); 3],
        }
    }

    /// Colour that a code stands for. Error for an index beyond the palette.
    fn colour(&self, code: Colour) -> Result<Colour, FileRefusal> {
        if self.kind != ColorType::Indexed {
            return Ok(code);
        }
        let (entry, entries) = (usize::from(code[0]), self.palette.len() / 3);
        match self.palette.get(3 * entry..3 * entry + 3) {
            Some(rgb) => Ok([rgb[0].into(), rgb[1].into(), rgb[2].into()]),
            None => Err(FileRefusal::new(
                format!("a pixel of palette entry {entry} in a palette of {entries}"),
                "a PNG whose palette has every colour that is used",
            )),
        }
    }

    /// Remark on pixels that are not opaque; none if all are.
    fn transparency(&self) -> Option<String> {
        let channels = self.kind.samples();
        let clear = matches!(self.kind, ColorType::GrayscaleAlpha | ColorType::Rgba)
            && (0..self.height)
                .any(|y| (0..self.width).any(|x| self.sample(y, (x + 1) * channels - 1) < self.largest()));
        clear.then(|| "transparency was ignored".to_owned())
    }
}

/// Refusal of a PNG on which the decoder gave up.
fn damage(error: &DecodingError, length: usize) -> FileRefusal {
    let found = match error {
        DecodingError::IoError(_) => {
            format!("a PNG cut short: its {length} bytes end before the picture does")
        }
        DecodingError::LimitsExceeded => {
            format!("a PNG that needs more than {} beside its pixels", mebibytes(MOST_DECODER_BYTES))
        }
        other => {
            let why = other.to_string();
            // A checksum's message goes on with the decoder's own name for the chunk.
            let why = why.split(" while decoding").next().unwrap_or_default().trim_end_matches('.');
            format!("a damaged PNG ({why})")
        }
    };
    FileRefusal::new(found, "a whole PNG")
}

/// Reads a truth, by the rules of [`open_truth`](super::open_truth).
pub(super) fn truth(bytes: &[u8], classes: usize, fit: Fit) -> Result<OpenedFile<Array2<u8>>, FileRefusal> {
    let picture = Picture::decode(bytes)?;
    let (size, target) = (picture.size(), fit.target(picture.size())?);

    let codes = Census::of(picture.height, picture.width, |y, x| picture.code(y, x))?;
    let reading = match codes.class_ids(classes) {
        Some(reading) => reading,
        None if picture.kind == ColorType::Indexed => {
            codes.reading_through(|code| picture.colour(code), picture.largest(), classes)?
        }
        None => codes.reading(picture.largest(), classes)?,
    };

    let content = resample::classes(size, target, |y, x| reading.class(picture.code(y, x)));
    let mut remarks = vec![reading.remark.clone()];
    remarks.extend(picture.transparency());
    remarks.extend(resampled(size, target, "each pixel takes the class at its centre"));
    remarks.extend(lost(&reading.pixels(&codes), &content));
    Ok(OpenedFile { content, source_size: size, remarks })
}

/// Remarks on classes that the file has and its resampled form has not, one each.
fn lost(before: &[(u8, usize)], content: &Array2<u8>) -> Vec<String> {
    let after: HashSet<u8> = content.iter().copied().collect();
    let gone = before.iter().filter(|(class, _)| !after.contains(class));
    gone.map(|&(class, count)| {
        let which =
            if class == IGNORE { "what is to be ignored".to_owned() } else { format!("class {class}") };
        format!("resampling lost {which}, {} in the file", pixels(count))
    })
    .collect()
}

/// Reads a binary prediction: grey over white is the probability of class 1.
pub(super) fn prediction(bytes: &[u8], fit: Fit) -> Result<OpenedFile<Array3<f32>>, FileRefusal> {
    let picture = Picture::decode(bytes)?;
    let (size, target) = (picture.size(), fit.target(picture.size())?);

    let mut brightest = 0;
    for y in 0..picture.height {
        for x in 0..picture.width {
            let [r, g, b] = picture.colour(picture.code(y, x))?;
            if r != g || g != b {
                return Err(FileRefusal::new(
                    format!("a coloured pixel, red {r}, green {g}, blue {b}, at x {x}, y {y}"),
                    "a grey picture, where black is probability 0 and white is 1",
                ));
            }
            brightest = brightest.max(r);
        }
    }

    // An 8-bit picture of 0 and 1 is a mask saved without scaling: nobody means probabilities of 0 and 1/255.
    let hard = brightest == 1;
    let white = if hard { 1 } else { picture.largest() };
    let prob = |_, y, x| {
        // Every colour was found in the loop above.
        let [grey, ..] = picture.colour(picture.code(y, x)).unwrap_or_default();
        f32::from(grey) / f32::from(white)
    };
    let content = resample::probabilities(size, target, 1, prob);
    let mut remarks = Vec::new();
    if hard && picture.largest() > 1 {
        remarks.push("values are only 0 and 1: read as a hard mask".to_owned());
    }
    remarks.extend(picture.transparency());
    remarks.extend(resampled(size, target, "mean over each new pixel"));
    Ok(OpenedFile { content, source_size: size, remarks })
}
