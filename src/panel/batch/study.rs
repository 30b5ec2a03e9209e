//! Batch scored as one, against each of its images scored by itself.
//!
//! [`BatchQuery::measure`] takes a field as one group, whatever its losses say of images. Asked of the whole batch it gives
//! what is scored per batch; asked of one image it gives what that image adds to the mean that is scored per image.

use crate::field::{Field, LabelCounts, Task};
use crate::library::{Facts, default_of, versions_of};
use crate::loss::config::{Choice, Config, ConfigError, Kind, Param, Setting, Settings};
use crate::loss::{Evaluation, Loss, Spec, dice, jaccard, lovasz_hinge, lovasz_softmax};

/// Losses measured on a batch: those that sum or sort over an image or over the batch.
pub const LOSSES: [&Spec; 4] = [&dice::SPEC, &jaccard::SPEC, &lovasz_hinge::SPEC, &lovasz_softmax::SPEC];

/// Ids of parameters that set the rule for a class absent from the truth.
const RULES: [&str; 2] = ["absent", "classes"];

/// Query about a batch: settings of every loss, and the loss looked at closely.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchQuery {
    /// Settings of each of [`LOSSES`].
    pub settings: [Settings; LOSSES.len()],
    /// Index in [`LOSSES`] of the loss looked at closely.
    pub chosen: usize,
}

/// Measurements on one group of images.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchResult {
    /// Value of each of [`LOSSES`].
    pub values: Vec<f64>,
    /// Value of the chosen loss under each of its [`rules`]; its value alone, if it has none.
    pub by_rule: Vec<f64>,
    /// Σ|gradient| of the chosen loss, image by image.
    pub pulls: Vec<f64>,
    /// Pixels of each label, image by image.
    pub labels: Vec<LabelCounts>,
}

/// Rule for a class absent from the truth.
#[derive(Debug, Clone, Copy)]
pub struct AbsentClassRule {
    /// Parameter that sets the rule.
    pub param: &'static Param,
    /// Option of the parameter that stands for the rule.
    pub option: Choice,
}

/// Rules for absent classes that a loss offers for a task; empty for a loss that scores every class.
pub fn rules(spec: &'static Spec, task: Task) -> Vec<AbsentClassRule> {
    let one_image = Facts::plain(if task == Task::Binary { 1 } else { 3 });
    let param = spec.params.iter().find(|param| RULES.contains(&param.id) && one_image.concern(param));
    match param.map(|param| (param, param.kind)) {
        Some((param, Kind::Choice(options))) => {
            options.iter().map(|&option| AbsentClassRule { param, option }).collect()
        }
        _ => Vec::new(),
    }
}

impl AbsentClassRule {
    /// True if a loss with these settings follows the rule.
    pub fn is_in(self, settings: &Settings) -> bool {
        let default = default_of(self.param);
        *settings.get(self.param.id).unwrap_or(&default) == Setting::from(self.option.id)
    }

    fn set_in(self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.insert(self.param.id.into(), self.option.id.into());
        settings
    }
}

impl BatchQuery {
    /// Loss looked at closely.
    pub fn spec(&self) -> &'static Spec {
        LOSSES[self.chosen]
    }

    /// Settings of the loss looked at closely.
    pub fn chosen_settings(&self) -> &Settings {
        &self.settings[self.chosen]
    }

    /// True if the chosen loss adds up the images' losses instead of averaging them, when each is scored by
    /// itself.
    pub fn adds_up(&self) -> bool {
        adds_up(self.chosen_settings())
    }

    /// Measures all images of a field as one group. Error for settings that a loss does not have.
    pub fn measure(&self, field: &Field<'_>) -> Result<BatchResult, ConfigError> {
        let shape = field.shape();
        let mut measured = BatchResult {
            values: Vec::with_capacity(LOSSES.len()),
            by_rule: Vec::new(),
            pulls: vec![0.0; shape.images],
            labels: field.label_counts().to_vec(),
        };
        for (at, (spec, settings)) in LOSSES.iter().zip(&self.settings).enumerate() {
            let loss = as_one(spec, settings)?;
            if at != self.chosen {
                measured.values.push(loss.evaluate(field, None));
                continue;
            }
            let evaluation = Evaluation::of(&*loss, field);
            let of_image = evaluation.gradient.chunks_exact(shape.channels * shape.pixels());
            measured.pulls = of_image.map(|own| evaluation.unit * size(own)).collect();
            measured.values.push(evaluation.value);
        }
        for rule in rules(self.spec(), shape.task()) {
            // The value under the card's own rule is known.
            let value = if rule.is_in(self.chosen_settings()) {
                measured.values[self.chosen]
            } else {
                as_one(self.spec(), &rule.set_in(self.chosen_settings()))?.evaluate(field, None)
            };
            measured.by_rule.push(value);
        }
        if measured.by_rule.is_empty() {
            measured.by_rule.push(measured.values[self.chosen]);
        }
        Ok(measured)
    }
}

/// Loss with all images in one group.
fn as_one(spec: &'static Spec, settings: &Settings) -> Result<Box<dyn Loss>, ConfigError> {
    let mut settings = settings.clone();
    settings.insert("over".into(), "batch".into());
    Ok((spec.build)(&Config::new(spec, &settings)?))
}

