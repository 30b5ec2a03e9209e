//! The losses on the cards along a knob of the scene.

use super::study::{Knob, Measured, measure};
use super::{axis, chart};
use crate::field::{Field, IGNORE};
use crate::laboratory::{Experiment, Named, Snapshot};
use crate::panel::Report;

/// Values along a sweep.
const VALUES: usize = 33;

#[derive(Debug)]
pub(super) struct Sweep {
    snapshot: Snapshot,
    losses: Vec<Named>,
    knob: Knob,
    values: Vec<f64>,
    measured: Vec<Vec<Measured>>,
    done: usize,
}

impl Sweep {
    /// Before the first value. Refuses no losses, and a scene that has not what is changed.
    pub(super) fn new(snapshot: Snapshot, knob: Knob) -> Result<Self, String> {
        let losses = snapshot.losses()?;
        let values = knob.values(snapshot.shape(), VALUES);
        // A scene that cannot be changed is refused at once.
        knob.apply(snapshot.logits.view(), snapshot.labels.view(), values[0])?;
        let measured = losses.iter().map(|_| Vec::new()).collect();
        Ok(Self { snapshot, losses, knob, values, measured, done: 0 })
    }
}

impl Experiment for Sweep {
    fn total(&self) -> usize {
        self.values.len()
    }

    fn done(&self) -> usize {
        self.done
    }

    fn advance(&mut self) -> Result<(), String> {
        let Snapshot { logits, labels, .. } = &self.snapshot;
        let (logits, labels) = self.knob.apply(logits.view(), labels.view(), self.values[self.done])?;
        let field =
            Field::new(logits.view(), labels.view(), Some(IGNORE)).map_err(|refusal| refusal.to_string())?;
        for ((_, loss), measured) in self.losses.iter().zip(&mut self.measured) {
            measured.push(measure(&**loss, &field));
        }
        self.done += 1;
        Ok(())
    }

    fn report(&self, _: Option<usize>) -> Report {
        let names = self.losses.iter().map(|(name, _)| name.as_str());
        let losses: Vec<_> = names.zip(self.measured.iter().map(Vec::as_slice)).collect();
        let at_rest = self.knob.at_rest(self.snapshot.labels.view());
        let x = axis::of_knob(self.knob, self.snapshot.shape());
        chart::sweep(&x, &self.values, at_rest, &losses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::chart::Chart;

    #[test]
    fn a_sweep_has_a_point_for_every_value_of_every_loss() {
        for knob in Knob::ALL {
            let snapshot = Snapshot::of_preset("tiny-lesion");
            let mut sweep = Sweep::new(snapshot.clone(), knob).unwrap();
            while sweep.done() < sweep.total() {
                sweep.advance().unwrap();
            }
            let report = sweep.report(None);
            let Chart::Plot(plot) = &report.charts["value"] else { panic!("a plot") };
            let losses = snapshot.losses().unwrap();
            assert_eq!(plot.series.len(), losses.len());
            let field = snapshot.field().unwrap();
            for (series, (name, loss)) in plot.series.iter().zip(losses) {
                assert_eq!(series.points.len(), sweep.total());
                assert!(series.points.iter().all(|point| point[1].is_finite()), "{knob:?} {name}");
                // At rest it is the card's value.
                let rest = knob.at_rest(snapshot.labels.view());
                if let Some(point) = series.points.iter().find(|point| (point[0] - rest).abs() < 1e-9) {
                    let value = loss.evaluate(&field, None);
                    assert!(
                        (point[1] - value).abs() < 1e-5 * value.abs().max(1.0),
                        "{knob:?} {name}: {} {value}",
                        point[1]
                    );
                }
            }
        }
    }

    #[test]
    fn without_a_card_there_is_nothing_to_sweep() {
        let mut bare = Snapshot::of_preset("tiny-lesion");
        bare.header.cards.clear();
        let refused = Sweep::new(bare, Knob::Shift).unwrap_err();
        assert!(refused.starts_with("No loss has a card"), "{refused}");
    }
}
