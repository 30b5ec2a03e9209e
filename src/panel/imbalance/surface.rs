//! One loss over two parameters.

use super::axis::{AxisChoice, SurfaceAxis};
use super::study::{Measured, measure};
use super::{chart, text};
use crate::field::{Field, IGNORE};
use crate::laboratory::{Chosen, Experiment, Snapshot};
use crate::loss::Spec;
use crate::loss::config::Settings;
use crate::panel::Report;

#[derive(Debug)]
pub(super) struct Grid {
    snapshot: Snapshot,
    spec: &'static Spec,
    chosen: Chosen,
    x: SurfaceAxis,
    y: SurfaceAxis,
    measured: Vec<Measured>,
}

impl Grid {
    /// Before the first value. Refuses two axes that are the same, and a number that the loss does not have.
    pub(super) fn new(
        snapshot: Snapshot,
        spec: &'static Spec,
        [x, y]: [AxisChoice; 2],
    ) -> Result<Self, String> {
        if x == y {
            return Err(text::SAME_AXES.into());
        }
        let chosen = snapshot.loss(spec.id);
        let [x, y] = [x, y].map(|choice| SurfaceAxis::new(choice, spec, &chosen.settings, &snapshot));
        Ok(Self { x: x?, y: y?, spec, snapshot, chosen, measured: Vec::new() })
    }

    /// The loss with a parameter set; α of a focal loss has an effect only where it is used.
    fn settings(&self, at: [(&AxisChoice, f64); 2]) -> Settings {
        let mut settings = self.chosen.settings.clone();
        for (choice, value) in at {
            if let AxisChoice::Param { id } = choice {
                settings.insert(id.clone(), value.into());
                let has_switch = self.spec.params.iter().any(|param| param.id == "balanced");
                if id == "alpha" && has_switch {
                    settings.insert("balanced".into(), true.into());
                }
            }
        }
        settings
    }
}

impl Experiment for Grid {
    fn total(&self) -> usize {
        self.x.values.len() * self.y.values.len()
    }

    fn done(&self) -> usize {
        self.measured.len()
    }

    fn advance(&mut self) -> Result<(), String> {
        let (row, column) = (self.done() / self.x.values.len(), self.done() % self.x.values.len());
        let at = [(&self.x.choice, self.x.values[column]), (&self.y.choice, self.y.values[row])];
        let chosen = Chosen { settings: self.settings(at), ..self.chosen.clone() };
        let (_, loss) = chosen.build(self.snapshot.task())?;
        let (mut logits, mut labels) = (self.snapshot.logits.clone(), self.snapshot.labels.clone());
        for (choice, value) in at {
            if let AxisChoice::Knob { knob } = choice {
                (logits, labels) = knob.apply(logits.view(), labels.view(), value)?;
            }
        }
        let field =
            Field::new(logits.view(), labels.view(), Some(IGNORE)).map_err(|refusal| refusal.to_string())?;
        self.measured.push(measure(&*loss, &field));
        Ok(())
    }

    fn report(&self, _: Option<usize>) -> Report {
        chart::surfaces(self.spec.name.of(self.snapshot.task()), &self.x, &self.y, &self.measured)
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::SIDE;
    use super::super::{Imbalance, ImbalanceState, Knob};
    use super::*;
    use crate::loss::{focal, mcc, tversky};
    use crate::paint::chart::Chart;
    use crate::panel::Panel;

    fn param(id: &str) -> AxisChoice {
        AxisChoice::Param { id: id.into() }
    }

    #[test]
    fn a_surface_is_the_loss_at_every_setting() {
        let snapshot = Snapshot::of_preset("tiny-lesion");
        let mut grid = Grid::new(snapshot.clone(), &focal::SPEC, [param("gamma"), param("alpha")]).unwrap();
        while grid.done() < grid.total() {
            grid.advance().unwrap();
        }
        let report = grid.report(None);
        let Chart::Surface(surface) = &report.charts["value"] else { panic!("a surface") };
        let field = snapshot.field().unwrap();
        for (i, value) in surface.values.iter().enumerate().step_by(31) {
            let (gamma, alpha) = (surface.columns[i % SIDE], surface.rows[i / SIDE]);
            let settings = Settings::from([
                ("gamma".into(), gamma.into()),
                ("alpha".into(), alpha.into()),
                ("balanced".into(), true.into()),
            ]);
            let (_, loss) = Chosen { id: "focal".into(), settings }.build(snapshot.task()).unwrap();
            assert!((loss.evaluate(&field, None) - value).abs() < 1e-12);
        }
        assert_eq!(surface.here, Some([2.0, 0.25]));
    }

    #[test]
    fn what_makes_no_surface_is_refused_with_a_sentence() {
        let refused =
            |x, y| Grid::new(Snapshot::of_preset("tiny-lesion"), &tversky::SPEC, [x, y]).unwrap_err();
        assert!(refused(param("gamma"), param("alpha")).contains("has no number \"gamma\""));
        assert_eq!(refused(param("alpha"), param("alpha")), text::SAME_AXES);
    }

    #[test]
    fn axes_that_are_not_chosen_are_the_losses_own_numbers() {
        let shape = Snapshot::of_preset("tiny-lesion").shape();
        let axes = |mut state: ImbalanceState| {
            Imbalance::settle(&mut state, shape);
            state.axes(shape)
        };
        assert_eq!(axes(ImbalanceState::default()), [param("gamma"), param("alpha")]);
        let x = Some(param("alpha"));
        let first = axes(ImbalanceState { x, ..ImbalanceState::default() });
        assert_eq!(first, [param("alpha"), param("gamma")]);
        // It has no γ, and no number but conventions.
        let [fraction, shift] = [Knob::Fraction, Knob::Shift].map(|knob| AxisChoice::Knob { knob });
        let mcc = ImbalanceState { loss: mcc::SPEC.id.into(), x: Some(param("gamma")), ..Default::default() };
        assert_eq!(axes(mcc), [fraction, shift]);
        let none = ImbalanceState { loss: "vocal".into(), ..ImbalanceState::default() };
        assert_eq!(axes(none), [param("gamma"), param("alpha")]);
    }
}
