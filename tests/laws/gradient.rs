//! Laws about gradients.

use lossfield::field::{IGNORE, Task};
use lossfield::loss::config::Settings;
use lossfield::loss::find;
use proptest::prelude::*;

use super::fields::{Painted, STEP, any_field, extreme_field, for_all, smooth_field};
use super::shares::smooth_soft_field;
use super::variants::{Variant, variants};

/// How far a gradient may be from the central differences, relative to its largest element.
///
/// Logits are stored as f32 and everything else is f64. Logits and the steps away from them are multiples of 2⁻¹⁰, so
/// they are exact and the values have f64 noise alone: about 10⁻¹⁵/h ≈ 5·10⁻¹³ of the value. The stencil is of fourth
/// order and errs by h⁴/30 ≈ 5·10⁻¹³ of the fifth derivative. What remains is that gradients are stored as f32, which
/// rounds by 6·10⁻⁸; a compound adds two that are rounded.
const RELATIVE: f64 = 3e-7;
/// The same where the gradient is 0 or next to it.
const ABSOLUTE: f64 = 1e-10;
/// Logits that are moved in each field.
const PROBES: usize = 8;

#[test]
fn gradients_are_central_differences() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, (smooth_field(), any::<usize>()), |(painted, offset)| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        has_gradients_of_differences(all, &painted, offset)
    });
}

#[test]
fn gradients_are_central_differences_where_labels_are_shares() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(24, (smooth_soft_field(), any::<usize>()), |(painted, offset)| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        has_gradients_of_differences(all, &painted, offset)
    });
}

/// A variant with two changes is tried on one field in so many, because there are many of them, and there are many
/// fields.
const FIELDS_A_PAIR: usize = 4;

fn has_gradients_of_differences(
    all: &[Variant],
    painted: &Painted,
    offset: usize,
) -> Result<(), TestCaseError> {
    let is_due = |(at, variant): &(usize, &Variant)| {
        variant.settings.len() < 2 || at % FIELDS_A_PAIR == (offset >> 16) % FIELDS_A_PAIR
    };
    let all: Vec<&Variant> = all.iter().enumerate().filter(is_due).map(|(_, variant)| variant).collect();
    let gradients: Vec<Vec<f32>> = all.iter().map(|variant| variant.evaluate(painted).1).collect();
    let largest: Vec<f64> = gradients
        .iter()
        .map(|gradient| gradient.iter().fold(0.0f64, |largest, g| largest.max(f64::from(g.abs()))))
        .collect();
    let stride = painted.logits.len().div_ceil(PROBES);
    for at in (offset % stride..painted.logits.len()).step_by(stride) {
        let moved = [-2.0, -1.0, 1.0, 2.0].map(|steps| {
            let mut moved = painted.clone();
            moved.logits[at] += steps * STEP;
            moved
        });
        // All variants share what is derived from one moved field.
        let [a, b, c, d] = moved.each_ref().map(|moved| {
            moved.with(|field| {
                all.iter().map(|variant| variant.loss.evaluate(field, None)).collect::<Vec<f64>>()
            })
        });
        for (i, variant) in all.iter().enumerate() {
            let difference = (a[i] - 8.0 * b[i] + 8.0 * c[i] - d[i]) / (12.0 * f64::from(STEP));
            let gradient = f64::from(gradients[i][at]);
            // Where a power below 1 bends strongly the differences are off by more than rounding, but by far less than
            // the simple one of two points is.
            let simple = (c[i] - b[i]) / (2.0 * f64::from(STEP));
            let allowed = RELATIVE * largest[i] + ABSOLUTE + 0.01 * (difference - simple).abs();
            prop_assert!(
                (gradient - difference).abs() <= allowed
                    || is_near_the_smallest_norm(variant, painted)
                    || is_held(variant, painted, [b[i], c[i]], gradient, allowed)
                    || crosses_the_cut(variant, painted, &moved),
                "{variant}: the gradient at {at} is {gradient}, the difference {difference} ± {allowed:e}"
            );
        }
    }
    Ok(())
}

/// Where a pixel enters the hardest as another leaves them, the gradient of their mean jumps, and at a threshold the
/// mean itself. Which pixels are kept shows in which have a gradient. Of a mixture it shows in that term alone.
fn crosses_the_cut(variant: &Variant, painted: &Painted, moved: &[Painted]) -> bool {
    const TOP_K: &str = "top_k_cross_entropy";
    if !variant.involves(TOP_K) {
        return false;
    }
    let mut settings = if variant.spec.id == TOP_K { variant.settings.clone() } else { Settings::new() };
    if variant.choice("mode") == Some("threshold") {
        // A class of weight 0 has no gradient and still counts in what the sum is divided by.
        settings.remove("class_weights");
    }
    let term = Variant::new(find(TOP_K).unwrap(), settings);
    let kept = |painted: &Painted| -> Vec<bool> {
        let gradient = term.evaluate(painted).1;
        painted.pixels().map(|(_, places)| places.iter().any(|&at| gradient[at] != 0.0)).collect()
    };
    let before = kept(painted);
    moved.iter().any(|moved| kept(moved) != before)
}

