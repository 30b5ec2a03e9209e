//! Equations between losses, and between a loss and what it stands for.

use lossfield::field::{Head, IGNORE, Ranked, Task};
use proptest::prelude::*;

use super::fields::{Painted, any_field, binary_field, for_all};
use super::variants::{Variant, loss};

const ROUNDING: f64 = 1e-12;

pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * (1.0 + a.abs())
}

/// Equal values, and gradients equal up to roundings to f32.
pub(crate) fn agree(a: &(f64, Vec<f32>), b: &(f64, Vec<f32>)) -> Result<(), TestCaseError> {
    prop_assert!(close(a.0, b.0), "{} is not {}", a.0, b.0);
    let largest = a.1.iter().fold(0.0f32, |largest, g| largest.max(g.abs()));
    for (at, (a, b)) in a.1.iter().zip(&b.1).enumerate() {
        prop_assert!((a - b).abs() <= 3.0 * f32::EPSILON * largest, "gradient at {at}: {a} is not {b}");
    }
    Ok(())
}

#[test]
fn jaccard_is_dice_over_two_minus_dice_in_scores() {
    for smooth in [0.0, 0.7] {
        let [dice, jaccard] =
            ["dice", "jaccard"].map(|id| loss(id, &[("smooth", smooth.into()), ("absent", "scored".into())]));
        for_all(64, binary_field(), |painted| {
            let (d, j) = (1.0 - dice.value(&painted), 1.0 - jaccard.value(&painted));
            prop_assert!(close(j, d / (2.0 - d)), "Jaccard score {j}, Dice score {d}");
            prop_assert!(j <= d + ROUNDING);
            Ok(())
        });
    }
}

#[test]
fn focal_without_gamma_and_alpha_is_cross_entropy() {
    let cross_entropy = loss("cross_entropy", &[]);
    let plain = loss("focal", &[("gamma", 0.0.into()), ("balanced", false.into())]);
    let half = loss("focal", &[("gamma", 0.0.into()), ("alpha", 0.5.into())]);
    let [low, high] = [("positive", 0.25), ("negative", 0.75)]
        .map(|(side, alpha)| loss("focal", &[("alpha", alpha.into()), ("alpha_of", side.into())]));
    for_all(64, any_field(), |painted| {
        let expected = cross_entropy.evaluate(&painted);
        agree(&expected, &plain.evaluate(&painted))?;
        // A weight of ¼ on one side is one of ¾ on the other.
        agree(&low.evaluate(&painted), &high.evaluate(&painted))?;
        let (value, gradient) = half.evaluate(&painted);
        agree(&expected, &(2.0 * value, gradient.iter().map(|g| 2.0 * g).collect()))
    });
}

#[test]
fn two_class_softmax_is_the_sigmoid_of_the_difference() {
    for (id, settings) in
        [("cross_entropy", vec![]), ("focal", vec![]), ("focal", vec![("gamma", 0.5.into())])]
    {
        let loss = loss(id, &settings);
        for_all(64, any_field().prop_filter("two classes", |p| p.shape.channels == 2), |painted| {
            let mut binary = Painted { logits: Vec::new(), ..painted.clone() };
            binary.shape.channels = 1;
            binary.logits =
                painted.pixels().map(|(_, z)| painted.logits[z[1]] - painted.logits[z[0]]).collect();
            let (value, gradient) = loss.evaluate(&painted);
            let of_difference = painted.pixels().map(|(_, places)| gradient[places[1]]).collect();
            agree(&loss.evaluate(&binary), &(value, of_difference))
        });
    }
}

#[test]
fn a_compound_is_the_weighted_sum_of_its_terms() {
    let sum = |terms: [(f64, &Variant); 2], painted: &Painted| {
        let [(w, a), (v, b)] = terms.map(|(weight, loss)| (weight, loss.evaluate(painted)));
        let gradient = a.1.iter().zip(&b.1).map(|(a, b)| w as f32 * a + v as f32 * b).collect();
        (w * a.0 + v * b.0, gradient)
    };
    let cross_entropy = loss("cross_entropy", &[]);
    let dice = loss("dice", &[("smooth", 0.5.into())]);
    let dice_cross_entropy = loss(
        "dice_cross_entropy",
        &[("dice_weight", 0.75.into()), ("ce_weight", 2.0.into()), ("smooth", 0.5.into())],
    );
    for_all(32, any_field(), |painted| {
        agree(&dice_cross_entropy.evaluate(&painted), &sum([(0.75, &dice), (2.0, &cross_entropy)], &painted))
    });
    for lovasz in ["lovasz_hinge", "lovasz_softmax"] {
        let settings = [("over", "image".into()), ("classes", "all".into())];
        let term = loss(lovasz, &settings);
        let [over, classes] = settings;
        let both = loss(&format!("cross_entropy_{lovasz}"), &[("lambda", 0.25.into()), over, classes]);
        for_all(32, any_field(), |painted| {
            agree(&both.evaluate(&painted), &sum([(1.0, &cross_entropy), (0.25, &term)], &painted))
        });
    }
}

