//! Arrays of probabilities in NumPy's `.npy` format.
//!
//! The header is a Python dictionary, of which NumPy writes one form only: three keys, no nesting. That form
//! is read here directly. A general reader of Python literals would recurse as deep as the file tells it to,
//! and the crates that have one multiply a shape before checking it.

use half::f16;
use ndarray::Array3;

use super::{FileRefusal, Fit, OpenedFile, check_size, resample, resampled};

const WHOLE: &str = "a whole .npy as numpy.save writes it";
const TYPES: &str = "an array of float16, float32, float64, bool, or integers";
/// Longest header that is read, in bytes: NumPy's own limit for files it does not trust.
const MOST_HEADER_BYTES: usize = 10_000;

/// Kinds of number that can hold a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// Type of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DType {
    number: Number,
    /// Bytes of one element, at most 8.
    size: usize,
    big_endian: bool,
}

impl DType {
    /// Type named by a NumPy type string: byte order, kind, size. Error for types that are not plain numbers.
    fn parse(descr: &str) -> Result<Self, FileRefusal> {
        let refused = |what: &str| FileRefusal::new(format!("an array of {what} (dtype '{descr}')"), TYPES);
        let mut letters = descr.chars();
        let (order, kind, size) = (letters.next(), letters.next(), letters.as_str());
        let number = match (order, kind, size) {
            (_, Some('O'), _) => return Err(refused("Python objects, which are never unpickled")),
            (Some('<' | '>' | '|' | '='), Some('b'), "1") => Number::Bool,
            (Some('<' | '>' | '|' | '='), Some('i'), "1" | "2" | "4" | "8") => Number::Signed,
            (Some('<' | '>' | '|' | '='), Some('u'), "1" | "2" | "4" | "8") => Number::Unsigned,
            (Some('<' | '>' | '='), Some('f'), "2" | "4" | "8") => Number::Float,
            (_, Some('c'), _) => return Err(refused("complex numbers")),
            (_, Some('U' | 'S' | 'a'), _) => return Err(refused("strings")),
            _ => return Err(refused("another type")),
        };
        Ok(Self { number, size: size.parse().unwrap_or(1), big_endian: order == Some('>') })
    }

    /// Element that the first `size` bytes hold.
    fn value(self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        let element = &mut word[..self.size];
        element.copy_from_slice(&bytes[..self.size]);
        if self.big_endian {
            element.reverse();
        }
        let word = u64::from_le_bytes(word);
        match (self.number, self.size) {
            (Number::Bool, _) => f64::from(u8::from(word != 0)),
            (Number::Float, 2) => f16::from_bits(word as u16).to_f64(),
            (Number::Float, 4) => f32::from_bits(word as u32).into(),
            (Number::Float, _) => f64::from_bits(word),
            (Number::Signed, 1) => (word as u8).cast_signed().into(),
            (Number::Signed, 2) => (word as u16).cast_signed().into(),
            (Number::Signed, 4) => (word as u32).cast_signed().into(),
            (Number::Signed, _) => word.cast_signed() as f64,
            (Number::Unsigned, _) => word as f64,
        }
    }

    /// Value that stands for probability 1 in an array that goes above 1; none for types in which pictures
    /// are not kept.
    fn white(self) -> Option<f64> {
        match (self.number, self.size) {
            (Number::Unsigned, 1) => Some(255.0),
            (Number::Unsigned, 2) => Some(65535.0),
            _ => None,
        }
    }
}

/// Contents of an `.npy` header.
#[derive(Debug, PartialEq)]
struct NpyHeader {
    dtype: DType,
    fortran_order: bool,
    shape: Vec<u64>,
    /// Byte of the file at which the elements start.
    data_at: usize,
}

