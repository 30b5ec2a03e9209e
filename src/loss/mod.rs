//! The catalogue of losses: one file a loss, one line in the list of [`LOSSES`].
//!
//! Everything that knows a list of losses reads it from here: the page builds its cards and controls from it, the
//! law tests walk it, and the explanations on the page are the module docs of each loss (see [`docs`]).
//!
//! To add a loss: write `src/loss/<id>.rs` with its docs in the fixed form, a struct that implements [`Loss`], and a
//! [`Spec`]; then add its line to [`LOSSES`].

pub mod config;
pub mod docs;
mod element;
mod identity;
mod planes;
mod pull_back;
mod skeleton;

pub mod asymmetric_focal;
pub mod boundary;
pub mod cldice;
pub mod combo;
pub mod compound;
pub mod cross_entropy;
pub mod cross_entropy_lovasz_hinge;
pub mod cross_entropy_lovasz_softmax;
pub mod dice;
pub mod dice_cross_entropy;
pub mod dice_focal;
pub mod focal;
pub mod focal_tversky;
pub mod generalized_dice;
pub mod generalized_wasserstein_dice;
pub mod hausdorff;
pub mod hinge;
pub mod jaccard;
pub mod log_cosh_dice;
pub mod lovasz;
pub mod lovasz_hinge;
pub mod lovasz_softmax;
pub mod mcc;
pub mod mixer;
pub mod overlap;
pub mod top_k_cross_entropy;
pub mod tversky;
pub mod unified_focal;

use std::fmt::Debug;

use crate::field::{Field, Task};
pub use compound::Term;
use config::{Config, Param};
pub use element::Element;
use element::evaluated_by_run;
pub use identity::Identity;
pub use pull_back::pull_back;

/// A loss with all its parameters set. Two are equal (`==` on `dyn Loss`) if they are of one type with equal parameters.
pub trait Loss: Debug + Identity {
    /// Value of the loss; writes the gradient d(value)/d(logit), `[image, class, y, x]`, if a place is given.
    ///
    /// Every element of `gradient` is overwritten. Value and gradient are finite for finite logits.
    fn evaluate(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64;

    /// Value of the loss; writes the gradient as [`evaluate`](Self::evaluate) does, in f64: where probabilities are so
    /// near 0 or 1 that f32 would round it to 0, it is not 0.
    fn evaluate_exactly(&self, field: &Field<'_>, gradient: &mut [f64]) -> f64;

    /// Range of the value.
    fn range(&self) -> Range;

    /// True if it sees each logit of a multi-class task by itself, one class against the rest. Then its value depends
    /// on what is added to all logits of a pixel, which a softmax does not show.
    fn is_one_vs_rest(&self) -> bool {
        self.terms().iter().any(|term| term.loss.is_one_vs_rest())
    }

    /// Weighted losses that this one is the sum of, if it is a compound; else empty. The sum is then taken
    /// from them if they are known already.
    fn terms(&self) -> &[Term] {
        &[]
    }

    /// True if the loss of each pixel is multiplied by its weight, where the field has weights of pixels: for cross-entropy,
    /// and for that term of a sum. All others know nothing of them.
    fn takes_pixel_weights(&self) -> bool {
        self.terms().iter().any(|term| term.loss.takes_pixel_weights())
    }
}

/// Value with its gradient d(value)/d(logit), `[image, class, y, x]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Value of the loss.
    pub value: f64,
    /// Gradient in units of [`unit`](Self::unit), flat.
    pub gradient: Vec<f32>,
    /// What 1 of the gradient stands for. It is 1 but where f32 could not hold the gradient: beyond 10³⁰, and below
    /// 10⁻³⁰ everywhere, as of probabilities that are all but 0 and 1.
    pub unit: f64,
}

impl Evaluation {
    /// Largest |gradient| below which f32 begins to lose digits, and then everything.
    const SMALL: f64 = 1e-30;
    /// Largest |gradient| whose sums are safe in f32.
    const LARGE: f64 = 1e30;

    /// Evaluation of a loss that is no compound, or of a compound by itself.
    pub fn of(loss: &dyn Loss, field: &Field<'_>) -> Self {
        let mut gradient = vec![0.0; field.shape().logits()];
        let value = loss.evaluate(field, Some(&mut gradient));
        if Self::fits(largest(&gradient)) {
            return Self { value, gradient, unit: 1.0 };
        }
        let mut exact = vec![0.0; gradient.len()];
        loss.evaluate_exactly(field, &mut exact);
        Self::scaled(value, &exact)
    }