/// A score or denominator that is held from below has a kink where it begins to be, and the gradient is that of one
/// side.
fn is_held(
    variant: &Variant,
    painted: &Painted,
    [before, after]: [f64; 2],
    gradient: f64,
    allowed: f64,
) -> bool {
    if variant.number("eps").is_none() {
        return false;
    }
    let here = variant.value(painted);
    let [left, right] = [here - before, after - here].map(|change| change / f64::from(STEP));
    // A slope on either side is off by what the curve bends within a step.
    let bend = 0.01 * (left - right).abs() + 1e-3 * gradient.abs() + allowed;
    (gradient - left).abs() <= bend || (gradient - right).abs() <= bend
}

/// The normalised focal loss divides by the sum of its factors, but never by less than 10⁻⁶: a kink that only a
/// strong γ on a few easy pixels comes near.
fn is_near_the_smallest_norm(variant: &Variant, painted: &Painted) -> bool {
    let Some(gamma) = variant.number("gamma").filter(|_| variant.flag("normalized")) else { return false };
    (0..painted.shape.channels).any(|channel| {
        let sum: f64 = painted
            .pixels()
            .filter(|(label, _)| *label != IGNORE)
            .map(|(label, places)| {
                let total: f64 = places.iter().map(|&at| f64::from(painted.logits[at]).exp()).sum();
                let own = f64::from(painted.logits[places[usize::from(label).min(places.len() - 1)]]).exp();
                let z = f64::from(painted.logits[places[channel]]);
                let wrong = if places.len() > 1 {
                    1.0 - own / total
                } else if painted.is_foreground(label, channel) {
                    1.0 / (1.0 + z.exp())
                } else {
                    1.0 / (1.0 + (-z).exp())
                };
                wrong.powf(gamma)
            })
            .sum();
        (0.5e-6..2e-6).contains(&sum)
    })
}

#[test]
fn values_and_gradients_are_finite_for_extreme_logits() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(128, extreme_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        painted.with(|field| {
            for variant in all {
                let mut gradient = vec![f32::NAN; painted.logits.len()];
                let value = variant.loss.evaluate(field, Some(&mut gradient));
                prop_assert!(value.is_finite(), "{variant}: the value is {value}");
                let wrong = gradient.iter().position(|g| !g.is_finite());
                prop_assert!(
                    wrong.is_none(),
                    "{variant}: the gradient at {wrong:?} is {}",
                    gradient[wrong.unwrap_or(0)]
                );
            }
            Ok(())
        })
    });
}

#[test]
fn the_value_does_not_depend_on_whether_a_gradient_is_asked_for() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, any_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        for variant in all {
            let (with, without) = (variant.evaluate(&painted).0, variant.value(&painted));
            prop_assert_eq!(with, without, "{}", variant);
        }
        Ok(())
    });
}

#[test]
fn ignored_pixels_have_no_gradient_and_no_effect() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, (any_field(), any_field()), |(painted, noise)| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        let mut changed = painted.clone();
        let ignored: Vec<usize> =
            painted.pixels().filter(|(label, _)| *label == IGNORE).flat_map(|(_, places)| places).collect();
        for (&at, noise) in ignored.iter().zip(noise.logits.iter().cycle()) {
            changed.logits[at] = 1e3 * noise;
        }
        for variant in all {
            let (value, gradient) = variant.evaluate(&painted);
            for &at in &ignored {
                prop_assert_eq!(gradient[at], 0.0, "{}: at {}", variant, at);
            }
            prop_assert_eq!(variant.evaluate(&changed), (value, gradient), "{}", variant);
        }
        Ok(())
    });
}

#[test]
fn softmax_gradients_sum_to_zero_at_every_pixel() {
    // A softmax does not notice when all logits of a pixel rise together; one class against the rest does.
    let on_softmax = |variant: &&Variant| {
        let hinges = ["hinge", "lovasz_hinge", "cross_entropy_lovasz_hinge"];
        let sigmoids = ["activation", "focal_activation"];
        !hinges.iter().any(|id| variant.involves(id))
            && !sigmoids.iter().any(|param| variant.choice(param) == Some("one-vs-rest"))
    };
    let all = variants(Task::Multiclass);
    let all: Vec<&Variant> = all.iter().filter(on_softmax).collect();
    for_all(64, any_field().prop_filter("multi-class", |p| p.shape.channels > 1), |painted| {
        for variant in &all {
            let gradient = variant.evaluate(&painted).1;
            for (_, places) in painted.pixels() {
                let sum: f64 = places.iter().map(|&at| f64::from(gradient[at])).sum();
                let size: f64 = places.iter().map(|&at| f64::from(gradient[at].abs())).sum();
                // Each element is rounded to f32, those of a compound twice.
                prop_assert!(sum.abs() <= 3e-7 * size + 1e-12, "{variant}: {sum} of {size}");
            }
        }
        Ok(())
    });
}
