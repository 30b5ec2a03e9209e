//! Laws about values.

use lossfield::field::{Shape, Task};
use lossfield::loss::Family;
use proptest::prelude::*;

use super::fields::{Painted, any_field, complete_field, extreme_field, for_all, smooth_field};
use super::variants::{Variant, variants};

/// Sums of f64 in another order.
const ROUNDING: f64 = 1e-12;

#[test]
fn values_lie_in_the_range() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(128, prop_oneof![any_field().boxed(), extreme_field().boxed()], |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        for variant in all {
            let (range, value) = (variant.loss.range(), variant.value(&painted));
            prop_assert!(
                range.least - ROUNDING <= value && value <= range.most + ROUNDING,
                "{variant}: {value} is not in {range:?}"
            );
        }
        Ok(())
    });
}

/// Logits of ±30 on the right sides.
fn confident(painted: &Painted, logit: f32) -> Painted {
    painted.predicting(logit, &painted.labels)
}

/// ±30 leaves e⁻³⁰ ≈ 10⁻¹³ of a wrong probability; there are up to 108 of them, under weights of up to 20.
const NEARLY_PERFECT: f64 = 1e-9;

fn approaches_its_limit(variant: &Variant, painted: &Painted) -> Result<(), TestCaseError> {
    let limit = variant.loss.range().perfect;
    // A power below 1 of what is left at 30 is still felt.
    let powers = ["unified_focal", "focal_tversky"];
    let logit = if powers.iter().any(|id| variant.involves(id)) { 300.0 } else { 30.0 };
    // What is added to its counts or under its root keeps this from 0, to which it jumps once no error at all is left in f64.
    if variant.involves("mcc") {
        return Ok(());
    }
    let value = variant.value(&confident(painted, logit));
    if limit.is_finite() {
        prop_assert!((value - limit).abs() <= NEARLY_PERFECT, "{variant}: {value} is not {limit}");
    } else if limit.is_nan() {
        let more = variant.value(&confident(painted, 300.0));
        prop_assert!((value - more).abs() <= NEARLY_PERFECT, "{variant}: {value} and {more} are no limit");
    } else {
        let more = variant.value(&confident(painted, 300.0));
        prop_assert!(more > 9.0 * value && value > 0.0, "{variant}: from {value} to {more} is no divergence");
    }
    Ok(())
}

#[test]
fn confident_right_predictions_reach_the_stated_limit() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, complete_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        all.iter().try_for_each(|variant| approaches_its_limit(variant, &painted))
    });
}

#[test]
fn a_class_that_the_truth_lacks_does_not_change_the_limit() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, any_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        for variant in all {
            // As the docs say: without smoothing a class that is scored though absent scores 0 for any prediction.
            let scores_nothing =
                variant.choice("absent") == Some("scored") && variant.number("smooth").is_none();
            // And a loss cannot diverge without a pixel that counts.
            if !scores_nothing && variant.loss.range().perfect.is_finite() {
                approaches_its_limit(variant, &painted)?;
            }
        }
        Ok(())
    });
}

/// The same field with its pixels in another order, within each image and the images among themselves.
fn permuted(painted: &Painted, order: &[usize], images: &[usize]) -> (Painted, Vec<usize>) {
    let shape = painted.shape;
    let mut places = Vec::new();
    let mut labels = Vec::new();
    for &image in images {
        labels.extend(order.iter().map(|&pixel| painted.labels[image * shape.pixels() + pixel]));
        for channel in 0..shape.channels {
            let start = shape.plane(image, channel).start;
            places.extend(order.iter().map(|&pixel| start + pixel));
        }
    }
    let logits = places.iter().map(|&at| painted.logits[at]).collect();
    (Painted { shape, logits, labels, shares: None }, places)
}

#[test]
fn the_order_of_pixels_and_images_does_not_matter() {
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    // Without ties, because the gradient of a Lovász loss does depend on the order of equal errors.
    let cases = smooth_field().prop_flat_map(|painted| {
        let pixels: Vec<usize> = (0..painted.shape.pixels()).collect();
        let images: Vec<usize> = (0..painted.shape.images).collect();
        (Just(painted), Just(pixels).prop_shuffle(), Just(images).prop_shuffle())
    });
    for_all(64, cases, |(painted, pixels, images)| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        let moved = permuted(&painted, &pixels, &images);
        all.iter()
            .filter(|variant| !looks_at_neighbours(variant))
            .try_for_each(|variant| moves_with_its_pixels(variant, &painted, &moved))
    });
}

