//! Gradient descent on several losses side by side, from one start.

use ndarray::{Array2, Array4};
use serde::{Deserialize, Serialize};

use super::predictor::Predictor;
use crate::field::{Field, Head, IGNORE, Labels, Logits};
use crate::loss::{Evaluation, Loss};
use crate::metric;
use crate::scene::random;

/// Update rule: the step subtracted for a gradient g.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Method {
    /// Plain gradient descent: rate · g.
    Gradient,
    /// Momentum: rate · v with v ← 0.9 v + g.
    Momentum,
    /// Adam (Kingma and Ba 2015), with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    Adam,
}

/// Parameters that descent moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Model {
    /// Logits, each by itself.
    Free,
    /// Weights of a [`Predictor`].
    Filters,
}

/// Start of free logits. A predictor always starts with weights of the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Start {
    /// Logits of the scene.
    Present,
    /// Zero: every class is as likely.
    Even,
    /// Noise: independent Gaussians with a standard deviation of ½.
    Noise,
}

/// Settings of a descent, the same for all lanes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Rules {
    /// Parameters that are moved.
    pub model: Model,
    /// Start of free logits: the scene's, zero, or noise.
    pub start: Start,
    /// Update rule.
    pub method: Method,
    /// Learning rate η, above 0. For free logits the gradient is first multiplied by the number of counted
    /// pixels, since most losses are means over them: so a rate means the same in a picture of any size.
    pub rate: f64,
    /// Normalised gradients: each is brought to a root mean square of 1, so that no lane is faster only
    /// because its loss is steeper.
    pub equal_norm: bool,
    /// Seed of the noise and of the predictor's initial weights.
    pub seed: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            model: Model::Filters,
            start: Start::Even,
            method: Method::Adam,
            rate: 0.03,
            equal_norm: false,
            seed: 1,
        }
    }
}

/// Lane of a race: a loss that is followed, or several one after the other.
#[derive(Debug)]
pub struct Lane {
    /// Name of the lane.
    pub name: String,
    /// Losses in order, each with the step from which it is followed; the first from 0.
    pub stages: Vec<(usize, Box<dyn Loss>)>,
}

impl Lane {
    fn loss(&self, step: usize) -> Option<&dyn Loss> {
        self.stages.iter().rev().find(|(from, _)| *from <= step).map(|(_, loss)| &**loss)
    }
}

/// Measurements of a lane at one step, before the step is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// Value of the loss that is followed.
    pub value: f64,
    /// Hard IoU, from 0 to 1, of all foreground classes; see [`metric::mean_scores`].
    pub iou: f64,
    /// Hard Dice score, from 0 to 1, likewise.
    pub dice: f64,
    /// Euclidean norm of the gradient by the moved parameters, before any scaling.
    pub norm: f64,
}

/// Largest |logit|: beyond, a sigmoid is 0 or 1 in f32, and momentum would carry logits off to infinity.
const FARTHEST: f32 = 60.0;

/// Memory for probabilities of past steps, in bytes.
const MEMORY: usize = 64 << 20;

const MOMENTUM: f64 = 0.9;
const BETAS: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

/// Lane under way.
#[derive(Debug)]
struct Runner {
    lane: Lane,
    logits: Logits,
    predictor: Option<Predictor>,
    moments: [Vec<f64>; 2],
    records: Vec<Record>,
    gradient: Vec<f64>,
}

/// Probabilities of some past steps, of all lanes. When they exceed the memory, every second step is dropped.
#[derive(Debug)]
struct ProbabilityHistory {
    every: usize,
    /// Probabilities by kept step, then lane: eight bits each, `[class, y, x]`.
    kept: Vec<Vec<Vec<u8>>>,
    memory: usize,
}

/// Race of several lanes from one start, step by step.
#[derive(Debug)]
pub struct Race {
    labels: Labels,
    rules: Rules,
    runners: Vec<Runner>,
    history: ProbabilityHistory,
    steps: usize,
}

