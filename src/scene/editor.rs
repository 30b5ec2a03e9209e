//! A scene being edited.

use std::mem;

use ndarray::{Array3, s};

use super::adjust::{Adjustment, Lens};
use super::brush::{Brush, Point};
use super::change::Change;
use super::edit::ImageEdit;
use super::former::Former;
use super::ink::{Ink, Plane};
use super::path::Path;
use super::rect::Rect;
use super::stroke::Stroke;
use super::{Scene, SceneError, cleared_logits, fill};
use crate::field::{Logits, Shape};

/// A scene and the adjustment it is seen through.
///
/// [`Editor::apply`] carries out edits as they are kept. A stroke that a hand is making goes on it point by point, and
/// becomes such an edit when it ends. An edit that comes meanwhile takes the stroke back first.
#[derive(Debug)]
pub struct Editor {
    scene: Scene,
    lens: Lens,
    /// Logits as they are seen, unless they are as painted.
    adjusted: Option<Logits>,
    stroke: Option<Stroke>,
}

impl Editor {
    /// An editor of a scene, with a neutral adjustment.
    pub fn new(scene: Scene) -> Self {
        Self::adjusted(scene, Adjustment::default())
    }

    /// An editor of a scene that is seen through an adjustment.
    pub(super) fn adjusted(scene: Scene, adjustment: Adjustment) -> Self {
        let lens = Lens::new(adjustment, scene.shape(), scene.labelling());
        let mut editor = Self { scene, lens, adjusted: None, stroke: None };
        editor.see_all();
        editor
    }

    /// The scene as it is now.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The global adjustment.
    pub fn adjustment(&self) -> Adjustment {
        self.lens.adjustment()
    }

    /// The prediction as it is seen and as every loss gets it: painted and then adjusted.
    pub fn effective_logits(&self) -> &Logits {
        self.adjusted.as_ref().unwrap_or(&self.scene.painted)
    }

    /// Begins a stroke, which the points of [`Editor::extend_stroke`] then make. Refuses a class that the scene has not
    /// a probability outside 0..1, and a weight that is none.
    pub fn begin_stroke(&mut self, ink: Ink, brush: Brush) -> Result<Option<Change>, SceneError> {
        ink.check(self.scene.labelling(), self.scene.shape().channels)?;
        let change = self.cancel_stroke();
        self.stroke = Some(Stroke::new(&self.scene, ink, brush));
        Ok(change)
    }

    /// Goes on with the stroke through these points, in pixels of the grid. Nothing happens when there is no stroke.
    pub fn extend_stroke(&mut self, points: &[Point]) -> Option<Change> {
        let stroke = self.stroke.as_mut()?;
        let change = stroke.extend(points.iter().copied(), &mut self.scene, &self.lens)?;
        self.see(change);
        Some(change)
    }

    /// Ends the stroke, if there is one: takes it off the scene and gives it as an edit, for [`Editor::apply`].
    pub fn end_stroke(&mut self) -> (Option<Change>, Option<ImageEdit>) {
        let edit = self.stroke.as_ref().map(Stroke::edit);
        (self.cancel_stroke(), edit)
    }

    /// Takes the stroke back, if there is one, as if it had never begun.
    pub fn cancel_stroke(&mut self) -> Option<Change> {
        let mut former = self.stroke.take()?.into_former()?;
        former.exchange(&mut self.scene);
        let change = former.change(&self.scene);
        self.see(change);
        Some(change)
    }

    /// True while a stroke is being made.
    pub fn is_stroking(&self) -> bool {
        self.stroke.is_some()
    }

    /// Carries out an edit, and gives what it changed; nothing if that is nothing. Refuses a class that the scene has
    /// not, a probability outside 0..1, a pixel outside the scene, and a number of channels other than 1 to 32.
    pub fn apply(&mut self, edit: &ImageEdit) -> Result<Option<Change>, SceneError> {
        let former = self.carry_out(edit)?;
        Ok(former.map(|former| former.change(&self.scene)))
    }

    /// Carries out an edit, and gives what it replaced; nothing if it changed nothing.
    pub(super) fn carry_out(&mut self, edit: &ImageEdit) -> Result<Option<Former>, SceneError> {
        self.check(edit)?;
        self.cancel_stroke();
        let former = match edit {
            ImageEdit::Stroke { ink, brush, path } => self.paint(*ink, *brush, path),
            ImageEdit::Fill { ink, x, y } => Some(self.fill(*y, *x, *ink)),
            ImageEdit::Clear { plane } => Some(self.clear(*plane)),
            ImageEdit::Pixel { x, y, class, prob } => {
                let former = Former::of(&self.scene, Plane::Prediction, Rect::pixel(*y, *x));
                self.tint((*y, *x), *class, *prob);
                Some(former)
            }
            ImageEdit::Adjust(adjustment) => self.adjust(*adjustment),
            ImageEdit::Convert { channels } => {
                let converted = self.scene.convert(*channels)?;
                Some(Former::Scene(Box::new(mem::replace(&mut self.scene, converted))))
            }
        };
        let former = former.filter(|former| former.differs(&self.scene));
        if let Some(former) = &former {
            self.see(former.change(&self.scene));
        }
        Ok(former)
    }

    /// Puts back what an edit replaced, and gives what it changes.
    pub(super) fn put_back(&mut self, mut former: Former) -> Change {
        self.cancel_stroke();
        if let Former::Adjustment(adjustment) = former {
            self.adjust(adjustment);
        } else {
            former.exchange(&mut self.scene);
        }
        let change = former.change(&self.scene);
        self.see(change);
        change
    }