/// A distance, an edge or a skeleton is about where pixels lie.
fn looks_at_neighbours(variant: &Variant) -> bool {
    variant.parts().any(|spec| spec.family == Family::Boundary)
}

/// What rounding of f64 sums leaves of a gradient that is 0 in exact numbers.
const NO_GRADIENT: f32 = 1e-15;

/// The value stays and the gradient goes where the pixels of the other field came from.
fn moves_with_its_pixels(
    variant: &Variant,
    painted: &Painted,
    (other, places): &(Painted, Vec<usize>),
) -> Result<(), TestCaseError> {
    let (value, gradient) = variant.evaluate(painted);
    let (other_value, other_gradient) = variant.evaluate(other);
    prop_assert!(
        (value - other_value).abs() <= ROUNDING * (1.0 + value.abs()),
        "{variant}: {value} became {other_value}"
    );
    let largest = gradient.iter().fold(0.0f32, |largest, g| largest.max(g.abs()));
    for (&at, other) in places.iter().zip(other_gradient) {
        // One rounding to f32, or two in a compound.
        prop_assert!(
            (gradient[at] - other).abs() <= 2.0 * f32::EPSILON * largest + NO_GRADIENT,
            "{variant}: the gradient {} became {other}",
            gradient[at]
        );
    }
    Ok(())
}

/// The same field seen in a mirror: left and right, top and bottom, or rows and columns exchanged; the images too
/// are the other way round.
fn mirrored(painted: &Painted, (left, top, diagonal): (bool, bool, bool)) -> (Painted, Vec<usize>) {
    let Shape { height, width, .. } = painted.shape;
    let (rows, columns) = if diagonal { (width, height) } else { (height, width) };
    let mut order = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let (y, x) = if diagonal { (column, row) } else { (row, column) };
            let y = if top { height - 1 - y } else { y };
            let x = if left { width - 1 - x } else { x };
            order.push(y * width + x);
        }
    }
    let images: Vec<usize> = (0..painted.shape.images).rev().collect();
    let (mut other, places) = permuted(painted, &order, &images);
    other.shape = Shape { height: rows, width: columns, ..painted.shape };
    (other, places)
}

#[test]
fn losses_that_look_at_neighbours_see_the_same_in_a_mirror() {
    // Distances to the place above the first pixel are about that corner, and no other.
    let on_mirrors =
        |variant: &&Variant| looks_at_neighbours(variant) && variant.choice("full_mask") != Some("corner");
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    // Without ties, because the gradient of a skeleton does depend on which of two equal pixels comes first.
    for_all(64, (smooth_field(), any::<(bool, bool, bool)>()), |(painted, mirror)| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        let moved = mirrored(&painted, mirror);
        all.iter().filter(on_mirrors).try_for_each(|variant| moves_with_its_pixels(variant, &painted, &moved))
    });
}

#[test]
fn scored_by_image_a_batch_is_the_mean_or_sum_of_its_images() {
    // Cross-entropy and focal are means over the pixels of the batch, so their compounds are not means of images; and
    // neither is the logarithm or a power of a mean.
    let by_image = |variant: &&Variant| {
        variant.choice("over") == Some("image")
            && variant.spec.family != Family::Compound
            && !variant.flag("log")
            && variant.choice("exponent_on") != Some("mean")
    };
    let [binary, multiclass] = [Task::Binary, Task::Multiclass].map(variants);
    for_all(64, any_field(), |painted| {
        let all = if painted.shape.task() == Task::Binary { &binary } else { &multiclass };
        for variant in all.iter().filter(by_image) {
            let images = painted.shape.images;
            let sum: f64 = (0..images).map(|image| variant.value(&painted.image(image))).sum();
            let expected = if variant.flag("sum") { sum } else { sum / images as f64 };
            let value = variant.value(&painted);
            prop_assert!(
                (expected - value).abs() <= ROUNDING * (1.0 + value.abs()),
                "{variant}: {value} is not {expected}"
            );
        }
        Ok(())
    });
}
