//! The view, which changes no value, and the tools at hand.

use serde::{Deserialize, Serialize};

use crate::field::{IGNORE, Shape};
use crate::paint::Scale;
pub use crate::panel::At;
use crate::scene::{Brush, CLEARED_FOREGROUND, HEAVIEST, Ink, Labelling, PixelWeighting, Plane};

/// Scale, variable and overlays of what is seen: none of it changes a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct View {
    /// Spread of small and large gradients in heatmaps.
    pub scale: Scale,
    /// Gradients by the probability, instead of by the logit.
    pub by_probability: bool,
    /// One scale for all heatmaps.
    pub shared_scale: bool,
    /// The photograph under the masks, where the scene has one.
    pub photo: bool,
    /// Class or region whose logit the heatmaps are about; none for that of each pixel's own label, or for the region with the
    /// largest gradient at each pixel. Of a scene of regions panels are about this one, and about the first where there is none.
    pub gradient_class: Option<usize>,
    /// Pixel that stays looked at.
    pub pinned: Option<At>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            scale: Scale::default(),
            by_probability: false,
            shared_scale: false,
            photo: true,
            gradient_class: None,
            pinned: None,
        }
    }
}

impl View {
    /// Drops what the scene does not have, as after a smaller one was opened.
    pub fn settle(&mut self, shape: Shape, labelling: Labelling) {
        self.pinned = self.pinned.filter(|at| at.x < shape.width && at.y < shape.height);
        let has = |class: usize| labelling.channel(class, shape.channels).is_some();
        self.gradient_class = self.gradient_class.filter(|&class| shape.channels > 1 && has(class));
    }
}

/// Action of a press on a canvas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Tool {
    /// A stroke.
    #[default]
    Brush,
    /// A fill of the connected region.
    Fill,
    /// A pin, which paints nothing.
    Inspect,
}

/// Tools as they lie at hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tools {
    /// Action of a press.
    pub tool: Tool,
    /// Erasing, with brush and fill.
    pub erasing: bool,
    /// Radius of the brush, 0.5 to 128 pixels.
    pub radius: f64,
    /// Part of the radius over which paint on the prediction fades, 0 to 1.
    pub softness: f64,
    /// Class that is painted on the truth; 255 is ignored.
    pub truth_class: u8,
    /// Class whose probability is painted.
    pub prediction_class: u8,
    /// Probability that is painted, 0 to 1.
    pub probability: f64,
    /// True while the truth's canvas takes weights of pixels in place of classes; only where pixels weigh what the image says.
    pub weighing: bool,
    /// Weight that is painted, 0 to [`HEAVIEST`].
    pub weight: f64,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            tool: Tool::Brush,
            erasing: false,
            radius: 5.0,
            softness: 0.3,
            truth_class: 1,
            prediction_class: 1,
            probability: 0.9,
            weighing: false,
            weight: 5.0,
        }
    }
}

impl Tools {
    /// Brings every number into its range, and classes to those that the scene has: from one that it has not to the
    /// foreground. Weights are painted only by this rule of them.
    pub fn settle(&mut self, shape: Shape, labelling: Labelling, weighting: PixelWeighting) {
        let has = |class: u8| usize::from(class) < labelling.classes(shape.channels);
        let new = Self::default();
        let Brush { radius, softness } = self.brush().clamped();
        (self.radius, self.softness) = (radius, softness);
        if !has(self.truth_class) && self.truth_class != IGNORE {
            self.truth_class = new.truth_class;
        }
        let without_logit = labelling.channel(self.prediction_class.into(), shape.channels).is_none();
        if without_logit || shape.channels == 1 {
            self.prediction_class = new.prediction_class;
        }
        if !(0.0..=1.0).contains(&self.probability) {
            self.probability = new.probability;
        }
        if !(0.0..=HEAVIEST).contains(&self.weight) {
            self.weight = new.weight;
        }
        self.weighing &= weighting == PixelWeighting::Own;
    }

    /// The brush.
    pub fn brush(&self) -> Brush {
        Brush { radius: self.radius, softness: self.softness }
    }