    /// Evaluation with a gradient in f64, in a unit that f32 can hold it in.
    pub fn scaled(value: f64, gradient: &[f64]) -> Self {
        let most = largest(gradient);
        let unit = if Self::fits(most) || most == 0.0 { 1.0 } else { most };
        Self { value, gradient: gradient.iter().map(|g| (g / unit) as f32).collect(), unit }
    }

    const fn fits(most: f64) -> bool {
        most >= Self::SMALL && most <= Self::LARGE
    }

    /// Gradient of one logit.
    pub fn at(&self, logit: usize) -> f64 {
        self.unit * f64::from(self.gradient[logit])
    }

    /// Evaluation of regions: the mean of the values of their binary tasks, with the gradients by the logits of each, one region
    /// after the other, so that of one image they are `[region, y, x]`. 0 of no region.
    pub fn of_regions(regions: &[impl std::ops::Deref<Target = Self>]) -> Self {
        let share = 1.0 / regions.len().max(1) as f64;
        let value = share * regions.iter().map(|region| region.value).sum::<f64>();
        if regions.iter().all(|region| region.unit.to_bits() == 1f64.to_bits()) {
            let gradient = regions.iter().flat_map(|region| &region.gradient);
            return Self { value, gradient: gradient.map(|g| share as f32 * g).collect(), unit: 1.0 };
        }
        let exact =
            regions.iter().flat_map(|region| (0..region.gradient.len()).map(|at| share * region.at(at)));
        Self::scaled(value, &exact.collect::<Vec<_>>())
    }

    /// Weighted sum of other evaluations, of so many `logits`.
    pub fn sum<'e>(terms: impl Iterator<Item = (f64, &'e Self)> + Clone, logits: usize) -> Self {
        let value = terms.clone().map(|(weight, term)| weight * term.value).sum::<f64>();
        if terms.clone().all(|(_, term)| term.unit.to_bits() == 1f64.to_bits()) {
            let mut gradient = vec![0.0; logits];
            for (weight, term) in terms {
                for (sum, term) in gradient.iter_mut().zip(&term.gradient) {
                    *sum += weight as f32 * term;
                }
            }
            return Self { value, gradient, unit: 1.0 };
        }
        let mut gradient = vec![0.0; logits];
        for (weight, term) in terms {
            for (logit, sum) in gradient.iter_mut().enumerate() {
                *sum += weight * term.at(logit);
            }
        }
        Self::scaled(value, &gradient)
    }
}

/// Largest size of a gradient's elements.
fn largest<G: Element>(gradient: &[G]) -> f64 {
    gradient.iter().fold(0.0, |most: f64, g| {
        let size = g.to_f64().abs();
        if size > most { size } else { most }
    })
}

/// Range of a loss's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lower bound; −∞ if there is none.
    pub least: f64,
    /// Upper bound; infinite if there is none.
    pub most: f64,
    /// Limit of the value as a prediction grows confident and right everywhere; infinite if the value grows
    /// without bound, NaN if the limit depends on the truth.
    pub perfect: f64,
}

impl Range {
    /// Range from 0 (perfect) to 1.
    pub const UNIT: Self = Self { least: 0.0, most: 1.0, perfect: 0.0 };
    /// Range from 0 (perfect) without upper bound.
    pub const UNBOUNDED: Self = Self { least: 0.0, most: f64::INFINITY, perfect: 0.0 };

    /// Position of a value between `least` (0) and `most` (1); an unbounded range is bent so that 1 above the
    /// least is the middle, and one without either bound has its middle at 0.
    pub fn position(self, value: f64) -> f64 {
        if self.least == f64::NEG_INFINITY {
            // Without either bound 0 is the middle.
            return 0.5 + 0.5 * value / (1.0 + value.abs());
        }
        let above = (value - self.least).max(0.0);
        let span = self.most - self.least;
        if span.is_finite() {
            if span > 0.0 { (above / span).min(1.0) } else { 0.0 }
        } else if above.is_finite() {
            above / (above + 1.0)
        } else {
            1.0
        }
    }
}

/// Pair of values, one for each kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerTask<T> {
    /// Value for one logit channel.
    pub binary: T,
    /// Value for C logit channels.
    pub multiclass: T,
}