impl NpyHeader {
    fn parse(bytes: &[u8]) -> Result<Self, FileRefusal> {
        let cut = || FileRefusal::new("an .npy cut short within its header", WHOLE);
        let version = *bytes.get(6).ok_or_else(cut)?;
        let (length_at, length_size) = match version {
            1 => (8, 2),
            2 | 3 => (8, 4),
            _ => return Err(FileRefusal::new(format!("an .npy of version {version}"), "version 1, 2 or 3")),
        };
        let data_at = length_at + length_size;
        let mut length = [0; 8];
        length[..length_size].copy_from_slice(bytes.get(length_at..data_at).ok_or_else(cut)?);
        let length = u64::from_le_bytes(length);
        if length > MOST_HEADER_BYTES as u64 {
            let expected = format!("at most {MOST_HEADER_BYTES}");
            return Err(FileRefusal::new(format!("an .npy with a header of {length} bytes"), expected));
        }
        let data_at = data_at + length as usize;
        let text = bytes.get(data_at - length as usize..data_at).ok_or_else(cut)?;

        let unread = |text: &[u8]| {
            let start = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
            FileRefusal::new(format!("an .npy header that cannot be read at “{}”", start.trim_end()), WHOLE)
        };
        let mut scanner = Scanner { rest: text };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        let complete = scanner.dictionary(|key, value| {
            match key {
                "descr" => {
                    if value.peek() == Some(b'[') {
                        return Some(Err(FileRefusal::new("an array of records", TYPES)));
                    }
                    descr = Some(value.string()?);
                }
                "fortran_order" => fortran_order = Some(value.boolean()?),
                "shape" => shape = Some(value.tuple()?),
                _ => return None,
            }
            Some(Ok(()))
        });
        match complete {
            Some(Err(refusal)) => return Err(refusal),
            Some(Ok(())) if scanner.peek().is_none() => {}
            _ => return Err(unread(scanner.rest)),
        }
        let (Some(descr), Some(fortran_order), Some(shape)) = (descr, fortran_order, shape) else {
            return Err(FileRefusal::new(
                "an .npy header without all of descr, fortran_order and shape",
                WHOLE,
            ));
        };
        Ok(Self { dtype: DType::parse(descr)?, fortran_order, shape, data_at })
    }

    /// Bytes of all elements, saturating at the largest `u64`.
    fn data_length(&self) -> u64 {
        self.shape.iter().fold(self.dtype.size as u64, |bytes, &side| bytes.saturating_mul(side))
    }
}

/// Reader of the few Python literals in a header. Each method takes one, or is `None` at what it cannot read.
struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// Next byte that is not blank, left in place.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn take(&mut self, literal: &str) -> Option<()> {
        self.peek();
        self.rest = self.rest.strip_prefix(literal.as_bytes())?;
        Some(())
    }

    /// Items separated by commas, with or without one after the last, up to `end`.
    fn items<E>(
        &mut self,
        end: &str,
        mut item: impl FnMut(&mut Self) -> Option<Result<(), E>>,
    ) -> Option<Result<(), E>> {
        while self.take(end).is_none() {
            if let Err(error) = item(self)? {
                return Some(Err(error));
            }
            if self.take(",").is_none() {
                self.take(end)?;
                break;
            }
        }
        Some(Ok(()))
    }

    fn dictionary<E>(
        &mut self,
        mut entry: impl FnMut(&str, &mut Self) -> Option<Result<(), E>>,
    ) -> Option<Result<(), E>> {
        self.take("{")?;
        self.items("}", |scanner| {
            let key = scanner.string()?;
            scanner.take(":")?;
            entry(key, scanner)
        })
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = self.peek().filter(|byte| matches!(byte, b'\'' | b'"'))?;
        let body = &self.rest[1..];
        let end = body.iter().position(|&byte| byte == quote)?;
        self.rest = &body[end + 1..];
        str::from_utf8(&body[..end]).ok()
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.take("True").is_some() { Some(true) } else { self.take("False").map(|()| false) }
    }

    /// Side of a shape. A number too long for 64 bits is read as the longest, and refused later as that.
    fn integer(&mut self) -> Option<u64> {
        self.peek();
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        (digits > 0).then(|| str::from_utf8(number).ok()?.parse().ok().or(Some(u64::MAX)))?
    }

    fn tuple(&mut self) -> Option<Vec<u64>> {
        self.take("(")?;
        let mut sides = Vec::new();
        let item = |scanner: &mut Self| {
            sides.push(scanner.integer()?);
            Some(Ok::<(), ()>(()))
        };
        self.items(")", item)?.ok()?;
        Some(sides)
    }
}