    /// Paint for a plane: what is chosen, or what erases it, as it does while `erase` is held. Of several regions the chosen
    /// one alone is erased.
    pub fn ink(&self, plane: Plane, erase: bool, labelling: Labelling) -> Ink {
        let off = erase || self.erasing;
        let is_region = labelling == Labelling::Regions && ![0, IGNORE].contains(&self.truth_class);
        match plane {
            // Where nothing was said a pixel weighs 1.
            Plane::Truth if self.weighing => Ink::Weight { weight: if off { 1.0 } else { self.weight } },
            Plane::Truth if off && is_region => Ink::Outside { region: self.truth_class },
            Plane::Truth => Ink::Truth { class: if off { 0 } else { self.truth_class } },
            Plane::Prediction => Ink::Prediction {
                class: self.prediction_class,
                // Nearly sure that nothing is there, as where all is cleared.
                prob: if off { CLEARED_FOREGROUND } else { self.probability },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINARY: Shape = Shape { images: 1, channels: 1, height: 4, width: 6 };
    const FIVE: Shape = Shape { channels: 5, ..BINARY };

    #[test]
    fn a_class_that_the_scene_has_not_gives_way_to_the_foreground() {
        let mut tools = Tools { truth_class: 3, prediction_class: 3, ..Tools::default() };
        tools.settle(FIVE, Labelling::OneClass, PixelWeighting::Equal);
        assert_eq!((tools.truth_class, tools.prediction_class), (3, 3));
        tools.settle(BINARY, Labelling::OneClass, PixelWeighting::Equal);
        assert_eq!((tools.truth_class, tools.prediction_class), (1, 1));
        tools.truth_class = IGNORE;
        tools.settle(BINARY, Labelling::OneClass, PixelWeighting::Equal);
        assert_eq!(tools.truth_class, IGNORE, "what is ignored is there in every scene");
        let mut wild =
            Tools { radius: 1e9, softness: f64::NAN, probability: 7.0, weight: -1.0, ..Tools::default() };
        wild.settle(BINARY, Labelling::OneClass, PixelWeighting::Own);
        assert_eq!(wild, Tools { radius: 128.0, softness: 0.0, ..Tools::default() });
    }

    #[test]
    fn erasing_paints_what_clearing_leaves() {
        let tools = Tools { truth_class: 2, prediction_class: 2, ..Tools::default() };
        assert_eq!(tools.ink(Plane::Truth, false, Labelling::OneClass), Ink::Truth { class: 2 });
        assert_eq!(tools.ink(Plane::Truth, true, Labelling::OneClass), Ink::Truth { class: 0 });
        assert_eq!(
            tools.ink(Plane::Prediction, false, Labelling::OneClass),
            Ink::Prediction { class: 2, prob: 0.9 }
        );
        let erased = Tools { erasing: true, ..tools }.ink(Plane::Prediction, false, Labelling::OneClass);
        assert_eq!(erased, Ink::Prediction { class: 2, prob: 0.02 });
    }

    #[test]
    fn weights_are_painted_on_the_truth_where_pixels_weigh_what_the_image_says() {
        let mut tools = Tools { weighing: true, weight: 120.0, ..Tools::default() };
        let ink = |tools: Tools, plane, erase| tools.ink(plane, erase, Labelling::OneClass);
        tools.settle(BINARY, Labelling::OneClass, PixelWeighting::Own);
        assert_eq!(ink(tools, Plane::Truth, false), Ink::Weight { weight: 120.0 });
        assert_eq!(ink(tools, Plane::Truth, true), Ink::Weight { weight: 1.0 });
        assert_eq!(ink(tools, Plane::Prediction, false), Ink::Prediction { class: 1, prob: 0.9 });
        tools.settle(BINARY, Labelling::OneClass, PixelWeighting::Frequency);
        assert_eq!(ink(tools, Plane::Truth, false), Ink::Truth { class: 1 });
    }

    #[test]
    fn erasing_a_region_leaves_the_others() {
        let tools = Tools { truth_class: 2, ..Tools::default() };
        let ink = |tools: Tools, erase| tools.ink(Plane::Truth, erase, Labelling::Regions);
        assert_eq!(
            (ink(tools, false), ink(tools, true)),
            (Ink::Truth { class: 2 }, Ink::Outside { region: 2 })
        );
        assert_eq!(ink(Tools { truth_class: IGNORE, ..tools }, true), Ink::Truth { class: 0 });
        let mut last = Tools { truth_class: 5, prediction_class: 0, ..Tools::default() };
        last.settle(FIVE, Labelling::Regions, PixelWeighting::Equal);
        assert_eq!((last.truth_class, last.prediction_class), (5, 1), "no region has no logit");
        let mut view = View { gradient_class: Some(5), ..View::default() };
        view.settle(FIVE, Labelling::Regions);
        assert_eq!(view.gradient_class, Some(5));
        view.settle(FIVE, Labelling::OneClass);
        assert_eq!(view.gradient_class, None);
    }

    #[test]
    fn a_pin_off_the_scene_is_dropped() {
        let at = |x, y| Some(At { x, y });
        let mut view = View { pinned: at(6, 0), gradient_class: Some(4), ..View::default() };
        view.settle(FIVE, Labelling::OneClass);
        assert_eq!((view.pinned, view.gradient_class), (None, Some(4)));
        view.pinned = at(5, 3);
        view.settle(BINARY, Labelling::OneClass);
        assert_eq!((view.pinned, view.gradient_class), (at(5, 3), None));
    }
}
