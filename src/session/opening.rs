//! Files as images of the document.

use ndarray::{Array3, Axis};

use super::text;
use super::update::Notice;
use crate::document::{Base, Digest, Image, RasterPlane, Rasters};
use crate::file::{self, Context, Method, Read, SceneContext, Sizing};
use crate::scene::{Edits, ImageEdit, Plane, Preset, Scene};

/// The longest side of an opened mask: larger files are resampled to it.
const LONGEST_SIDE: usize = Preset::LARGEST;

/// The image that a mask makes of the one that is there: a truth of its size takes the place of its labels, one of
/// another size makes a new scene; a prediction is one for its truth. Refuses a file that is none, with a sentence.
pub(super) fn image(
    plane: Plane,
    current: (&Scene, ImageEdit),
    file: (&str, &[u8]),
    rasters: &mut Rasters,
    fresh: &mut Vec<(Digest, Vec<u8>)>,
    notices: &mut Vec<Notice>,
) -> Result<Image, String> {
    let ((scene, adjustment), (name, bytes)) = (current, file);
    let scene = match plane {
        Plane::Truth => truth(scene, name, bytes, notices)?,
        Plane::Prediction => prediction(scene, name, bytes, notices)?,
    };
    let mut keep = |plane: RasterPlane| {
        let (digest, bytes) = rasters.keep(plane);
        fresh.extend(bytes.map(|bytes| (digest.clone(), bytes)));
        digest
    };
    let base = Base::Raster {
        title: name.to_owned(),
        truth: keep(RasterPlane::Labels(scene.labels().clone())),
        prediction: keep(RasterPlane::Logits(scene.painted().clone())),
        picture: scene.photo().map(|grey| keep(RasterPlane::Picture(grey.to_vec(), scene.shape().width))),
    };
    // What was seen through an adjustment is still seen through it.
    let edits = if matches!(&adjustment, ImageEdit::Adjust(adjustment) if adjustment.is_neutral()) {
        Edits::default()
    } else {
        Edits::default().with(adjustment)
    };
    Ok(Image::edited(base, edits))
}

fn truth(scene: &Scene, name: &str, bytes: &[u8], notices: &mut Vec<Notice>) -> Result<Scene, String> {
    let shape = scene.shape();
    let (read, remarks) = opened(Plane::Truth, None, name, bytes)?;
    let Read::Truth(read) = read else { return Err(text::not_evaluated(name)) };
    let (height, width) = read.labels.dim();
    // The scene keeps its task where the truth fits it.
    let classes = read.legend.classes.len().max(shape.classes());
    let channels = if classes == 2 { 1 } else { classes };
    let same = (height, width, channels) == (shape.height, shape.width, shape.channels);
    let scene =
        if same { scene.with_truth(read.labels) } else { Scene::from_truth(name, read.labels, channels) };
    let scene = scene.map_err(|refusal| text::sentence(&refusal))?;
    notices.extend(remarks.iter().map(|remark| Notice::remark(text::read_as(name, remark))));
    if !same {
        notices.push(Notice::remark(text::resized(name, width, height)));
    }
    Ok(scene)
}

fn prediction(scene: &Scene, name: &str, bytes: &[u8], notices: &mut Vec<Notice>) -> Result<Scene, String> {
    let shape = scene.shape();
    let joins =
        SceneContext { classes: shape.classes(), width: shape.width, height: shape.height, legend: None };
    let (read, remarks) = opened(Plane::Prediction, Some(joins), name, bytes)?;
    let Read::Prediction(read) = read else { return Err(text::not_evaluated(name)) };
    let logits = fitted(read.logits, shape.channels);
    let photo = scene.photo().map(<[u8]>::to_vec);
    let scene = Scene::new(scene.title(), scene.labels().clone(), logits.insert_axis(Axis(0)));
    let scene = scene.map_err(|refusal| text::sentence(&refusal))?.over(photo);
    notices.extend(remarks.iter().map(|remark| Notice::remark(text::read_as(name, remark))));
    Ok(scene)
}

/// Logits of a task with so many channels: of two classes the foreground's against the background's, and of one
/// foreground channel a softmax of both, where more classes are asked for.
fn fitted(logits: Array3<f32>, channels: usize) -> Array3<f32> {
    let (own, height, width) = logits.dim();
    match (own, channels) {
        (2, 1) => {
            let difference = |y, x| logits[[1, y, x]] - logits[[0, y, x]];
            Array3::from_shape_fn((1, height, width), |(_, y, x)| difference(y, x))
        }
        _ => logits,
    }
}

/// The file by the reading that is suggested, brought to the size that scenes have, with what is to be said of it.
fn opened(
    plane: Plane,
    scene: Option<SceneContext<'_>>,
    name: &str,
    bytes: &[u8],
) -> Result<(Read, Vec<String>), String> {
    let said = |refusal: file::FileError| refusal.to_string();
    let source = file::decode(name, bytes, plane, None).map_err(said)?;
    let reading = file::read(&source, plane, Context { scene, remembered: None }).map_err(said)?;
    let mut choice = reading.choice;
    if plane == Plane::Truth {
        choice.size = within(reading.width, reading.height);
    }
    let read = file::apply(&source, &choice, plane).map_err(said)?;
    let mut remarks = vec![reading.text];
    remarks.extend(reading.questions);
    remarks.extend(reading.remarks);
    remarks.extend(match &read {
        Read::Truth(read) => read.remarks.clone(),
        Read::Prediction(read) => read.remarks.clone(),
    });
    Ok((read, remarks))
}

/// Size of a scene that is made of a file of this size.
fn within(width: usize, height: usize) -> Sizing {
    let longest = width.max(height);
    if longest <= LONGEST_SIDE {
        return Sizing::Own;
    }
    let scale = LONGEST_SIDE as f64 / longest as f64;
    let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    Sizing::Resample { width: side(width), height: side(height), method: Method::Centre }
}
