//! Bytes to a [`Source`]: one file for each format, none of which trusts a byte.
//!
//! Sizes are read from headers and refused before anything is allocated for them.

mod csv;
mod kind;
mod npy;
mod npz;
mod picture;
mod png;
mod tiff;

use super::source::Source;
use super::{FileError, FileRefusal, LONGEST_SIDE, MOST_BYTES, text};
use crate::scene::Plane;
use kind::FileKind;
pub(super) use kind::{Other, Remedy};

/// Most memory for the samples of one file, in bytes: 8192 × 8192 at four bytes.
pub(super) const MOST_SAMPLE_BYTES: usize = 256 << 20;
/// Most memory for a decoder besides the samples, in bytes.
const MOST_DECODER_BYTES: usize = 16 << 20;

/// Decodes a file of any format that is read. `array` is the name of an `.npz`'s array; without one, the one whose
/// name or shape says that it is for `plane` is taken. Error, a sentence, for every other file and for damaged ones.
pub fn decode(name: &str, bytes: &[u8], plane: Plane, array: Option<&str>) -> Result<Source, FileError> {
    let decoded = match bytes.len() {
        0 => Err(text::empty_file()),
        length if length > MOST_BYTES => Err(text::huge_file(length)),
        _ => match FileKind::of(bytes) {
            FileKind::Png => png::decode(bytes),
            FileKind::Jpeg => picture::jpeg(bytes),
            FileKind::WebP => picture::webp(bytes),
            FileKind::Bmp => picture::bmp(bytes),
            FileKind::Tiff => tiff::decode(bytes),
            FileKind::Npy => npy::decode(bytes),
            FileKind::Zip => npz::decode(bytes, plane, array),
            FileKind::Text => csv::decode(bytes),
            FileKind::Other(other) => Err(text::other_file(other)),
        },
    };
    decoded.map(|source| Source { name: name.to_owned(), ..source }).map_err(|refusal| refusal.of(name))
}

/// Checks a size read from a header, in pixels. Error if a side is 0 or above [`LONGEST_SIDE`].
fn check_size(width: u64, height: u64) -> Result<(), FileRefusal> {
    let most = LONGEST_SIDE as u64;
    if width == 0 || height == 0 || width > most || height > most {
        return Err(text::size(width, height));
    }
    Ok(())
}
