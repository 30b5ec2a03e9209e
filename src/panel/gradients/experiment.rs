//! Gradient that each loss has left where the foreground is confidently wrong, margin by margin.

use super::vanishing::{MarginPoint, at_margin};
use super::{chart, text};
use crate::field::IGNORE;
use crate::laboratory::{Experiment, Named, Snapshot};
use crate::panel::Report;

/// From right by so much to wrong by so much, as logits, in steps of [`STEP`].
const MARGINS: std::ops::RangeInclusive<i32> = -16..=24;
const STEP: f64 = 0.5;

#[derive(Debug)]
pub(super) struct Vanishing {
    snapshot: Snapshot,
    losses: Vec<Named>,
    curves: Vec<Vec<MarginPoint>>,
}

impl Vanishing {
    /// Before the first margin. Refuses a truth without foreground, and no losses.
    pub(super) fn new(snapshot: Snapshot) -> Result<Self, String> {
        if !snapshot.labels.iter().any(|&label| label > 0 && label != IGNORE) {
            return Err(text::NO_FOREGROUND.into());
        }
        let losses = snapshot.losses()?;
        let curves = losses.iter().map(|_| Vec::new()).collect();
        Ok(Self { snapshot, losses, curves })
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
        let field = self.snapshot.field().map_err(|refusal| refusal.to_string())?;
        for ((_, loss), curve) in self.losses.iter().zip(&mut self.curves) {
            curve.push(at_margin(&field, &**loss, margin));
        }
        Ok(())
    }

    fn report(&self, _: Option<usize>) -> Report {
        let names = self.losses.iter().map(|(name, _)| name.as_str());
        let curves: Vec<_> = names.zip(self.curves.iter().map(Vec::as_slice)).collect();
        let [from, to] = [MARGINS.start(), MARGINS.end()].map(|margin| STEP * f64::from(*margin));
        Report::default().with_chart("vanishing", chart::vanishing(&curves, from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::chart::Chart;

    #[test]
    fn every_loss_has_a_point_at_every_margin() {
        let snapshot = Snapshot::of_preset("tiny-lesion");
        let cards = snapshot.header.cards.len();
        let mut vanishing = Vanishing::new(snapshot).unwrap();
        while vanishing.done() < vanishing.total() {
            vanishing.advance().unwrap();
        }
        let report = vanishing.report(None);
        let Chart::Plot(plot) = &report.charts["vanishing"] else { panic!("a plot") };
        assert_eq!(plot.series.len(), cards);
        for series in &plot.series {
            assert_eq!((series.points.len(), series.points[40]), (41, [4.0 + 8.0, series.points[40][1]]));
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused_with_a_sentence() {
        let refused = Vanishing::new(Snapshot::of_preset("empty-truth")).unwrap_err();
        assert_eq!(refused, text::NO_FOREGROUND);
        let mut bare = Snapshot::of_preset("tiny-lesion");
        bare.header.cards.clear();
        let refused = Vanishing::new(bare).unwrap_err();
        assert!(refused.starts_with("No loss has a card"), "{refused}");
    }
}