impl Race {
    /// Race at step 0. Error, as a sentence, for no lanes, a rate that is not a positive number, and logits
    /// and labels that [`Field::new`] refuses.
    pub fn new(
        logits: Logits,
        labels: Labels,
        image: &Array2<f32>,
        lanes: Vec<Lane>,
        rules: Rules,
    ) -> Result<Self, String> {
        if lanes.is_empty() || lanes.iter().any(|lane| lane.loss(0).is_none()) {
            return Err("Nothing is raced; choose a loss for every lane.".into());
        }
        if !(rules.rate > 0.0 && rules.rate.is_finite()) {
            return Err(format!("The learning rate is {}; it must be a number above 0.", rules.rate));
        }
        let start = match rules.start {
            Start::Present => logits,
            Start::Even => Array4::zeros(logits.dim()),
            Start::Noise => {
                let mut index = 0;
                logits.mapv(|_| {
                    index += 1;
                    (0.5 * random::gaussian(rules.seed, index)) as f32
                })
            }
        };
        Field::new(start.view(), labels.view(), Some(IGNORE)).map_err(|refusal| refusal.to_string())?;
        let runner = |lane: Lane| {
            let mut predictor =
                (rules.model == Model::Filters).then(|| Predictor::new(image, start.dim().1, rules.seed));
            let logits = predictor.as_mut().map_or_else(|| start.clone(), Predictor::forward);
            let size = predictor.as_ref().map_or(logits.len(), |predictor| predictor.weights().len());
            let moments = [vec![0.0; size], vec![0.0; size]];
            Runner { lane, logits, predictor, moments, records: Vec::new(), gradient: Vec::new() }
        };
        let runners = lanes.into_iter().map(runner).collect();
        let mut race = Self {
            labels,
            rules,
            runners,
            history: ProbabilityHistory { every: 1, kept: Vec::new(), memory: MEMORY },
            steps: 0,
        };
        race.look()?;
        Ok(race)
    }

    /// Number of steps made.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Lanes, in their order.
    pub fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.runners.iter().map(|runner| &runner.lane)
    }

    /// Records of a lane by step, from 0 to the present.
    pub fn records(&self, lane: usize) -> &[Record] {
        &self.runners[lane].records
    }

    /// Logits of a lane at the present step, `[image, class, y, x]`.
    pub fn logits(&self, lane: usize) -> &Logits {
        &self.runners[lane].logits
    }

    /// Probabilities `[class, y, x]` of a lane at a step, or at the last kept step before it, with that
    /// step's number.
    pub fn probabilities(&self, lane: usize, step: usize) -> (usize, Vec<f64>) {
        let ProbabilityHistory { every, kept, .. } = &self.history;
        let at = (step / every).min(kept.len().saturating_sub(1));
        let bytes = kept.get(at).map_or(&[][..], |lanes| &lanes[lane]);
        (at * every, bytes.iter().map(|&byte| f64::from(byte) / 255.0).collect())
    }

    /// Makes one step of every lane.
    pub fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        for runner in &mut self.runners {
            runner.advance(&self.rules, self.steps);
        }
        self.look()
    }

    /// Evaluates every lane at its present logits.
    fn look(&mut self) -> Result<(), String> {
        let mut pictures = Vec::new();
        for runner in &mut self.runners {
            pictures.push(runner.look(&self.labels, self.steps)?);
        }
        let history = &mut self.history;
        if self.steps.is_multiple_of(history.every) {
            history.kept.push(pictures);
            let bytes = history.kept.iter().flatten().map(Vec::len).sum::<usize>();
            if bytes > history.memory && history.kept.len() > 2 {
                let mut at = 0;
                history.kept.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                history.every *= 2;
            }
        }
        Ok(())
    }
}