/// Σ|g|, the gradient's absolute sum.
fn size(gradient: &[f32]) -> f64 {
    // Short stretches are summed in f32, which the compiler makes vectors of, and their sums in f64.
    gradient.chunks(64).map(|stretch| f64::from(stretch.iter().map(|g| g.abs()).sum::<f32>())).sum()
}

/// Value of a loss where each image is scored by itself: the mean of `own`, the images' values, or their sum
/// if the settings say so.
pub fn per_image(own: impl ExactSizeIterator<Item = f64>, settings: &Settings) -> f64 {
    let images = own.len().max(1) as f64;
    let sum: f64 = own.sum();
    if adds_up(settings) { sum } else { sum / images }
}

fn adds_up(settings: &Settings) -> bool {
    settings.get("sum") == Some(&true.into())
}

/// Fraction that each number is of their sum, from 0 to 1; none if the sum is 0.
pub fn shares(of: &[f64]) -> Vec<Option<f64>> {
    let sum: f64 = of.iter().sum();
    of.iter().map(|part| (sum > 0.0).then(|| part / sum)).collect()
}

/// Library function that follows a rule when it is called as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// Name of library and function, for people.
    pub name: String,
    /// True if the function scores each image by itself, false if it scores the batch as one.
    pub per_image: bool,
}

