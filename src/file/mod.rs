//! Files a person opens: a ground truth (PNG), a prediction (PNG or `.npy`). No byte of them is trusted.
//!
//! The first bytes of a file decide what it is, not its name. Sizes are read from the header and refused
//! before anything is allocated for them; nothing here panics, whatever the bytes. A refusal is one sentence
//! that names the file, what was found and what was expected. A file that can be read in more than one way
//! comes with a remark, for the page to show, that tells the reading taken.
//!
//! A file of another size than the scene's is resampled: [`Fit`] decides the size, the truth and prediction
//! openers the method.

mod classes;
mod kind;
mod npy;
mod png;
mod resample;

use std::fmt;

use ndarray::{Array2, Array3};

use kind::FileKind;

/// Largest file that is read, in bytes: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;
/// Longest side of a picture or array that is decoded, in pixels.
pub const LONGEST_SIDE: usize = 8192;

/// Refusal of a file: a sentence that names the file, what was found in it and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    name: String,
    refusal: FileRefusal,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileRefusal { found, expected } = &self.refusal;
        write!(f, "{}: found {found}; expected {expected}.", self.name)
    }
}

impl std::error::Error for FileError {}

/// [`FileError`] without the file's name: two noun phrases.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileRefusal {
    found: String,
    expected: String,
}

impl FileRefusal {
    fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }

    fn of(self, name: &str) -> FileError {
        FileError { name: name.to_owned(), refusal: self }
    }
}

/// Contents of an opened file, with how they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedFile<T> {
    /// Masks, at the size asked for.
    pub content: T,
    /// Width and height in the file.
    pub source_size: (usize, usize),
    /// Sentences for the page about how the file was read and changed: "resampled from 1024 × 768 to 256 ×
    /// 192".
    pub remarks: Vec<String>,
}

/// Size to which a file is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Size of a new scene: at most this many pixels on the longest side. A larger file is shrunk in its own
    /// aspect ratio; a smaller one is never enlarged.
    Within(usize),
    /// Size of a scene that exists. A file is resampled to it, up or down, if it has this aspect ratio but
    /// for the rounding to whole pixels; else it is refused.
    Exactly {
        /// Columns of the scene.
        width: usize,
        /// Rows of the scene.
        height: usize,
    },
}

impl Fit {
    /// Width and height to which a file of size `source` is brought. Error for another aspect ratio than that
    /// of an existing scene.
    fn target(self, source: (usize, usize)) -> Result<(usize, usize), FileRefusal> {
        match self {
            Self::Within(longest) => {
                let longest = longest.max(1);
                Ok(if source.0.max(source.1) <= longest { source } else { scaled(source, longest) })
            }
            Self::Exactly { width, height } if same_aspect(source, (width, height)) => Ok((width, height)),
            Self::Exactly { width, height } => Err(FileRefusal::new(
                format!("a size of {} × {}", source.0, source.1),
                format!("the scene's {width} × {height}, or another size of that aspect ratio"),
            )),
        }
    }
}

/// Size whose longest side is `longest`, in the aspect ratio of `source`, to the nearest whole pixel.
fn scaled((width, height): (usize, usize), longest: usize) -> (usize, usize) {
    let scale = longest as f64 / width.max(height).max(1) as f64;
    let side = |pixels: usize| ((pixels as f64 * scale).round() as usize).max(1);
    (side(width), side(height))
}

/// True for two sizes of one picture: one is the other scaled and rounded, or they differ by no more than one
/// pixel of the coarser grid (a network's strides round up or down) and by at most 2 %, which a pixel of a
/// very coarse grid would not be.
fn same_aspect(source: (usize, usize), scene: (usize, usize)) -> bool {
    let (width, height) = (source.0 as f64, source.1 as f64);
    let (scene_width, scene_height) = (scene.0 as f64, scene.1 as f64);
    if scene_width * scene_height * width * height == 0.0 {
        return false;
    }
    let (across, down) = (width * scene_height, height * scene_width);
    let apart = (across - down).abs();
    scaled(source, scene.0.max(scene.1)) == scene
        || (apart <= width.max(height).max(scene_width).max(scene_height) && apart <= 0.02 * across.max(down))
}

