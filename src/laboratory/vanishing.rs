//! How much gradient each loss has left where the foreground is confidently wrong.

use super::{Experiment, Named, Report, Specimen};
use crate::instrument;
use crate::study::vanishing::{Point, at_margin};

/// From right by so much to wrong by so much, as logits.
const MARGINS: std::ops::RangeInclusive<i32> = -16..=24;
const STEP: f64 = 0.5;

#[derive(Debug)]
pub(super) struct Vanishing {
    specimen: Specimen,
    losses: Vec<Named>,
    curves: Vec<Vec<Point>>,
}

impl Vanishing {
    pub(super) fn new(specimen: Specimen) -> Result<Self, String> {
        if !specimen.labels.iter().any(|&label| label > 0 && label != crate::field::IGNORE) {
            return Err(
                "The truth has no foreground that could be predicted wrongly; paint some first.".into()
            );
        }
        let losses = specimen.losses()?;
        let curves = losses.iter().map(|_| Vec::new()).collect();
        Ok(Self { specimen, losses, curves })
    }
}

impl Experiment for Vanishing {
    fn total(&self) -> usize {
        MARGINS.count()
    }

    fn done(&self) -> usize {
        self.curves.first().map_or(self.total(), Vec::len)
    }

    fn advance(&mut self) -> Result<(), String> {
        let margin = STEP * f64::from(MARGINS.start() + i32::try_from(self.done()).unwrap_or(0));
        let field = self.specimen.field().map_err(|refusal| refusal.to_string())?;
        for ((_, loss), curve) in self.losses.iter().zip(&mut self.curves) {
            curve.push(at_margin(&field, &**loss, margin));
        }
        Ok(())
    }

    fn report(&self, _: Option<usize>) -> Report {
        let curves: Vec<_> = self
            .losses
            .iter()
            .map(|(name, _)| name.as_str())
            .zip(self.curves.iter().map(Vec::as_slice))
            .collect();
        Report {
            step: self.done(),
            charts: vec![instrument::gradients::vanishing(
                &curves,
                STEP * f64::from(*MARGINS.start()),
                STEP * f64::from(*MARGINS.end()),
            )],
            ..Report::default()
        }
    }
}