/// Library functions that follow each of the loss's [`rules`] when called as usual, rule by rule; all of them
/// in one list if the loss has no rules.
pub fn followers(spec: &'static Spec, facts: Facts) -> Vec<Vec<Follower>> {
    let versions = versions_of(spec.id, facts);
    let following = |rule: Option<AbsentClassRule>| {
        let follows = versions.iter().filter_map(|version| {
            let term = version.configured.terms.iter().find(|term| term.spec.id == spec.id)?;
            rule.is_none_or(|rule| rule.is_in(&term.settings)).then(|| Follower {
                name: format!("{} {}", version.library.name, version.function),
                per_image: term.settings.get("over") == Some(&"image".into()),
            })
        });
        follows.collect()
    };
    match &rules(spec, facts.task())[..] {
        [] => vec![following(None)],
        rules => rules.iter().map(|&rule| following(Some(rule))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4, Axis, concatenate};

    use super::*;
    use crate::field::{IGNORE, Labels, Logits};

    fn query(chosen: usize) -> BatchQuery {
        BatchQuery { settings: Default::default(), chosen }
    }

    fn measure(query: &BatchQuery, logits: &Logits, labels: &Labels) -> BatchResult {
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        query.measure(&field).unwrap()
    }

    fn image(logits: &Logits, labels: &Labels, image: usize) -> (Logits, Labels) {
        let at = [image];
        (logits.select(Axis(0), &at), labels.select(Axis(0), &at))
    }

    /// Three images that differ in everything: the second has no foreground, the third an ignored pixel.
    fn batch(channels: usize) -> (Logits, Labels) {
        let logits = Array4::from_shape_fn((3, channels, 4, 5), |(image, channel, y, x)| {
            ((image * 31 + channel * 17 + y * 7 + x * 3) % 19) as f32 / 4.0 - 2.0
        });
        let classes = channels.max(2);
        let labels = Array3::from_shape_fn((3, 4, 5), |(image, y, x)| match image {
            1 => 0,
            2 if y == 0 && x == 0 => IGNORE,
            _ => ((y * 2 + x + image) % classes) as u8,
        });
        (logits, labels)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9 * a.abs().max(1.0)
    }

    #[test]
    fn dice_and_jaccard_are_the_sums_done_by_hand() {
        // p = ½ throughout: Dice 1 − 2·TP/(Σp + Σy), Jaccard 1 − TP/(Σp + Σy − TP).
        let logits = Array4::zeros((2, 1, 1, 4));
        let labels = ndarray::array![[[1u8, 1, 1, 0]], [[1, 0, 0, 0]]];
        let whole = measure(&query(0), &logits, &labels);
        let own: Vec<BatchResult> = (0..2)
            .map(|at| {
                let (logits, labels) = image(&logits, &labels, at);
                measure(&query(0), &logits, &labels)
            })
            .collect();
        // Image 1: TP 1.5, Σp 2, Σy 3. Image 2: TP 0.5, Σp 2, Σy 1. Together TP 2, Σp 4, Σy 4.
        let (dice, jaccard) = (own.iter().map(|own| own.values[0]), own.iter().map(|own| own.values[1]));
        let per_image = [per_image(dice, &Settings::new()), per_image(jaccard, &Settings::new())];
        let expected = [
            f64::midpoint(1.0 - 3.0 / 5.0, 1.0 - 1.0 / 3.0),
            f64::midpoint(1.0 - 1.5 / 3.5, 1.0 - 0.5 / 2.5),
        ];
        assert!(per_image.iter().zip(expected).all(|(a, b)| close(*a, b)), "{per_image:?} {expected:?}");
        assert!(close(whole.values[0], 1.0 - 4.0 / 8.0) && close(whole.values[1], 1.0 - 2.0 / 6.0));
    }

    /// Same numbers from the losses' own `over` parameter.
    #[test]
    fn the_mean_of_the_images_is_the_loss_per_image_and_so_are_its_gradients() {
        for channels in [1, 3] {
            let (logits, labels) = batch(channels);
            let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
            for (chosen, spec) in LOSSES.iter().enumerate() {
                let own: Vec<BatchResult> = (0..3)
                    .map(|at| {
                        let (logits, labels) = image(&logits, &labels, at);
                        measure(&query(chosen), &logits, &labels)
                    })
                    .collect();
                let direct = |over: &str| {
                    let settings = Settings::from([("over".into(), over.into())]);
                    Evaluation::of(&*(spec.build)(&Config::new(spec, &settings).unwrap()), &field)
                };
                let (each, whole) = (direct("image"), direct("batch"));
                let mean = per_image(own.iter().map(|own| own.values[chosen]), &Settings::new());
                assert!(close(mean, each.value), "{} of {channels}: {mean} {}", spec.id, each.value);
                let measured = measure(&query(chosen), &logits, &labels);
                assert!(close(measured.values[chosen], whole.value), "{}", spec.id);
                let pull = |gradient: &[f32], at: usize| {
                    let one = gradient.len() / 3;
                    gradient[at * one..][..one].iter().map(|g| f64::from(g.abs())).sum::<f64>()
                };
                for (at, own) in own.iter().enumerate() {
                    let apart = own.pulls[0] / 3.0 - pull(&each.gradient, at);
                    assert!(apart.abs() < 1e-6, "{} {at}", spec.id);
                    assert!((measured.pulls[at] - pull(&whole.gradient, at)).abs() < 1e-6, "{}", spec.id);
                }
            }
        }
    }

    #[test]
    fn the_order_of_images_does_not_matter_and_copies_change_no_overlap() {
        for channels in [1, 3] {
            let (logits, labels) = batch(channels);
            let order = [2, 0, 1];
            let turned = (logits.select(Axis(0), &order), labels.select(Axis(0), &order));
            let (a, b) = (measure(&query(0), &logits, &labels), measure(&query(0), &turned.0, &turned.1));
            assert!(a.values.iter().zip(&b.values).all(|(a, b)| close(*a, *b)), "{a:?} {b:?}");
            assert!(order.iter().zip(&b.pulls).all(|(&from, pull)| close(a.pulls[from], *pull)));

            let one = image(&logits, &labels, 0);
            let copies = (
                concatenate(Axis(0), &[one.0.view(), one.0.view()]).unwrap(),
                concatenate(Axis(0), &[one.1.view(), one.1.view()]).unwrap(),
            );
            let (one, two) = (measure(&query(0), &one.0, &one.1), measure(&query(0), &copies.0, &copies.1));
            assert!(one.values[..2].iter().zip(&two.values).all(|(a, b)| close(*a, *b)), "{one:?} {two:?}");
        }
    }

    #[test]
    fn an_empty_truth_is_what_the_rule_says() {
        let (logits, labels) = batch(1);
        let (logits, labels) = image(&logits, &labels, 1);
        let measured = measure(&query(0), &logits, &labels);
        assert_eq!(rules(LOSSES[0], Task::Binary).len(), 3);
        assert!(close(measured.by_rule[0], 0.0) && close(measured.by_rule[2], 0.0));
        assert!(close(measured.by_rule[1], 1.0), "nothing overlaps with nothing");
        assert_eq!(measured.pulls, [0.0]);

        // Of three classes only the first is there: present is its own loss, all is the mean of three.
        let (logits, labels) = batch(3);
        let (logits, labels) = image(&logits, &labels, 1);
        let measured = measure(&query(3), &logits, &labels);
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let prob = &field.probabilities(crate::field::Head::Joint).prob;
        let most = |class: usize| prob[class * 20..][..20].iter().copied().fold(0.0, f64::max);
        let all = (measured.by_rule[0] + most(1) + most(2)) / 3.0;
        assert!(close(measured.by_rule[1], all), "{measured:?}");
        assert!(rules(LOSSES[3], Task::Binary).is_empty(), "its one class always counts");
    }

    #[test]
    fn libraries_follow_one_rule_each() {
        let facts = Facts { images: 2, ..Facts::plain(1) };
        let followers = followers(LOSSES[0], facts);
        let versions = versions_of("dice", facts);
        assert_eq!(followers.iter().map(Vec::len).sum::<usize>(), versions.len());
        let at = |rule: usize, library: &str| {
            followers[rule].iter().find(|follower| follower.name.starts_with(library))
        };
        assert!(at(0, "segmentation").is_some_and(|smp| !smp.per_image), "{followers:?}");
        assert!(at(1, "MONAI").is_some_and(|monai| monai.per_image), "{followers:?}");
    }

    #[test]
    fn shares_add_up_to_1() {
        assert_eq!(shares(&[1.0, 3.0]), [Some(0.25), Some(0.75)]);
        assert_eq!(shares(&[0.0, 0.0]), [None, None]);
    }
}