impl Runner {
    fn look(&mut self, labels: &Labels, step: usize) -> Result<Vec<u8>, String> {
        let field = Field::new(self.logits.view(), labels.view(), Some(IGNORE))
            .map_err(|refusal| refusal.to_string())?;
        let Some(loss) = self.lane.loss(step) else { return Ok(Vec::new()) };
        let Evaluation { value, gradient, unit } = Evaluation::of(loss, &field);
        self.gradient = match &self.predictor {
            Some(predictor) => predictor.pull_back(&gradient),
            None => gradient.iter().map(|&g| f64::from(g)).collect(),
        };
        self.gradient.iter_mut().for_each(|g| *g *= unit);
        let norm = self.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        if self.predictor.is_none() {
            let pixels = field.valid_pixels(0..1).max(1) as f64;
            self.gradient.iter_mut().for_each(|g| *g *= pixels);
        }
        let (iou, dice) = metric::mean_scores(&field, 0, 0.5);
        self.records.push(Record { value, iou, dice, norm });
        let prob = &field.probabilities(Head::Joint).prob;
        Ok(prob.iter().map(|p| (p * 255.0).round() as u8).collect())
    }

    fn advance(&mut self, rules: &Rules, step: usize) {
        let mean_square =
            self.gradient.iter().map(|g| g * g).sum::<f64>() / self.gradient.len().max(1) as f64;
        let scale = if rules.equal_norm && mean_square > 0.0 { mean_square.sqrt().recip() } else { 1.0 };
        let [first, second] = &mut self.moments;
        let corrections = BETAS.map(|beta| 1.0 - beta.powi(i32::try_from(step).unwrap_or(i32::MAX)));
        let moves = self.gradient.iter().zip(first.iter_mut().zip(second)).map(|(g, (m, v))| {
            let g = g * scale;
            rules.rate
                * match rules.method {
                    Method::Gradient => g,
                    Method::Momentum => {
                        *m = MOMENTUM * *m + g;
                        *m
                    }
                    Method::Adam => {
                        *m = BETAS[0] * *m + (1.0 - BETAS[0]) * g;
                        *v = BETAS[1] * *v + (1.0 - BETAS[1]) * g * g;
                        (*m / corrections[0]) / ((*v / corrections[1]).sqrt() + EPSILON)
                    }
                }
        });
        match &mut self.predictor {
            None => {
                for (z, by) in self.logits.iter_mut().zip(moves) {
                    *z = ((f64::from(*z) - by) as f32).clamp(-FARTHEST, FARTHEST);
                }
            }
            Some(predictor) => {
                for (weight, by) in predictor.weights_mut().iter_mut().zip(moves) {
                    *weight -= by;
                }
                self.logits = predictor.forward().mapv(|z| z.clamp(-FARTHEST, FARTHEST));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::field::sigmoid;
    use crate::loss::config::{Config, Settings};
    use crate::loss::dice::DICE;
    use crate::loss::{Spec, cross_entropy, lovasz_hinge};
    use crate::study::predictor::image_of;

    const RULES: Rules = Rules {
        model: Model::Free,
        start: Start::Even,
        method: Method::Gradient,
        rate: 0.7,
        equal_norm: false,
        seed: 1,
    };

    fn built(spec: &'static Spec) -> Box<dyn Loss> {
        (spec.build)(&Config::new(spec, &Settings::new()).unwrap())
    }

    fn lane(name: &str, loss: Box<dyn Loss>) -> Lane {
        Lane { name: name.into(), stages: vec![(0, loss)] }
    }

    fn scene() -> (Logits, Labels) {
        let labels = Array3::from_shape_fn((1, 12, 10), |(_, y, x)| u8::from(y > 7 && x > 5));
        (Array4::from_shape_fn((1, 1, 12, 10), |(_, _, y, x)| ((y + x) % 4) as f32 - 1.5), labels)
    }

    fn race(lanes: Vec<Lane>, rules: Rules) -> Race {
        let (logits, labels) = scene();
        let image = image_of(&labels, None, 2);
        Race::new(logits, labels, &image, lanes, rules).unwrap()
    }

    /// Closed form of one step, z ← z − rate · (σ(z) − y), pixel by pixel, and of momentum and Adam with the
    /// same gradient.
    #[test]
    fn cross_entropy_follows_its_recurrence() {
        for method in [Method::Gradient, Method::Momentum, Method::Adam] {
            let mut race =
                race(vec![lane("", built(&cross_entropy::SPEC))], Rules { method, rate: 0.3, ..RULES });
            let (mut z, mut m, mut v) = ([0.0f64; 2], [0.0f64; 2], [0.0f64; 2]);
            for step in 1..=50 {
                race.step().unwrap();
                for y in [0, 1] {
                    let g = sigmoid(z[y]) - y as f64;
                    z[y] -= 0.3
                        * match method {
                            Method::Gradient => g,
                            Method::Momentum => {
                                m[y] = 0.9 * m[y] + g;
                                m[y]
                            }
                            Method::Adam => {
                                m[y] = 0.9 * m[y] + 0.1 * g;
                                v[y] = 0.999 * v[y] + 0.001 * g * g;
                                m[y] / (1.0 - 0.9f64.powi(step))
                                    / ((v[y] / (1.0 - 0.999f64.powi(step))).sqrt() + 1e-8)
                            }
                        };
                }
                let logits = race.logits(0);
                for (found, label) in logits.iter().zip(&scene().1) {
                    let expected = z[usize::from(*label)];
                    assert!(
                        (f64::from(*found) - expected).abs() < 2e-5,
                        "{method:?} {step}: {found}, not {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn equal_norms_make_equal_steps() {
        let lanes = vec![lane("a", built(&cross_entropy::SPEC)), lane("b", Box::new(DICE))];
        let mut race = race(lanes, Rules { equal_norm: true, ..RULES });
        race.step().unwrap();
        for lane in 0..2 {
            let mean = race.logits(lane).iter().map(|z| f64::from(*z).powi(2)).sum::<f64>() / 120.0;
            assert!((mean.sqrt() - 0.7).abs() < 1e-5);
        }
        assert!(
            race.records(0)[0].norm > 1.5 * race.records(1)[0].norm,
            "the record is of the gradient itself"
        );
    }

    #[test]
    fn a_schedule_changes_the_loss_at_its_step() {
        let stages = vec![(0, built(&cross_entropy::SPEC)), (3, built(&lovasz_hinge::SPEC))];
        let mut race = race(vec![Lane { name: "both".into(), stages }], RULES);
        for step in 0..6 {
            let labels = scene().1;
            let field = Field::new(race.logits(0).view(), labels.view(), None).unwrap();
            let spec = if step < 3 { &cross_entropy::SPEC } else { &lovasz_hinge::SPEC };
            assert!(
                (race.records(0)[step].value - built(spec).evaluate(&field, None)).abs() < 1e-12,
                "{step}"
            );
            race.step().unwrap();
        }
    }

    #[test]
    fn the_past_fits_its_memory_and_stays_in_order() {
        let mut race = race(vec![lane("", built(&cross_entropy::SPEC))], RULES);
        race.history.memory = 120 * 7;
        let mut seen = vec![race.probabilities(0, 0).1];
        for step in 1..40 {
            race.step().unwrap();
            seen.push(Vec::new());
            let (at, now) = race.probabilities(0, step);
            if at == step {
                seen[step] = now;
            }
        }
        assert!(race.history.kept.len() <= 7);
        for step in 0..40 {
            let (at, prob) = race.probabilities(0, step);
            assert!(at <= step && step - at < race.history.every.max(1) + race.history.every);
            assert_eq!(prob, seen[at], "{step}");
        }
    }

    #[test]
    fn filters_learn_and_seeds_repeat() {
        let rules = Rules { model: Model::Filters, method: Method::Adam, rate: 0.03, ..RULES };
        let run = || {
            let mut race = race(vec![lane("", built(&cross_entropy::SPEC))], rules);
            (0..60).for_each(|_| race.step().unwrap());
            race.records(0).to_vec()
        };
        let records = run();
        assert!(records[60].value < 0.7 * records[0].value, "{} {}", records[0].value, records[60].value);
        assert_eq!(records, run());
    }

    #[test]
    fn what_cannot_be_raced_is_refused() {
        let (logits, labels) = scene();
        let image = image_of(&labels, None, 2);
        let refused =
            |lanes, rules| Race::new(logits.clone(), labels.clone(), &image, lanes, rules).unwrap_err();
        assert!(refused(vec![], RULES).contains("choose a loss"));
        let lanes = vec![lane("", Box::new(DICE))];
        assert!(refused(lanes, Rules { rate: 0.0, ..RULES }).contains("learning rate is 0"));
    }
}