/// Intersection over union of a class, 1 for nothing with nothing, and how many pixels have it.
fn iou(labels: &[u8], predicted: &[u8], class: u8) -> (f64, usize) {
    let counted = || labels.iter().zip(predicted).filter(|(label, _)| **label != IGNORE);
    let both = counted().filter(|(l, p)| **l == class && **p == class).count();
    let either = counted().filter(|(l, p)| **l == class || **p == class).count();
    let present = counted().filter(|(l, _)| **l == class).count();
    (if either == 0 { 1.0 } else { both as f64 / either as f64 }, present)
}

/// One minus [`iou`] of the foreground; multi-class, its mean over the classes present, or over all.
fn one_minus_iou(painted: &Painted, predicted: &[u8], all_classes: bool) -> f64 {
    if painted.shape.task() == Task::Binary {
        return 1.0 - iou(&painted.labels, predicted, 1).0;
    }
    let losses: Vec<f64> = (0..painted.shape.channels as u8)
        .map(|class| iou(&painted.labels, predicted, class))
        .filter(|(_, present)| all_classes || *present > 0)
        .map(|(iou, _)| 1.0 - iou)
        .collect();
    losses.iter().sum::<f64>() / losses.len().max(1) as f64
}

fn hard_prediction() -> impl Strategy<Value = (Painted, Vec<u8>)> {
    any_field().prop_flat_map(|painted| {
        let classes = painted.shape.classes() as u8;
        let predicted = prop::collection::vec(0..classes, painted.labels.len());
        (Just(painted), predicted)
    })
}

#[test]
fn lovasz_on_hard_predictions_is_one_minus_iou() {
    for (classes, all_classes) in [("present", false), ("all", true)] {
        let softmax = loss("lovasz_softmax", &[("classes", classes.into())]);
        let hinge = loss("lovasz_hinge", &[("classes", classes.into())]);
        for_all(64, hard_prediction(), |(painted, predicted)| {
            let expected = one_minus_iou(&painted, &predicted, all_classes);
            let saturated = softmax.value(&painted.predicting(1e4, &predicted));
            prop_assert!(close(saturated, expected), "{saturated} is not {expected}");
            let at_margin = hinge.value(&painted.predicting(1.0, &predicted));
            prop_assert!(close(at_margin, 2.0 * expected), "hinge: {at_margin} is not 2 · {expected}");
            Ok(())
        });
    }
}

#[test]
fn jaccard_increments_sum_to_one_and_ranks_fall() {
    for_all(64, any_field(), |painted| {
        painted.with(|field| {
            for head in [Head::Joint, Head::OneVsRest] {
                for channel in 0..painted.shape.channels {
                    let ranking = field.ranking(head, 0..painted.shape.images, channel);
                    let ranks: Vec<Ranked> = ranking.ranks().collect();
                    let sum: f64 = ranks.iter().map(|rank| rank.increment).sum();
                    let expected = if ranks.is_empty() { 0.0 } else { 1.0 };
                    prop_assert!(close(sum, expected), "the increments sum to {sum}");
                    prop_assert!(ranks.iter().all(|rank| rank.increment >= 0.0));
                    let counted = painted.labels.iter().filter(|&&label| label != IGNORE).count();
                    prop_assert_eq!(ranks.len(), counted);
                    let error = |Ranked { pixel, .. }: Ranked| {
                        let size = painted.shape.pixels();
                        let at = painted.shape.plane(pixel / size, channel).start + pixel % size;
                        let p = field.probabilities(head).prob[at];
                        if painted.is_foreground(painted.labels[pixel], channel) { 1.0 - p } else { p }
                    };
                    for pair in ranks.windows(2) {
                        // The sort key is an f32.
                        prop_assert!(error(pair[0]) >= error(pair[1]) - 1e-6);
                    }
                }
            }
            Ok(())
        })
    });
}

#[test]
fn equal_errors_keep_the_order_of_their_pixels() {
    Painted::row(1, &[0.5, -0.5, 0.5, -2.0, -0.5], &[0, 1, 0, 0, 1]).with(|field| {
        let ranking = field.ranking(Head::Joint, 0..1, 0);
        assert!(ranking.ranks().map(|rank| rank.pixel).eq([0, 1, 2, 4, 3]));
    });
}

#[test]
fn the_lovasz_hinge_of_two_pixels_has_a_closed_form() {
    let hinge = loss("lovasz_hinge", &[]);
    let grid = || (-10..=10).map(|q| q as f32 * 0.3);
    for labels in [[1, 1], [0, 0], [1, 0], [0, 1]] {
        for (a, b) in grid().flat_map(|a| grid().map(move |b| (a, b))) {
            let error = |z: f32, label: u8| (1.0 - f64::from(z) * (2.0 * f64::from(label) - 1.0)).max(0.0);
            let (m, n) = (error(a, labels[0]), error(b, labels[1]));
            let expected = match labels {
                [1, 1] => 0.5 * (m + n),
                [0, 0] => m.max(n),
                [1, 0] => m.max(0.5 * (m + n)),
                _ => n.max(0.5 * (m + n)),
            };
            let value = hinge.value(&Painted::row(1, &[a, b], &labels));
            assert!(close(value, expected), "{labels:?} at {a}, {b}: {value} is not {expected}");
        }
    }
}
