//! Archives of NumPy arrays: one is chosen by name or shape, the others are offered.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::source::{ArrayEntry, Format, Source};
use super::super::{FileRefusal, text};
use super::{MOST_SAMPLE_BYTES, npy};
use crate::scene::Plane;

/// Most arrays of an archive that are looked at.
const MOST_ARRAYS: usize = 256;
/// Bytes of an array that hold any header that is read.
const HEADER_BYTES: u64 = 10_016;

/// Parts of a name that say which plane an array is for, the surest first.
const TRUTH_NAMES: [&str; 9] = ["truth", "mask", "label", "target", "gt", "seg", "annot", "lab", "y"];
const PREDICTION_NAMES: [&str; 9] =
    ["pred", "prob", "softmax", "sigmoid", "logit", "score", "output", "yhat", "y_hat"];

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn decode(bytes: &[u8], plane: Plane, array: Option<&str>) -> Result<Source, FileRefusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damage(&error))?;
    let arrays: Vec<ArrayEntry> =
        (0..archive.len().min(MOST_ARRAYS)).filter_map(|at| entry(&mut archive, at)).collect();
    if arrays.is_empty() {
        return Err(text::no_arrays(archive.len()));
    }
    let chosen = match array {
        Some(name) => arrays.iter().find(|entry| entry.name == name),
        None => by_rule(&arrays, plane),
    };
    let Some(chosen) = chosen else { return Err(text::no_such_array(array, &arrays)) };
    let chosen = chosen.name.clone();
    let source = npy::decode(&read(&mut archive, &format!("{chosen}.npy"), MOST_SAMPLE_BYTES as u64)?)
        .map_err(|refusal| text::in_array(&chosen, refusal))?;
    Ok(Source { format: Format::Npz, arrays, array: Some(chosen), ..source })
}

/// Array of the archive's entry; none if it is no `.npy`.
fn entry(archive: &mut Archive<'_>, at: usize) -> Option<ArrayEntry> {
    let name = archive.by_index(at).ok()?.name().ok()?.into_owned();
    let short = name.strip_suffix(".npy")?.to_owned();
    let header = read(archive, &name, HEADER_BYTES).and_then(|bytes| npy::NpyHeader::parse(&bytes));
    let (described, readable) = match header {
        Ok(header) => (header.described(), header.may_be_image()),
        Err(refusal) => (refusal.found().to_owned(), false),
    };
    Some(ArrayEntry { name: short, described, readable })
}

/// Array whose name speaks of the plane, else the first that names no plane, else the first that can be read.
fn by_rule(arrays: &[ArrayEntry], plane: Plane) -> Option<&ArrayEntry> {
    let (own, other) = match plane {
        Plane::Truth => (TRUTH_NAMES, PREDICTION_NAMES),
        Plane::Prediction => (PREDICTION_NAMES, TRUTH_NAMES),
    };
    let readable = || arrays.iter().filter(|entry| entry.readable);
    let speaks = |entry: &ArrayEntry, names: [&str; 9]| {
        let name = entry.name.to_ascii_lowercase();
        names.iter().any(|part| if part.len() < 2 { name == *part } else { name.contains(part) })
    };
    readable()
        .find(|entry| speaks(entry, own) && !speaks(entry, other))
        .or_else(|| readable().find(|entry| speaks(entry, own)))
        .or_else(|| readable().find(|entry| !speaks(entry, other)))
        .or_else(|| readable().next())
}

/// First `most` bytes of an entry; of a whole array an error if it has more.
fn read(archive: &mut Archive<'_>, name: &str, most: u64) -> Result<Vec<u8>, FileRefusal> {
    let file = archive.by_name(name).map_err(|error| damage(&error))?;
    let mut bytes = Vec::new();
    file.take(most + 10_016).read_to_end(&mut bytes).map_err(|error| text::damaged_part(name, &error))?;
    Ok(bytes)
}

/// Refusal of an archive that cannot be opened.
fn damage(error: &ZipError) -> FileRefusal {
    match error {
        ZipError::UnsupportedArchive(why) => text::unsupported(Format::Npz, why),
        other => text::damaged(Format::Npz, &other.to_string()),
    }
}
