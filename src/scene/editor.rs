//! A scene being edited.

use std::mem;

use super::adjust::{Adjustment, Lens};
use super::brush::{Brush, Point};
use super::history::{History, MergeKey, Step};
use super::ink::{Ink, Plane, blend};
use super::rect::Rect;
use super::stroke::Stroke;
use super::{Scene, SceneError, cleared_logits, fill};
use crate::field::{Logits, Shape};

/// What an edit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A box of the ground truth.
    Truth(Rect),
    /// A box of the prediction.
    Prediction(Rect),
    /// All of it, perhaps its sizes too.
    Scene,
}

/// A scene, the adjustment it is seen through, and its history.
///
/// Every edit is one step of undo, and leaves none if it changed nothing. Methods give what changed, or `None`. An edit
/// or adjustment that comes while a stroke is being made ends that stroke first.
#[derive(Debug)]
pub struct Editor {
    scene: Scene,
    lens: Lens,
    /// What is seen, unless it is what was painted.
    adjusted: Option<Logits>,
    history: History,
    stroke: Option<Stroke>,
}

impl Editor {
    /// An editor of a scene, with nothing to undo and a neutral adjustment.
    pub fn new(scene: Scene) -> Self {
        let lens = Lens::new(Adjustment::default(), scene.shape());
        Self { scene, lens, adjusted: None, history: History::default(), stroke: None }
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

    /// Moves the global sliders; values out of range are brought into it. This is no step of undo: it changes what is
    /// seen and nothing that was painted.
    pub fn set_adjustment(&mut self, adjustment: Adjustment) -> Option<Change> {
        let adjustment = adjustment.clamped();
        if adjustment == self.adjustment() {
            return None;
        }
        self.end_stroke();
        self.lens.set(adjustment, self.scene.shape());
        self.see_all();
        Some(Change::Prediction(self.whole()))
    }

    /// Begins a stroke, which the points of [`Editor::extend_stroke`] then make. Refuses a class that the scene has not
    /// and a probability outside 0..1.
    pub fn begin_stroke(&mut self, ink: Ink, brush: Brush) -> Result<(), SceneError> {
        ink.check(self.scene.shape().channels)?;
        self.end_stroke();
        self.stroke = Some(Stroke::new(&self.scene, ink, brush));
        Ok(())
    }

    /// Goes on with the stroke through these points, in pixels of the grid. Nothing happens when there is no stroke.
    pub fn extend_stroke(&mut self, points: &[Point]) -> Option<Change> {
        let stroke = self.stroke.as_mut()?;
        let rect = stroke.extend(points, &mut self.scene, &self.lens)?;
        let change = match stroke.plane() {
            Plane::Truth => Change::Truth(rect),
            Plane::Prediction => Change::Prediction(rect),
        };
        self.see(change);
        Some(change)
    }

    /// Ends the stroke, if there is one: it becomes one step of undo.
    pub fn end_stroke(&mut self) {
        let step = self.stroke.take().and_then(Stroke::into_step);
        if let Some(step) = step.filter(|step| step.differs(&self.scene)) {
            self.history.push(step);
        }
    }

    /// Takes the stroke back, if there is one, as if it had never begun.
    pub fn cancel_stroke(&mut self) -> Option<Change> {
        let mut step = self.stroke.take()?.into_step()?;
        step.exchange(&mut self.scene);
        let change = step.change();
        self.see(change);
        Some(change)
    }

    /// Whether a stroke is being made.
    pub fn is_stroking(&self) -> bool {
        self.stroke.is_some()
    }

    /// Fills around a pixel: of the truth, the 4-connected pixels of the same label; of the prediction, those that are
    /// decided for the same class. Refuses what [`Editor::begin_stroke`] refuses, and a pixel outside the scene.
    pub fn fill(&mut self, y: usize, x: usize, ink: Ink) -> Result<Option<Change>, SceneError> {
        let Shape { channels, height, width, .. } = self.scene.shape();
        ink.check(channels)?;
        self.check_pixel(y, x)?;
        self.end_stroke();
        let (step, pixels) = match ink {
            Ink::Truth { .. } => {
                let labels = &self.scene.labels;
                let same = |v, u| labels[[0, v, u]] == labels[[0, y, x]];
                let (pixels, rect) = fill::region(height, width, (y, x), same);
                (Step::truth(labels, rect), pixels)
            }
            Ink::Prediction { .. } => {
                let logits = self.effective_logits();
                let own = decision(logits, y, x);
                let (pixels, rect) =
                    fill::region(height, width, (y, x), |v, u| decision(logits, v, u) == own);
                (Step::prediction(&self.scene.painted, rect), pixels)
            }
        };
        for pixel in pixels {
            match ink {
                Ink::Truth { class } => self.scene.labels[[0, pixel.0, pixel.1]] = class,
                Ink::Prediction { class, prob } => self.tint(pixel, class, prob),
            }
        }
        Ok(self.made(step, None))
    }

    /// Clears all of a plane: no foreground in the truth; a prediction that finds none and is nearly sure of it.
    pub fn clear(&mut self, plane: Plane) -> Option<Change> {
        self.end_stroke();
        let step = Step::of(&self.scene, plane, self.whole());
        match plane {
            Plane::Truth => self.scene.labels.fill(0),
            Plane::Prediction => {
                let Shape { channels, height, width, .. } = self.scene.shape();
                let cleared = cleared_logits(channels);
                for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                    self.lens.write(&mut self.scene.painted, (y, x), &cleared);
                }
            }
        }
        self.made(step, None)
    }

