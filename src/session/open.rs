//! Files as scenes.

use super::frame::Notice;
use super::{LONGEST_SIDE, sentence};
use crate::file::{self, Fit};
use crate::scene::Scene;

/// A truth of the scene's size takes the place of its labels; one of another size makes a new scene.
pub(super) fn truth(
    scene: &Scene,
    name: &str,
    bytes: &[u8],
    notices: &mut Vec<Notice>,
) -> Result<Scene, String> {
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
    let scene = scene.map_err(sentence)?.titled(name);
    notices.extend(opened.remarks.iter().map(|remark| Notice::remark(name, remark)));
    if !same_size {
        let remark = format!("the scene is now {width} × {height}, and its prediction finds nothing yet");
        notices.push(Notice::remark(name, &remark));
    }
    Ok(scene)
}

/// A prediction for the scene's truth.
pub(super) fn prediction(
    scene: &Scene,
    name: &str,
    bytes: &[u8],
    notices: &mut Vec<Notice>,
) -> Result<Scene, String> {
    let shape = scene.shape();
    let fit = Fit::Exactly { width: shape.width, height: shape.height };
    let opened =
        file::open_prediction(name, bytes, shape.channels, fit).map_err(|refusal| refusal.to_string())?;
    let scene = scene.with_prediction(&opened.content).map_err(sentence)?.titled(name);
    notices.extend(opened.remarks.iter().map(|remark| Notice::remark(name, remark)));
    Ok(scene)
}