/// Opens a ground truth: class ids `[y, x]`, and [`IGNORE`](crate::field::IGNORE) where the file says so.
///
/// Refuses what is not a PNG, is damaged or huge, does not fit, or does not name at most `classes` classes (2 for a
/// binary scene). Every kind of PNG is read, without its transparency. In a grey picture, or one whose colours are all
/// grey:
///
/// - values that are all below `classes` are class ids; so are they when 255 stands beside at least two of them, and
///   255 is then "ignore", as in Pascal VOC;
/// - else at most `classes` values are classes from dark to bright: in a mask of 0 and 255, 255 is class 1;
/// - else a binary truth is cut at half the largest value that the bit depth can hold. So is a picture of one value.
///
/// In a palette picture the same holds of the palette's indices if they are class ids, and else of its colours. At most
/// `classes` colours that are not all grey are classes in the order of their luma.
///
/// A truth is resampled by the class at each new pixel's centre. A majority vote would look smoother, but erases every
/// structure thinner than half a new pixel and with it the imbalance that one came to study; the centre keeps each
/// class's share of the picture on average. A class that is lost all the same is told in a remark.
pub fn open_truth(
    name: &str,
    bytes: &[u8],
    classes: usize,
    fit: Fit,
) -> Result<OpenedFile<Array2<u8>>, FileError> {
    let wanted = "a ground truth as a PNG";
    let open = || match identify(bytes, wanted)? {
        FileKind::Png => png::truth(bytes, classes.max(2), fit),
        kind => Err(FileRefusal::new(kind.described(), wanted)),
    };
    open().map_err(|refusal| refusal.of(name))
}

/// Opens a prediction: probabilities `[class, y, x]`, with one channel, the foreground's, when `classes` is 1.
///
/// Refuses what is neither PNG nor `.npy`, is damaged or huge, does not fit, or does not hold probabilities.
///
/// - **PNG** (binary only): a grey picture of any bit depth; a value over the largest possible value is the
///   probability of class 1. A picture of 0 and 1 alone is taken as a hard mask.
/// - **`.npy`**: any float, integer or boolean type of either byte order, in C or Fortran order. Binary: `[H, W]`, or
///   with one channel first or last, or with two, which sum to 1 and of which the second is taken. Multi-class:
///   `[C, H, W]`, or `[H, W, C]` where the first axis is not C long. A leading batch axis of 1 is dropped. `u8` and
///   `u16` with values above 1 are divided by the largest value of the type.
///
/// Probabilities are finite and within 0 and 1 (to 1e-6, then clamped); the channels of a multi-class prediction sum
/// to 1 at every pixel, as nearly as the type can hold: 1e-3, for `f16` and scaled `u16` 1e-2, for scaled `u8` 2e-2.
///
/// Probabilities are resampled by the mean over each new pixel's area when shrinking, which keeps their sum, and
/// bilinearly when enlarging.
pub fn open_prediction(
    name: &str,
    bytes: &[u8],
    classes: usize,
    fit: Fit,
) -> Result<OpenedFile<Array3<f32>>, FileError> {
    let wanted = if classes <= 1 { "probabilities as a PNG or .npy" } else { "probabilities as an .npy" };
    let open = || match identify(bytes, wanted)? {
        FileKind::Npy => npy::prediction(bytes, classes.max(1), fit),
        FileKind::Png if classes <= 1 => png::prediction(bytes, fit),
        FileKind::Png => Err(FileRefusal::new(
            format!("a PNG, which holds one value a pixel, for a scene of {classes} classes"),
            format!("an .npy of shape [{classes}, H, W] with the probability of each class"),
        )),
        kind @ FileKind::Other(_) => Err(FileRefusal::new(kind.described(), wanted)),
    };
    open().map_err(|refusal| refusal.of(name))
}

/// Kind of file that the bytes are. Error for an empty file and for one above [`MOST_BYTES`].
fn identify(bytes: &[u8], wanted: &str) -> Result<FileKind, FileRefusal> {
    match bytes.len() {
        0 => Err(FileRefusal::new("an empty file", wanted)),
        length if length > MOST_BYTES => Err(FileRefusal::new(
            format!("a file of {}", mebibytes(length)),
            format!("at most {}", mebibytes(MOST_BYTES)),
        )),
        _ => Ok(FileKind::of(bytes)),
    }
}

fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Count of pixels as words: "1 pixel", "7 pixels".
fn pixels(count: usize) -> String {
    if count == 1 { "1 pixel".to_owned() } else { format!("{count} pixels") }
}

/// Checks a size read from a header, in pixels. Error if a side is 0 or above [`LONGEST_SIDE`].
fn check_size(width: u64, height: u64) -> Result<(), FileRefusal> {
    let most = LONGEST_SIDE as u64;
    if width == 0 || height == 0 || width > most || height > most {
        let expected = format!("1 × 1 to {most} × {most}");
        return Err(FileRefusal::new(format!("a picture of {width} × {height} pixels"), expected));
    }
    Ok(())
}

/// Remark about a change of size; none if there was no change.
fn resampled((width, height): (usize, usize), target: (usize, usize), how: &str) -> Option<String> {
    let (new_width, new_height) = target;
    ((width, height) != target)
        .then(|| format!("resampled from {width} × {height} to {new_width} × {new_height} ({how})"))
}