    /// Sets the probability of a class at one pixel. Edits of the same pixel and class that follow each other are one
    /// step of undo, until [`Editor::end_pixel_edit`] or anything else comes between. Refuses what
    /// [`Editor::fill`] refuses.
    pub fn set_pixel_prob(
        &mut self,
        y: usize,
        x: usize,
        class: u8,
        prob: f64,
    ) -> Result<Option<Change>, SceneError> {
        Ink::Prediction { class, prob }.check(self.scene.shape().channels)?;
        self.check_pixel(y, x)?;
        self.end_stroke();
        let step = Step::of(&self.scene, Plane::Prediction, Rect::pixel(y, x));
        self.tint((y, x), class, prob);
        Ok(self.made(step, Some(MergeKey { pixel: (y, x), class })))
    }

    /// The next [`Editor::set_pixel_prob`] is a step of its own: the slider was let go.
    pub fn end_pixel_edit(&mut self) {
        self.history.seal();
    }

    /// Puts another scene in the place of this one: a preset or a file.
    pub fn replace(&mut self, scene: Scene) -> Option<Change> {
        self.end_stroke();
        let step = Step::Scene(Box::new(mem::replace(&mut self.scene, scene)));
        self.made(step, None)
    }

    /// Switches between binary and multi-class, as [`Scene::convert`] does. Refuses what that refuses.
    pub fn convert(&mut self, channels: usize) -> Result<Option<Change>, SceneError> {
        // The stroke is of the scene as it was.
        self.end_stroke();
        let scene = self.scene.convert(channels)?;
        Ok(self.replace(scene))
    }

    /// Takes the last step back; a stroke that is being made is the last step.
    pub fn undo(&mut self) -> Option<Change> {
        self.end_stroke();
        let change = self.history.undo(&mut self.scene)?;
        self.see(change);
        Some(change)
    }

    /// Makes the last step that was taken back again.
    pub fn redo(&mut self) -> Option<Change> {
        self.end_stroke();
        let change = self.history.redo(&mut self.scene)?;
        self.see(change);
        Some(change)
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Sees an edit that was made, and keeps what it replaced, unless it changed nothing.
    fn made(&mut self, step: Step, key: Option<MergeKey>) -> Option<Change> {
        if !step.differs(&self.scene) {
            return None;
        }
        let change = step.change();
        match key {
            Some(key) => self.history.push_merging(step, key),
            None => self.history.push(step),
        }
        self.see(change);
        Some(change)
    }

    /// Brings what is seen up to date.
    fn see(&mut self, change: Change) {
        match (change, &mut self.adjusted) {
            (Change::Prediction(rect), Some(adjusted)) => {
                self.lens.apply(&self.scene.painted, rect, adjusted);
            }
            (Change::Truth(_) | Change::Prediction(_), _) => {}
            (Change::Scene, _) => {
                self.lens.set(self.lens.adjustment(), self.scene.shape());
                self.see_all();
            }
        }
    }

    fn see_all(&mut self) {
        let whole = self.whole();
        self.adjusted = (!self.lens.adjustment().is_neutral()).then(|| {
            let mut adjusted = Logits::zeros(self.scene.painted.raw_dim());
            self.lens.apply(&self.scene.painted, whole, &mut adjusted);
            adjusted
        });
    }

    fn whole(&self) -> Rect {
        let Shape { height, width, .. } = self.scene.shape();
        Rect::whole(height, width)
    }

    /// Gives a class of a pixel the probability that is to be seen.
    fn tint(&mut self, pixel: (usize, usize), class: u8, prob: f64) {
        let mut logits = self.lens.read(&self.scene.painted, pixel);
        blend(&mut logits, class.into(), prob, 1.0);
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

/// The class that a prediction decides for.
fn decision(logits: &Logits, y: usize, x: usize) -> usize {
    let channels = logits.dim().1;
    if channels == 1 {
        return usize::from(logits[[0, 0, y, x]] >= 0.0);
    }
    (1..channels).fold(0, |best, c| if logits[[0, c, y, x]] > logits[[0, best, y, x]] { c } else { best })
}

#[cfg(test)]
mod tests;
