//! Arrays in NumPy's `.npy` format.
//!
//! The header is a Python dictionary, of which NumPy writes one form only: three keys, no nesting. That form
//! is read here directly. A general reader of Python literals would recurse as deep as the file tells it to,
//! and the crates that have one multiply a shape before checking it.

use super::super::source::{ChannelAxis, ColourModel, DType, Format, Number, Source};
use super::super::{FileRefusal, text};
use super::{MOST_SAMPLE_BYTES, check_size};

const WHOLE: &str = "a whole .npy as numpy.save writes it";
const TYPES: &str = "an array of float16, float32, float64, bool, or integers";
/// Longest header that is read, in bytes: NumPy's own limit for files it does not trust.
const MOST_HEADER_BYTES: usize = 10_000;

/// Type named by a NumPy type string: byte order, kind, size. Error for types that are not plain numbers.
fn dtype(descr: &str) -> Result<DType, FileRefusal> {
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
    Ok(DType { number, size: size.parse().unwrap_or(1), big_endian: order == Some('>') })
}

/// Contents of an `.npy` header.
#[derive(Debug, PartialEq)]
pub(super) struct NpyHeader {
    dtype: DType,
    fortran_order: bool,
    shape: Vec<u64>,
    /// Byte of the file at which the elements start.
    data_at: usize,
}

impl NpyHeader {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FileRefusal> {
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
        Ok(Self { dtype: dtype(descr)?, fortran_order, shape, data_at })
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

impl NpyHeader {
    /// Type and shape for people: "float32 [3, 64, 64]".
    pub(super) fn described(&self) -> String {
        format!("{} {}", self.dtype.name(), text::shape(&self.shape))
    }

    /// True for an array of an image's number of axes that is not empty.
    pub(super) fn may_be_image(&self) -> bool {
        (2..=5).contains(&self.shape.len()) && self.shape.iter().all(|&side| side > 0)
    }
}

/// Decodes an array of two or more axes. Error for one that is no image by its shape: an axis too many is refused when
/// it is read, since its meaning can be chosen.
pub(super) fn decode(bytes: &[u8]) -> Result<Source, FileRefusal> {
    let header = NpyHeader::parse(bytes)?;
    if !header.may_be_image() {
        return Err(text::no_image_shape(&header.shape));
    }
    // The two longest sides are those of the picture, whatever the axes mean.
    let mut sides = header.shape.clone();
    sides.sort_unstable_by(|a, b| b.cmp(a));
    check_size(sides[0], sides[1])?;
    let data = bytes.get(header.data_at..).unwrap_or_default();
    let promised = header.data_length();
    if promised > data.len() as u64 {
        return Err(text::cut_npy(promised, &header.shape, data.len()));
    }
    if promised > MOST_SAMPLE_BYTES as u64 {
        return Err(text::too_many_samples(sides[0] as usize, sides[1] as usize, promised as usize));
    }
    let beyond = data.len() - promised as usize;
    Ok(Source {
        name: String::new(),
        format: Format::Npy,
        model: ColourModel::Array,
        alpha: false,
        lossy: false,
        dtype: header.dtype,
        bits: 8 * header.dtype.size as u8,
        // No side is 0, so each is at most the length of the data, and so is every product of them.
        shape: header.shape.iter().map(|&side| side as usize).collect(),
        fortran_order: header.fortran_order,
        channel_axis: ChannelAxis::First,
        palette: Vec::new(),
        data: data[..promised as usize].to_vec(),
        arrays: Vec::new(),
        array: None,
        notes: if beyond > 0 { vec![text::bytes_beyond(beyond)] } else { Vec::new() },
    })
}
