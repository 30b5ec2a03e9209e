//! Gradients, dissected: by what, of what, where they vanish, and what float16 leaves of them.

mod chart;
mod experiment;
pub mod half_precision;
mod study;
mod text;
pub mod vanishing;

use serde::{Deserialize, Serialize};

use super::{Panel, Report, Seen, Title};
use crate::field::{Field, Shape};
use crate::laboratory::{Experiment, Snapshot};
use crate::loss::{self, Evaluation, Loss};
use crate::scene::Legend;
use crate::study::by_probability::by_probability;

/// See the [module docs](self).
#[derive(Debug)]
pub struct Gradients;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct GradientsState {
    /// Id of the loss that is dissected.
    pub loss: String,
}

impl Default for GradientsState {
    fn default() -> Self {
        Self { loss: loss::dice_cross_entropy::SPEC.id.into() }
    }
}

impl Panel for Gradients {
    const ID: &'static str = "gradients";
    const TITLE: Title = text::TITLE;
    type State = GradientsState;

    fn settle(state: &mut GradientsState, _: Shape) {
        if loss::find(&state.loss).is_none() {
            *state = GradientsState::default();
        }
    }

    fn report(state: &GradientsState, seen: &mut Seen<'_>) -> Report {
        seen.loss(&state.loss)
            .map_or_else(Report::default, |set| dissected(seen.field, seen.legend, set.loss))
    }

    fn experiment(_: &GradientsState, snapshot: Snapshot) -> Result<Option<Box<dyn Experiment>>, String> {
        Ok(Some(Box::new(experiment::Vanishing::new(snapshot)?)))
    }
}

/// Everything about one loss on a field.
fn dissected(field: &Field<'_>, legend: &Legend, loss: &dyn Loss) -> Report {
    let evaluation = Evaluation::of(loss, field);
    let mut report = Report::default()
        .with_chart("byLogit", chart::by_logit(field, legend, &evaluation))
        .with_chart("byProbability", chart::by_probability(field, legend, &by_probability(field, loss)))
        .with_table("sums", text::sums(&half_precision::sums_of(field)))
        .with_table("losses", text::losses(&half_precision::losses_of(field), field.shape().task()))
        .with_table("scales", text::scales(&half_precision::by_scale(&evaluation)))
        .with_chart("partialSums", chart::partial_sums_chart(field));
    if !loss.terms().is_empty() {
        let terms = study::terms(field, loss);
        report = report
            .with_chart("stacked", chart::stacked(field, legend, &terms))
            .with_table("shares", text::shares(&study::shares(field, &terms), field.shape(), legend));
    }
    report
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::study::{BINS, binned, middle};
    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{Spec, cross_entropy, dice_cross_entropy};
    use crate::paint::chart::{Chart, Plot};

    fn scene() -> (Array4<f32>, Array3<u8>) {
        let logits = Array4::from_shape_fn((1, 1, 8, 8), |(_, _, y, x)| (y * 5 + x * 3) as f32 % 7.0 - 3.0);
        let labels = Array3::from_shape_fn((1, 8, 8), |(_, y, x)| u8::from(y < 3 && x > 3));
        (logits, labels)
    }

    fn built(spec: &'static Spec) -> Box<dyn Loss> {
        (spec.build)(&Config::new(spec, &Settings::new()).unwrap())
    }

    fn plot<'r>(report: &'r Report, name: &str) -> &'r Plot {
        if let Some(Chart::Plot(plot)) = report.charts.get(name) { plot } else { panic!("no plot {name}") }
    }

    /// (p − y)/N by the logit, and −1/(N p) or 1/(N (1 − p)) by the probability.
    #[test]
    fn cross_entropy_has_its_closed_form_in_each_bin() {
        let (logits, labels) = scene();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let report = dissected(&field, &Legend::default(), &*built(&cross_entropy::SPEC));
        assert!(!report.charts.contains_key("stacked"), "it is no compound");
        let mut read = 0;
        for z in [-3.0f64, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
            let p = 1.0 / (1.0 + (-z).exp());
            let at = middle((p * BINS as f64) as usize);
            let expected = [[(p - 1.0) / 64.0, -1.0 / (64.0 * p)], [p / 64.0, 1.0 / (64.0 * (1.0 - p))]];
            for (side, expected) in expected.into_iter().enumerate() {
                for (name, expected) in ["byLogit", "byProbability"].into_iter().zip(expected) {
                    let points = &plot(&report, name).series[side].points;
                    if let Some(point) = points.iter().find(|point| (point[0] - at).abs() < 1e-12) {
                        let found = point[1];
                        read += 1;
                        assert!(
                            (found - expected).abs() < 1e-5 * expected.abs(),
                            "{z} {side}: {found}, not {expected}"
                        );
                    }
                }
            }
        }
        assert!(read > 20, "{read} bins were found");
    }

    #[test]
    fn the_stack_of_a_compound_is_as_high_as_its_terms() {
        let (logits, labels) = scene();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let loss = built(&dice_cross_entropy::SPEC);
        let report = dissected(&field, &Legend::default(), &*loss);
        let stack = plot(&report, "stacked");
        let names: Vec<&str> = stack.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["1 × Cross-entropy", "1 × Dice"]);
        let sums: Vec<f64> = stack.series.iter().map(|s| s.points.iter().map(|p| p[1]).sum()).collect();
        assert!(sums[0] > sums[1], "the first drawn is the whole");
        // Σ over bins of mean · pixels is Σ|gradient| of all terms.
        let pixels: Vec<usize> = {
            let [own, other] = binned(&field, |_| 0.0);
            own.iter().zip(other).map(|(a, b)| a.1 + b.1).filter(|&pixels| pixels > 0).collect()
        };
        let whole = &stack.series[0].points;
        let total: f64 = whole.iter().zip(pixels).map(|(point, pixels)| point[1] * pixels as f64).sum();
        let expected: f64 = loss
            .terms()
            .iter()
            .map(|term| {
                let gradient = Evaluation::of(&*term.loss, &field).gradient;
                term.weight * gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>()
            })
            .sum();
        assert!((total - expected).abs() < 1e-6 * expected);
        assert_eq!(report.tables["shares"].rows.len(), 2);
    }

    #[test]
    fn a_loss_that_there_is_not_is_the_default() {
        let mut state = GradientsState { loss: "vocal".into() };
        let shape = Shape { images: 1, channels: 1, height: 2, width: 2 };
        Gradients::settle(&mut state, shape);
        assert_eq!(state, GradientsState::default());
        let focal = GradientsState { loss: "focal".into() };
        state = focal.clone();
        Gradients::settle(&mut state, shape);
        assert_eq!(state, focal);
    }
}