impl<T: Copy> PerTask<T> {
    /// Same value for both.
    pub const fn both(said: T) -> Self {
        Self { binary: said, multiclass: said }
    }

    /// Value for this task.
    pub fn of(&self, task: Task) -> T {
        match task {
            Task::Binary => self.binary,
            Task::Multiclass => self.multiclass,
        }
    }
}

/// Family of losses: the groups in which the page lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Sums over pixels, each by itself.
    Distribution,
    /// Scores of the overlap of two regions.
    Overlap,
    /// Sorts of all errors.
    Lovasz,
    /// Distances, edges and skeletons.
    Boundary,
    /// Sums of other losses.
    Compound,
}

impl Family {
    /// Families, in the order of the page.
    pub const ALL: [Self; 5] =
        [Self::Distribution, Self::Overlap, Self::Lovasz, Self::Boundary, Self::Compound];

    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Distribution => "Distribution",
            Self::Overlap => "Overlap",
            Self::Lovasz => "Lovász",
            Self::Boundary => "Boundary and shape",
            Self::Compound => "Compound",
        }
    }
}

/// Catalogue line of a loss.
#[derive(Debug)]
pub struct Spec {
    /// Stable name, as in links and files: the module's name.
    pub id: &'static str,
    /// Name for people.
    pub name: PerTask<&'static str>,
    /// Family in which the page lists it.
    pub family: Family,
    /// True if its card is on the page at first.
    pub at_first: bool,
    /// True if it takes shares of classes where labels are soft; other losses stay with the labels.
    pub takes_shares: bool,
    /// Module docs, in the fixed form that [`docs::Page`] reads.
    pub docs: &'static str,
    /// Parameters in the order of the controls.
    pub params: &'static [Param],
    /// Builds the loss; parameters that the config does not set have their defaults.
    pub build: fn(&Config<'_>) -> Box<dyn Loss>,
}

/// Catalogue of all losses, in the order of the page.
pub const LOSSES: &[&Spec] = &mixer::with_mixer::<{ ALL_BUT_THE_MIXER.len() + 1 }>(ALL_BUT_THE_MIXER);

/// Catalogue without the mixer, which offers the losses found here, and so cannot stand here itself: it comes
/// last.
const ALL_BUT_THE_MIXER: &[&Spec] = &[
    &cross_entropy::SPEC,
    &dice::SPEC,
    &dice_cross_entropy::SPEC,
    &jaccard::SPEC,
    &tversky::SPEC,
    &focal_tversky::SPEC,
    &log_cosh_dice::SPEC,
    &generalized_dice::SPEC,
    &mcc::SPEC,
    &generalized_wasserstein_dice::SPEC,
    &focal::SPEC,
    &top_k_cross_entropy::SPEC,
    &asymmetric_focal::SPEC,
    &unified_focal::SPEC,
    &hinge::SPEC,
    &lovasz_hinge::SPEC,
    &lovasz_softmax::SPEC,
    &boundary::SPEC,
    &hausdorff::SPEC,
    &cldice::SPEC,
    &cross_entropy_lovasz_hinge::SPEC,
    &cross_entropy_lovasz_softmax::SPEC,
    &dice_focal::SPEC,
    &combo::SPEC,
];

/// Catalogue line of this id; none if there is no such loss.
pub fn find(id: &str) -> Option<&'static Spec> {
    LOSSES.iter().copied().find(|spec| spec.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_bends_unbounded_ranges() {
        assert!((Range::UNIT.position(0.25) - 0.25).abs() < 1e-15);
        assert!((Range::UNBOUNDED.position(1.0) - 0.5).abs() < 1e-15);
        assert!((Range::UNBOUNDED.position(f64::INFINITY) - 1.0).abs() < 1e-15);
        assert!(Range::UNIT.position(-3.0).abs() < 1e-15);
        let either = Range { least: f64::NEG_INFINITY, most: f64::INFINITY, perfect: f64::NAN };
        assert!((either.position(0.0) - 0.5).abs() < 1e-15);
        assert!((either.position(-1.0) - 0.25).abs() < 1e-15);
    }

    #[test]
    fn ids_are_unique() {
        for (at, spec) in LOSSES.iter().enumerate() {
            let first = LOSSES.iter().position(|other| other.id == spec.id);
            assert_eq!(first, Some(at), "{} stands twice", spec.id);
        }
    }
}