    fn check(&self, edit: &ImageEdit) -> Result<(), SceneError> {
        let (labelling, channels) = (self.scene.labelling(), self.scene.shape().channels);
        match *edit {
            ImageEdit::Stroke { ink, .. } => ink.check(labelling, channels),
            ImageEdit::Fill { ink, x, y } => {
                ink.check(labelling, channels)?;
                self.check_pixel(y, x)
            }
            ImageEdit::Pixel { x, y, class, prob } => {
                Ink::Prediction { class, prob }.check(labelling, channels)?;
                self.check_pixel(y, x)
            }
            ImageEdit::Clear { .. } | ImageEdit::Adjust(_) | ImageEdit::Convert { .. } => Ok(()),
        }
    }

    fn paint(&mut self, ink: Ink, brush: Brush, path: &Path) -> Option<Former> {
        let mut stroke = Stroke::new(&self.scene, ink, brush);
        stroke.extend(path.points(), &mut self.scene, &self.lens);
        stroke.into_former()
    }

    /// Fills around a pixel: of the truth and of the weights, the 4-connected pixels of the same label; of the prediction,
    /// those that are decided for the same class.
    fn fill(&mut self, y: usize, x: usize, ink: Ink) -> Former {
        let Shape { height, width, .. } = self.scene.shape();
        let labelling = self.scene.labelling();
        let (former, pixels) = match ink {
            Ink::Truth { .. } | Ink::Outside { .. } | Ink::Weight { .. } => {
                let labels = &self.scene.labels;
                let same = |v, u| labelling.fills(labels[[0, y, x]], labels[[0, v, u]], ink);
                let (pixels, rect) = fill::region(height, width, (y, x), same);
                if matches!(ink, Ink::Weight { .. }) {
                    (Former::Weights(self.scene.weights.clone()), pixels)
                } else {
                    (Former::truth(labels, rect), pixels)
                }
            }
            Ink::Prediction { class, .. } => {
                let logits = self.effective_logits();
                let decision =
                    |v, u| labelling.decision(logits.slice(s![0, .., v, u]).iter().copied(), class);
                let own = decision(y, x);
                let (pixels, rect) = fill::region(height, width, (y, x), |v, u| decision(v, u) == own);
                (Former::prediction(&self.scene.painted, rect), pixels)
            }
        };
        for pixel in pixels {
            match ink {
                Ink::Truth { .. } | Ink::Outside { .. } => {
                    let label = &mut self.scene.labels[[0, pixel.0, pixel.1]];
                    *label = labelling.painted(*label, ink);
                }
                Ink::Prediction { class, prob } => self.tint(pixel, class, prob),
                Ink::Weight { weight } => {
                    let size = self.scene.labels.raw_dim();
                    let weights = self.scene.weights.get_or_insert_with(|| Array3::ones(size));
                    weights[[0, pixel.0, pixel.1]] = weight as f32;
                }
            }
        }
        former
    }

    /// Clears all of a plane: no foreground in the truth; a prediction that finds none and is nearly sure of it.
    fn clear(&mut self, plane: Plane) -> Former {
        let former = Former::of(&self.scene, plane, self.scene.whole());
        match plane {
            Plane::Truth => self.scene.labels.fill(0),
            Plane::Prediction => {
                let Shape { channels, height, width, .. } = self.scene.shape();
                let cleared = cleared_logits(self.scene.labelling(), channels);
                for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                    self.lens.write(&mut self.scene.painted, (y, x), &cleared);
                }
            }
        }
        former
    }

    /// Moves the global sliders; values out of range are brought into it.
    fn adjust(&mut self, adjustment: Adjustment) -> Option<Former> {
        let (former, adjustment) = (self.adjustment(), adjustment.clamped());
        if adjustment == former {
            return None;
        }
        self.lens.set(adjustment, self.scene.shape(), self.scene.labelling());
        self.see_all();
        Some(Former::Adjustment(former))
    }

    /// Brings what is seen up to date.
    fn see(&mut self, change: Change) {
        match (change, &mut self.adjusted) {
            (Change::Prediction(rect), Some(adjusted)) => {
                self.lens.apply(&self.scene.painted, rect, adjusted);
            }
            (Change::Truth(_) | Change::Prediction(_) | Change::Weights, _) => {}
            (Change::Scene, _) => {
                self.lens.set(self.lens.adjustment(), self.scene.shape(), self.scene.labelling());
                self.see_all();
            }
        }
    }

    fn see_all(&mut self) {
        self.adjusted = (!self.lens.adjustment().is_neutral()).then(|| {
            let mut adjusted = Logits::zeros(self.scene.painted.raw_dim());
            self.lens.apply(&self.scene.painted, self.scene.whole(), &mut adjusted);
            adjusted
        });
    }

    /// Gives a class of a pixel the probability that is to be seen.
    fn tint(&mut self, pixel: (usize, usize), class: u8, prob: f64) {
        let mut logits = self.lens.read(&self.scene.painted, pixel);
        self.scene.labelling().blend(&mut logits, class, prob, 1.0);
        self.lens.write(&mut self.scene.painted, pixel, &logits);
    }

    fn check_pixel(&self, y: usize, x: usize) -> Result<(), SceneError> {
        let Shape { height, width, .. } = self.scene.shape();
        if y < height && x < width {
            return Ok(());
        }
        Err(SceneError(format!("there is no pixel at x {x}, y {y}: the scene is {width} × {height}")))
    }
}

#[cfg(test)]
mod tests;