/// Axes of an array by meaning: class, if there is one, then y and x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    class: Option<usize>,
    y: usize,
    x: usize,
}

impl Layout {
    fn of(shape: &[u64], classes: usize) -> Result<Self, FileRefusal> {
        let binary = classes == 1;
        let refused = || {
            let expected = if binary {
                "[H, W] or [1, H, W], one probability a pixel".to_owned()
            } else {
                format!("[{classes}, H, W], one probability for each class")
            };
            FileRefusal::new(format!("an array of shape {}", listed(shape)), expected)
        };
        // The first three-axis reading that fits wins, so a class axis that could be either end is the first.
        let (first, rest) = match shape {
            [_, _] if binary => return Ok(Self { class: None, y: 0, x: 1 }),
            [a, b, c] => (0, [*a, *b, *c]),
            [1, a, b, c] => (1, [*a, *b, *c]),
            _ => return Err(refused()),
        };
        let lengths = if binary { [1, 2].as_slice() } else { &[classes as u64] };
        let found = lengths.iter().find_map(|&length| match rest {
            [a, _, _] if a == length => Some(Self { class: Some(first), y: first + 1, x: first + 2 }),
            [_, _, c] if c == length => Some(Self { class: Some(first + 2), y: first, x: first + 1 }),
            _ => None,
        });
        found.ok_or_else(refused)
    }
}

fn listed(shape: &[u64]) -> String {
    let sides: Vec<String> = shape.iter().take(8).map(u64::to_string).collect();
    format!("[{}{}]", sides.join(", "), if shape.len() > 8 { ", …" } else { "" })
}

/// Elements read as `[class, y, x]`, whatever their order in the file.
struct NpyPlanes<'a> {
    data: &'a [u8],
    dtype: DType,
    channels: usize,
    height: usize,
    width: usize,
    /// Elements from one class, one y and one x to the next.
    strides: [usize; 3],
}

impl<'a> NpyPlanes<'a> {
    fn of(bytes: &'a [u8], classes: usize) -> Result<(Self, Option<String>), FileRefusal> {
        let header = NpyHeader::parse(bytes)?;
        let layout = Layout::of(&header.shape, classes)?;
        check_size(header.shape[layout.x], header.shape[layout.y])?;
        let data = bytes.get(header.data_at..).unwrap_or_default();
        let promised = header.data_length();
        if promised > data.len() as u64 {
            return Err(FileRefusal::new(
                format!(
                    "an .npy cut short: its header promises {promised} bytes for a shape of {}, and {} follow",
                    listed(&header.shape),
                    data.len()
                ),
                WHOLE,
            ));
        }
        // No side is 0, so each is at most the length of the data, and so is every product of them.
        let shape: Vec<usize> = header.shape.iter().map(|&side| side as usize).collect();
        let stride = |axis: usize| -> usize {
            if header.fortran_order {
                shape[..axis].iter().product()
            } else {
                shape[axis + 1..].iter().product()
            }
        };
        let planes = Self {
            data: &data[..promised as usize],
            dtype: header.dtype,
            channels: layout.class.map_or(1, |axis| shape[axis]),
            height: shape[layout.y],
            width: shape[layout.x],
            strides: [layout.class.map_or(0, stride), stride(layout.y), stride(layout.x)],
        };
        let beyond = data.len() - planes.data.len();
        Ok((planes, (beyond > 0).then(|| format!("{beyond} bytes after the array were not read"))))
    }

    fn value(&self, channel: usize, y: usize, x: usize) -> f64 {
        let [of_channel, of_y, of_x] = self.strides;
        let element = channel * of_channel + y * of_y + x * of_x;
        self.dtype.value(&self.data[element * self.dtype.size..])
    }

    /// Value that stands for probability 1 in this array, with a remark if that is not 1.
    fn white(&self) -> (f64, Option<String>) {
        let values = || self.data.chunks_exact(self.dtype.size).map(|bytes| self.dtype.value(bytes));
        match self.dtype.white() {
            Some(white) if values().any(|value| value > 1.0) => (white, Some(format!("divided by {white}"))),
            _ => (1.0, None),
        }
    }

