//! Files as images of the document.

use super::text;
use super::update::Notice;
use crate::document::{Base, Digest, Image, RasterPlane, Rasters};
use crate::file::{self, Fit};
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
    let opened = file::open_truth(name, bytes, shape.classes(), Fit::Within(LONGEST_SIDE))
        .map_err(|refusal| refusal.to_string())?;
    let (height, width) = opened.content.dim();
    let same_size = (height, width) == (shape.height, shape.width);
    let scene = if same_size {
        scene.with_truth(opened.content)
    } else {
        Scene::from_truth(name, opened.content, shape.channels)
    };
    let scene = scene.map_err(|refusal| text::sentence(&refusal))?;
    notices.extend(opened.remarks.iter().map(|remark| Notice::remark(text::remark(name, remark))));
    if !same_size {
        notices.push(Notice::remark(text::resized(name, width, height)));
    }
    Ok(scene)
}

fn prediction(scene: &Scene, name: &str, bytes: &[u8], notices: &mut Vec<Notice>) -> Result<Scene, String> {
    let shape = scene.shape();
    let fit = Fit::Exactly { width: shape.width, height: shape.height };
    let opened =
        file::open_prediction(name, bytes, shape.channels, fit).map_err(|refusal| refusal.to_string())?;
    let scene = scene.with_prediction(&opened.content).map_err(|refusal| text::sentence(&refusal))?;
    notices.extend(opened.remarks.iter().map(|remark| Notice::remark(text::remark(name, remark))));
    Ok(scene)
}
