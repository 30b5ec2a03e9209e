//! Weighted sums of losses.

use super::{Evaluation, Loss, Range};
use crate::field::Field;

/// Weighted sum of losses, `Σ weight · loss`. Weights are not negative.
#[derive(Debug)]
pub struct Compound {
    terms: Vec<(f64, Box<dyn Loss>)>,
}

impl Compound {
    /// Sum of the terms, each with its weight.
    pub fn new(terms: Vec<(f64, Box<dyn Loss>)>) -> Self {
        Self { terms }
    }
}

impl Loss for Compound {
    fn evaluate(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
        let Some(gradient) = gradient else {
            return self.terms.iter().map(|(weight, loss)| weight * loss.evaluate(field, None)).sum();
        };
        let evaluated: Vec<(f64, Evaluation)> =
            self.terms.iter().map(|(weight, loss)| (*weight, Evaluation::of(&**loss, field))).collect();
        let sum = Evaluation::sum(evaluated.iter().map(|(weight, term)| (*weight, term)), gradient.len());
        gradient.copy_from_slice(&sum.gradient);
        sum.value
    }

    fn terms(&self) -> &[(f64, Box<dyn Loss>)] {
        &self.terms
    }

    fn range(&self) -> Range {
        // A weight of 0 switches a term off, also one without bound: 0 · ∞ would be NaN.
        let sum = |bound: fn(Range) -> f64| {
            self.terms
                .iter()
                .filter(|(weight, _)| *weight > 0.0)
                .map(|(w, loss)| w * bound(loss.range()))
                .sum()
        };
        Range { least: sum(|r| r.least), most: sum(|r| r.most), perfect: sum(|r| r.perfect) }
    }
}