    /// Largest deviation from 1 of the sum over a pixel's channels: what rounding each of them can add up to.
    fn sum_tolerance(&self, white: f64) -> f64 {
        match (self.dtype.number, self.dtype.size) {
            (Number::Float, 2) => 1e-2,
            (Number::Unsigned, 2) if white > 1.0 => 1e-2,
            (Number::Unsigned, 1) if white > 1.0 => 2e-2,
            _ => 1e-3,
        }
    }

    /// Checks that the elements, divided by `white`, are probabilities. Error for values that are not finite,
    /// lie outside 0 to 1, or do not sum to 1 over classes.
    fn check(&self, white: f64) -> Result<(), FileRefusal> {
        let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut not_finite: Option<(usize, String)> = None;
        let mut off_sum = None;
        let tolerance = self.sum_tolerance(white);
        for (y, x) in (0..self.height).flat_map(|y| (0..self.width).map(move |x| (y, x))) {
            let mut sum = 0.0;
            for channel in 0..self.channels {
                let value = self.value(channel, y, x) / white;
                sum += value;
                if value.is_finite() {
                    lowest = lowest.min(value);
                    highest = highest.max(value);
                } else {
                    not_finite.get_or_insert_with(|| (0, format!("{value} at x {x}, y {y}"))).0 += 1;
                }
            }
            if self.channels > 1 && (sum - 1.0).abs() > tolerance {
                off_sum.get_or_insert((sum, x, y));
            }
        }
        if let Some((count, first)) = not_finite {
            let of = self.channels * self.height * self.width;
            let found = format!("{count} of {of} values that are NaN or infinite, the first {first}");
            return Err(FileRefusal::new(found, "finite probabilities from 0 to 1"));
        }
        if lowest < -1e-6 || highest > 1.0 + 1e-6 {
            let (look, remedy) = match self.dtype.number {
                Number::Float if lowest < -1e-6 => ("logits", ": apply sigmoid or softmax first"),
                Number::Float => ("grey levels or scores", ": divide by the largest possible value first"),
                _ => ("class ids", ", not the class they decide"),
            };
            let found =
                format!("values from {} to {}, which look like {look}", short(lowest), short(highest));
            return Err(FileRefusal::new(found, format!("probabilities from 0 to 1{remedy}")));
        }
        if let Some((sum, x, y)) = off_sum {
            return Err(FileRefusal::new(
                format!("classes whose probabilities sum to {} at x {x}, y {y}", short(sum)),
                format!("a sum of 1 to within {tolerance}: apply softmax over the classes first"),
            ));
        }
        Ok(())
    }
}

/// Number to four significant digits, for a sentence.
fn short(value: f64) -> String {
    let digits = (3.0 - value.abs().max(1e-3).log10().floor()).clamp(0.0, 6.0) as usize;
    match format!("{value:.digits$}") {
        _ if value.abs() >= 1e9 => format!("{value:.3e}"),
        fixed if digits > 0 => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
        whole => whole,
    }
}

/// Reads a prediction, by the rules of [`open_prediction`](super::open_prediction).
pub(super) fn prediction(
    bytes: &[u8],
    classes: usize,
    fit: Fit,
) -> Result<OpenedFile<Array3<f32>>, FileRefusal> {
    let (planes, beyond) = NpyPlanes::of(bytes, classes)?;
    let size = (planes.width, planes.height);
    let target = fit.target(size)?;
    let (white, divided) = planes.white();
    planes.check(white)?;

    let two_for_one = classes == 1 && planes.channels == 2;
    let prob = |class: usize, y: usize, x: usize| {
        let channel = if two_for_one { 1 } else { class };
        (planes.value(channel, y, x) / white) as f32
    };
    let content = resample::probabilities(size, target, classes, prob);
    let mut remarks: Vec<String> = divided.into_iter().chain(beyond).collect();
    if two_for_one {
        remarks.push("of two classes, the second was read as the foreground".to_owned());
    }
    remarks.extend(resampled(size, target, "mean over each new pixel"));
    Ok(OpenedFile { content, source_size: size, remarks })
}
