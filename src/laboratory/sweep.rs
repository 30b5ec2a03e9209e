//! Losses along a knob of the scene, or one loss over two parameters.

use serde::Deserialize;

use super::{Chosen, Experiment, Named, Report, Specimen};
use crate::field::{Field, IGNORE, Shape};
use crate::instrument::imbalance;
use crate::loss::config::{Domain, Kind, Param, Setting, Settings};
use crate::loss::{self, Spec};
use crate::paint::chart::Axis;
use crate::study::sweep::{Knob, Measured, measure};

/// Values along a sweep, and along each side of a surface.
const VALUES: usize = 33;
const SIDE: usize = 17;

/// What an axis of a surface is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum AxisChoice {
    /// Something about the scene.
    Knob {
        /// What.
        knob: Knob,
    },
    /// A number of the loss.
    Param {
        /// Which.
        id: String,
    },
}

fn shape_of(specimen: &Specimen) -> Shape {
    let (images, channels, height, width) = specimen.logits.dim();
    Shape { images, channels, height, width }
}

fn axis_of(knob: Knob, shape: Shape) -> Axis {
    let (from, to) = knob.range(shape);
    if knob.is_log() { Axis::log(knob.name(), from, to) } else { Axis::linear(knob.name(), from, to) }
}

#[derive(Debug)]
pub(super) struct Sweep {
    specimen: Specimen,
    losses: Vec<Named>,
    knob: Knob,
    values: Vec<f64>,
    measured: Vec<Vec<Measured>>,
    done: usize,
}

impl Sweep {
    pub(super) fn new(specimen: Specimen, knob: Knob) -> Result<Self, String> {
        let losses = specimen.losses()?;
        let values = knob.values(shape_of(&specimen), VALUES);
        // What cannot be changed is refused at once.
        knob.apply(specimen.logits.view(), specimen.labels.view(), values[0])?;
        let measured = losses.iter().map(|_| Vec::new()).collect();
        Ok(Self { specimen, losses, knob, values, measured, done: 0 })
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
        let Specimen { logits, labels, .. } = &self.specimen;
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
        let losses: Vec<_> = self
            .losses
            .iter()
            .zip(&self.measured)
            .map(|((name, _), measured)| (name.as_str(), measured.as_slice()))
            .collect();
        let at_rest = self.knob.at_rest(self.specimen.labels.view());
        let x = axis_of(self.knob, shape_of(&self.specimen));
        Report {
            step: self.done,
            charts: imbalance::sweep(&x, &self.values, at_rest, &losses),
            ..Report::default()
        }
    }
}

/// One axis of a surface.
#[derive(Debug)]
struct Side {
    choice: AxisChoice,
    axis: Axis,
    values: Vec<f64>,
    here: f64,
}

impl Side {
    fn new(
        choice: AxisChoice,
        spec: &'static Spec,
        settings: &Settings,
        specimen: &Specimen,
    ) -> Result<Self, String> {
        match &choice {
            &AxisChoice::Knob { knob } => {
                let shape = shape_of(specimen);
                let here = knob.at_rest(specimen.labels.view());
                Ok(Self { choice, axis: axis_of(knob, shape), values: knob.values(shape, SIDE), here })
            }
            AxisChoice::Param { id } => {
                let (param, domain) = number(spec, id)?;
                let here =
                    if let Some(Setting::Number(set)) = settings.get(id) { *set } else { domain.default };
                let even =
                    |i: usize| domain.min + (domain.slider_max - domain.min) * i as f64 / (SIDE - 1) as f64;
                let axis = Axis::linear(param.label, domain.min, domain.slider_max);
                Ok(Self { choice, axis, values: (0..SIDE).map(even).collect(), here })
            }
        }
    }
}

/// A number of a loss. Refuses what is none, naming those that there are.
fn number(spec: &'static Spec, id: &str) -> Result<(&'static Param, Domain), String> {
    let numbers = || {
        spec.params.iter().filter_map(|param| match param.kind {
            Kind::Number(domain) if param.control => Some((param, domain)),
            _ => None,
        })
    };
    numbers().find(|(param, _)| param.id == id).ok_or_else(|| {
        let known: Vec<&str> = numbers().map(|(param, _)| param.label).collect();
        let there =
            if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        format!("{} has no number {id:?}; {there}.", spec.name.binary)
    })
}

#[derive(Debug)]
pub(super) struct Grid {
    specimen: Specimen,
    chosen: Chosen,
    name: String,
    x: Side,
    y: Side,
    measured: Vec<Measured>,
}

