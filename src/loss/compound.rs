//! Weighted sums of losses.

use super::element::weighted_sum;
use super::{Element, Loss, Range, Spec, evaluated_by_run};
use crate::field::Field;

/// A weighted loss of a sum.
#[derive(Debug)]
pub struct Term {
    /// Factor of its value, not negative.
    pub weight: f64,
    /// The line of the catalogue that it is a loss of, for its name.
    pub spec: &'static Spec,
    /// The loss, with the parameters that it has in this sum.
    pub loss: Box<dyn Loss>,
}

impl Term {
    /// A term of a sum.
    pub fn new(weight: f64, spec: &'static Spec, loss: impl Loss) -> Self {
        Self { weight, spec, loss: Box::new(loss) }
    }
}

impl PartialEq for Term {
    /// Whatever lines of the catalogue they are of.
    fn eq(&self, other: &Self) -> bool {
        self.weight == other.weight && *self.loss == *other.loss
    }
}

/// `Σ weight · loss`.
#[derive(Debug, PartialEq)]
pub struct Compound {
    terms: Vec<Term>,
}

impl Compound {
    /// Sum of the terms, each with its weight.
    pub fn new(terms: Vec<Term>) -> Self {
        Self { terms }
    }
}

impl Compound {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        weighted_sum(self.terms.iter().map(|term| (term.weight, &*term.loss)), field, gradient)
    }
}

impl Loss for Compound {
    evaluated_by_run!();

    fn terms(&self) -> &[Term] {
        &self.terms
    }

    fn range(&self) -> Range {
        // A weight of 0 switches a term off, also one without bound: 0 · ∞ would be NaN.
        let sum = |bound: fn(Range) -> f64| {
            self.terms
                .iter()
                .filter(|term| term.weight > 0.0)
                .map(|term| term.weight * bound(term.loss.range()))
                .sum()
        };
        Range { least: sum(|r| r.least), most: sum(|r| r.most), perfect: sum(|r| r.perfect) }
    }
}
