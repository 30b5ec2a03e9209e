//! Files that lie beside the masks: a picture beneath them, a weight for each pixel.

use ndarray::{Array2, Array3};

use super::choice::{Resampling, Sizing};
use super::source::{ColourModel, Planes, Source};
use super::{FileError, FileRefusal, text};

use super::apply::size::TargetGrid;

/// A picture of the size that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture {
    /// 8-bit grey `[y, x]`, row by row.
    pub grey: Vec<u8>,
    /// Sentence about what was done to its size; none if it had that size.
    pub remark: Option<String>,
}

/// Reads a picture to lie beneath masks of this width and height, as grey by the luma of Rec. 601. One of another size in
/// the same proportions is resampled by the mean over each new pixel. Error, a sentence, for what is no picture and for
/// one of other proportions.
pub fn read_picture(source: &Source, size: (usize, usize)) -> Result<ReadPicture, FileError> {
    picture(source, size).map_err(|refusal| refusal.of(source.name()))
}

fn picture(source: &Source, size: (usize, usize)) -> Result<ReadPicture, FileRefusal> {
    if source.is_array() {
        return Err(text::no_picture(&source.shape));
    }
    let planes = source.planes(source.picture_axes());
    let own = (planes.width, planes.height);
    if own == size {
        let pixels = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (y, x)));
        let grey = pixels.map(|(y, x)| luma(source, &planes, y, x).round() as u8).collect();
        return Ok(ReadPicture { grey, remark: None });
    }
    if !has_proportions(own, size) {
        return Err(text::picture_of_other_proportions(own, size));
    }
    let (width, height) = size;
    let grid = TargetGrid::of(own, Sizing::Resample { width, height, method: Resampling::Area })?;
    let mean = |(y, x)| {
        let (sum, area) = grid.area(y, x).fold((0.0, 0.0), |(sum, all), (y, x, area)| {
            (sum + area * luma(source, &planes, y, x), all + area)
        });
        (sum / area).round() as u8
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
    Ok(ReadPicture { grey: pixels.map(mean).collect(), remark: Some(text::picture_resampled(own, size)) })
}

/// True for two sizes of one picture: the sides differ by no more than the rounding to whole pixels.
fn has_proportions((width, height): (usize, usize), size: (usize, usize)) -> bool {
    let (across, down) = (width * size.1, height * size.0);
    across.abs_diff(down) <= width.max(height).max(size.0).max(size.1)
}

/// Brightness of a pixel, 0 to 255. Alpha plays no part.
fn luma(source: &Source, planes: &Planes<'_>, y: usize, x: usize) -> f64 {
    let of = |[r, g, b]: [f64; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let level = |channel| {
        let white = source.white().or_else(|| source.type_most()).unwrap_or(1.0);
        (255.0 * planes.value(channel, y, x) / white).clamp(0.0, 255.0)
    };
    match source.model {
        ColourModel::Rgb => of([level(0), level(1), level(2)]),
        ColourModel::Indexed => {
            let entry = source.palette.get(planes.value(0, y, x) as usize);
            entry.map_or(0.0, |&[r, g, b, _]| of([r, g, b].map(f64::from)))
        }
        ColourModel::Grey | ColourModel::Array => level(0),
    }
}

/// Reads a weight for each pixel, `[image, y, x]`: the numbers of an array or of text as they are, the levels of a grey
/// picture as they are. Error, a sentence, for more than one number a pixel and for another size than this width and height.
/// Whether they are weights at all, the scene says.
pub fn read_weights(source: &Source, size: (usize, usize)) -> Result<Array3<f32>, FileError> {
    weights(source, size).map_err(|refusal| refusal.of(source.name()))
}

fn weights(source: &Source, size: (usize, usize)) -> Result<Array3<f32>, FileRefusal> {
    let long: Vec<usize> = if source.is_array() {
        // Axes of length 1 are those of images and channels; a picture of one row or column keeps its own.
        let all = 0..source.shape.len();
        if source.shape.len() == 2 {
            all.collect()
        } else {
            all.filter(|&axis| source.shape[axis] > 1).collect()
        }
    } else if source.model == ColourModel::Grey && source.shape.len() == 2 {
        vec![0, 1]
    } else {
        vec![]
    };
    let &[y, x] = &long[..] else { return Err(text::no_weights(&source.shape)) };
    let planes = source.planes([None, Some(y), Some(x)]);
    let own = (planes.width, planes.height);
    if own != size {
        return Err(text::weights_of_another_size(own, size));
    }
    let weights = Array2::from_shape_fn((own.1, own.0), |(y, x)| planes.value(0, y, x) as f32);
    Ok(weights.insert_axis(ndarray::Axis(0)))
}
