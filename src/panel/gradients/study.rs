//! Gradients by the probability of a class, and by the terms of a compound.

use crate::field::{Field, Head, Shape};
use crate::loss::{Evaluation, Loss, Spec};
use crate::study::share::class_shares;

/// Bins of the predicted probability.
pub(super) const BINS: usize = 40;

/// Sum of something over the pixels of a bin, and how many they are.
pub(super) type Bin = (f64, usize);

/// The channel that the charts are about: the one of a binary task, the rarest present class else.
pub(super) fn channel(field: &Field<'_>) -> usize {
    let shape = field.shape();
    if shape.channels == 1 {
        return 0;
    }
    let pixels = |class: usize| field.label_counts().iter().map(|counts| counts[class]).sum::<usize>();
    (1..shape.channels).filter(|&class| pixels(class) > 0).min_by_key(|&class| pixels(class)).unwrap_or(1)
}

/// Pixels of the channel's class and all others by bin of its probability, each with the sum of a number, which is
/// given the place among the logits.
pub(super) fn binned(field: &Field<'_>, of: impl Fn(usize) -> f64) -> [Vec<Bin>; 2] {
    let shape: Shape = field.shape();
    let channel = channel(field);
    let prob = &field.probabilities(Head::Joint).prob;
    let mut sides = [vec![(0.0, 0); BINS], vec![(0.0, 0); BINS]];
    for image in 0..shape.images {
        for (i, &label) in shape.plane(image, channel).zip(field.labels_of(image)) {
            if field.counts(label) {
                let bin = ((prob[i] * BINS as f64) as usize).min(BINS - 1);
                let side = usize::from(!field.is_foreground(label, channel));
                sides[side][bin].0 += of(i);
                sides[side][bin].1 += 1;
            }
        }
    }
    sides
}

/// Probability in the middle of a bin.
pub(super) fn middle(bin: usize) -> f64 {
    (bin as f64 + 0.5) / BINS as f64
}

/// Probability and mean of each bin that has pixels.
pub(super) fn means(side: &[Bin]) -> Vec<[f64; 2]> {
    let filled = side.iter().enumerate().filter(|(_, (_, pixels))| *pixels > 0);
    filled.map(|(bin, &(sum, pixels))| [middle(bin), sum / pixels as f64]).collect()
}

/// A term of a compound, evaluated by itself.
#[derive(Debug)]
pub(super) struct TermShare {
    pub(super) weight: f64,
    pub(super) spec: &'static Spec,
    pub(super) evaluation: Evaluation,
}

/// The terms of a compound.
pub(super) fn terms(field: &Field<'_>, loss: &dyn Loss) -> Vec<TermShare> {
    let evaluated = loss.terms().iter().map(|term| TermShare {
        weight: term.weight,
        spec: term.spec,
        evaluation: Evaluation::of(&*term.loss, field),
    });
    evaluated.collect()
}

/// Shares of a term from 0 to 1, none where the whole is 0.
#[derive(Debug)]
pub(super) struct Shares {
    pub(super) spec: &'static Spec,
    pub(super) of_weight: Option<f64>,
    pub(super) of_value: Option<f64>,
    pub(super) of_gradient: Option<f64>,
    /// Shares of its own gradient that lie on the classes, by class; none where it has no gradient.
    pub(super) on_classes: Option<Vec<f64>>,
}

/// Shares of all terms.
pub(super) fn shares(field: &Field<'_>, terms: &[TermShare]) -> Vec<Shares> {
    let size = |term: &TermShare| {
        let Evaluation { gradient, unit, .. } = &term.evaluation;
        term.weight.abs() * unit * gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>()
    };
    let value: f64 = terms.iter().map(|term| term.weight * term.evaluation.value).sum();
    let weights: f64 = terms.iter().map(|term| term.weight.abs()).sum();
    let gradient: f64 = terms.iter().map(size).sum();
    let share = |part: f64, whole: f64| (whole != 0.0).then(|| part / whole);
    let of_term = |term: &TermShare| Shares {
        spec: term.spec,
        of_weight: share(term.weight.abs(), weights),
        of_value: share(term.weight * term.evaluation.value, value),
        of_gradient: share(size(term), gradient),
        on_classes: class_shares(field, &term.evaluation.gradient),
    };
    terms.iter().map(of_term).collect()
}