impl Grid {
    pub(super) fn new(
        specimen: Specimen,
        chosen: Chosen,
        x: AxisChoice,
        y: AxisChoice,
    ) -> Result<Self, String> {
        if x == y {
            return Err("Both axes are the same; a surface needs two.".into());
        }
        let spec = loss::find(&chosen.id).ok_or_else(|| format!("There is no loss {:?}.", chosen.id))?;
        let (name, _) = chosen.build(specimen.task())?;
        let [x, y] = [x, y].map(|choice| Side::new(choice, spec, &chosen.settings, &specimen));
        Ok(Self { x: x?, y: y?, specimen, chosen, name, measured: Vec::new() })
    }

    /// The loss with a parameter set; α of a focal loss has an effect only where it is used.
    fn settings(&self, at: [(&AxisChoice, f64); 2]) -> Settings {
        let mut settings = self.chosen.settings.clone();
        for (choice, value) in at {
            if let AxisChoice::Param { id } = choice {
                settings.insert(id.clone(), value.into());
                let has_switch = loss::find(&self.chosen.id)
                    .is_some_and(|spec| spec.params.iter().any(|p| p.id == "balanced"));
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
        let (_, loss) = chosen.build(self.specimen.task())?;
        let (mut logits, mut labels) = (self.specimen.logits.clone(), self.specimen.labels.clone());
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
        let Self { x, y, .. } = self;
        let here = [x.here, y.here];
        let charts =
            imbalance::surfaces(&self.name, &x.axis, &y.axis, &x.values, &y.values, &self.measured, here);
        Report { step: self.done(), charts, ..Report::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Laboratory, Request};
    use super::*;
    use crate::paint::chart::Chart;

    fn specimen() -> Specimen {
        let mut session = crate::session::Session::default();
        session.apply(
            serde_json::from_str(
                r#"{"commands": [{"kind": "openPreset", "id": "tiny-lesion", "side": 64}]}"#,
            )
            .unwrap(),
        );
        session.specimen()
    }

    fn run(request: Request) -> Vec<Chart> {
        let mut laboratory = Laboratory::new(specimen(), request).unwrap();
        let total = laboratory.total();
        for step in 0..total {
            assert_eq!(laboratory.done(), step);
            laboratory.advance().unwrap();
        }
        laboratory.advance().unwrap();
        assert_eq!(laboratory.done(), total, "there is nothing after the end");
        laboratory.report(None).charts
    }

    #[test]
    fn a_sweep_has_a_point_for_every_value_of_every_loss() {
        for knob in Knob::ALL {
            let charts = run(Request::Sweep { knob });
            let Chart::Plot(plot) = &charts[2] else { panic!("a plot") };
            let losses = specimen().losses().unwrap();
            assert_eq!(plot.series.len(), losses.len());
            let field = specimen();
            let field = field.field().unwrap();
            for (series, (name, loss)) in plot.series.iter().zip(losses) {
                assert!(series.points.iter().all(|point| point[1].is_finite()), "{knob:?} {name}");
                // At rest it is the card's value.
                let rest = knob.at_rest(specimen().labels.view());
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
    fn a_surface_is_the_loss_at_every_setting() {
        let focal = Chosen { id: "focal".into(), settings: Settings::new() };
        let param = |id: &str| AxisChoice::Param { id: id.into() };
        let charts = run(Request::Surface { loss: focal, x: param("gamma"), y: param("alpha") });
        let Chart::Surface(surface) = &charts[0] else { panic!("a surface") };
        let specimen = specimen();
        let field = specimen.field().unwrap();
        for (i, value) in surface.values.iter().enumerate().step_by(31) {
            let (gamma, alpha) = (surface.columns[i % SIDE], surface.rows[i / SIDE]);
            let settings = Settings::from([
                ("gamma".into(), gamma.into()),
                ("alpha".into(), alpha.into()),
                ("balanced".into(), true.into()),
            ]);
            let (_, loss) = Chosen { id: "focal".into(), settings }.build(specimen.task()).unwrap();
            assert!((loss.evaluate(&field, None) - value).abs() < 1e-12);
        }
        assert_eq!(surface.here, Some([2.0, 0.25]));
    }

    #[test]
    fn what_cannot_be_swept_is_refused_with_a_sentence() {
        let mut bare = specimen();
        bare.header.losses.clear();
        for request in [Request::Sweep { knob: Knob::Shift }, Request::Vanishing] {
            let refused = Laboratory::new(bare.clone(), request).unwrap_err();
            assert!(refused.starts_with("No loss has a card"), "{refused}");
        }
        let dice = || Chosen { id: "tversky".into(), settings: Settings::new() };
        let param = |id: &str| AxisChoice::Param { id: id.into() };
        let refused =
            |x, y| Laboratory::new(specimen(), Request::Surface { loss: dice(), x, y }).unwrap_err();
        assert!(refused(param("gamma"), param("alpha")).contains("has no number \"gamma\"; it has"));
        assert!(refused(param("alpha"), param("alpha")).contains("the same"));
    }
}
