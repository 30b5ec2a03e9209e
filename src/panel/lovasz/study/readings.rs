//! Lovász losses of one class in three forms: hinge, sigmoid and softmax.

use super::error_by_jaccard;
use crate::field::{Field, Head, JaccardLoss, Task};
use crate::loss::lovasz::{Error, Lovasz};

/// Measurements of one of the three forms.
#[derive(Debug, Clone, PartialEq)]
pub struct LovaszVariant {
    /// Value of the loss.
    pub value: f64,
    /// Fraction of Σ|gradient| by the logit on pixels of the class, from 0 to 1; none if there is no
    /// gradient.
    pub foreground_share: Option<f64>,
    /// Number of pixels whose gradient is not 0 in f32.
    pub with_gradient: usize,
    /// Errors at even values of the Jaccard loss reached, from 0 to 1.
    pub curve: Vec<f64>,
}

/// Hinge and sigmoid of the logit of a class against the rest, and softmax over all classes.
///
/// A binary task has no softmax of its own. That of the logits 0 and z is meant, the mean over background and
/// foreground where the truth has both: the value of a library that is given two channels.
pub fn readings(field: &Field<'_>, channel: usize) -> [LovaszVariant; 3] {
    let binary = field.shape().task() == Task::Binary;
    let both = |head, both| measured(field, channel, head, both);
    [measured_hinge(field, channel), both(Head::OneVsRest, false), both(Head::Joint, binary)]
}

fn measured_hinge(field: &Field<'_>, channel: usize) -> LovaszVariant {
    let loss = Lovasz { error: Error::Hinge, per_image: false, all_classes: true };
    let errors = loss.errors(field);
    let pull = |i: usize, is_foreground| {
        let error = errors(i, is_foreground);
        (error, f64::from(u8::from(error > 0.0)))
    };
    walk(field, channel, Head::OneVsRest, false, pull)
}

fn measured(field: &Field<'_>, channel: usize, head: Head, both_sides: bool) -> LovaszVariant {
    let probabilities = field.probabilities(head);
    let pull = |i: usize, is_foreground| {
        let (p, rest) = (probabilities.prob[i], probabilities.rest[i]);
        (if is_foreground { rest } else { p }, p * rest)
    };
    walk(field, channel, head, both_sides, pull)
}

/// Walks down the ranks. `pull` gives the error at a logit and the size of its derivative by that logit.
fn walk(
    field: &Field<'_>,
    channel: usize,
    head: Head,
    both_sides: bool,
    pull: impl Fn(usize, bool) -> (f64, f64),
) -> LovaszVariant {
    let shape = field.shape();
    let ranking = field.ranking(head, 0..shape.images, channel);
    let pixels = shape.pixels();
    let sorted: Vec<(f64, f64, bool)> = ranking
        .ranks()
        .map(|ranked| {
            let i = shape.plane(ranked.pixel / pixels, channel).start + ranked.pixel % pixels;
            let (error, slope) = pull(i, ranked.is_foreground);
            (error, slope, ranked.is_foreground)
        })
        .collect();
    // The softmax of two channels ranks pixels alike for both; only which side is the foreground differs.
    let counts = [ranking.foreground, sorted.len() - ranking.foreground];
    let sides: Vec<(bool, usize)> = [(true, counts[0]), (false, counts[1])]
        .into_iter()
        .filter(|&(own, count)| if both_sides { count > 0 } else { own })
        .collect();
    let mut jaccards: Vec<JaccardLoss> = sides.iter().map(|&(_, count)| JaccardLoss::new(count)).collect();
    let share = 1.0 / sides.len().max(1) as f64;
    let (mut value, mut with_gradient, mut pulls) = (0.0, 0, [0.0; 2]);
    for &(error, slope, is_foreground) in &sorted {
        let added =
            sides.iter().zip(&mut jaccards).map(|((own, _), jaccard)| jaccard.join(is_foreground == *own));
        let weight = share * added.sum::<f64>();
        value += weight * error;
        with_gradient += usize::from((weight * slope) as f32 > 0.0);
        pulls[usize::from(is_foreground)] += weight * slope;
    }
    let mut curve = Vec::new();
    for &(own, count) in &sides {
        let read = error_by_jaccard(sorted.iter().map(|&(error, _, side)| (error, side == own)), count);
        curve.resize(read.len(), 0.0);
        curve.iter_mut().zip(read).for_each(|(sum, error)| *sum += share * error);
    }
    let total = pulls[0] + pulls[1];
    LovaszVariant { value, foreground_share: (total > 0.0).then(|| pulls[1] / total), with_gradient, curve }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array4, concatenate};

    use super::super::tests::scene;
    use super::*;
    use crate::loss::Evaluation;
    use crate::study::share::foreground_share;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found}, not {expected}");
    }

    #[test]
    fn in_a_binary_task_all_three_are_the_losses_of_the_crate() {
        for seed in 0..12 {
            let (logits, mut labels) = scene(seed, (2, 1, 6, 7));
            if seed == 0 {
                labels.fill(0);
            }
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            let readings = readings(&field, 0);
            let zeros = Array4::zeros(logits.dim());
            let two = concatenate(ndarray::Axis(1), &[zeros.view(), logits.view()]).unwrap();
            let two = two.as_standard_layout();
            let two = Field::new(two.view(), labels.view(), None).unwrap();
            for (reading, error, field) in [
                (&readings[0], Error::Hinge, &field),
                (&readings[1], Error::Probability, &field),
                (&readings[2], Error::Probability, &two),
            ] {
                let loss = Lovasz { error, per_image: false, all_classes: false };
                let Evaluation { value, gradient, .. } = Evaluation::of(&loss, field);
                close(reading.value, value);
                close(reading.foreground_share.unwrap(), foreground_share(field, &gradient).unwrap());
                let nonzero = gradient.iter().filter(|g| **g != 0.0).count();
                assert_eq!(reading.with_gradient, nonzero / field.shape().channels, "{error:?}");
            }
        }
    }

    #[test]
    fn of_several_classes_each_is_about_the_one_that_is_chosen() {
        let (logits, labels) = scene(5, (1, 3, 9, 8));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let all: Vec<[LovaszVariant; 3]> = (0..3).map(|channel| readings(&field, channel)).collect();
        let mean = |which: usize| all.iter().map(|of| of[which].value).sum::<f64>() / 3.0;
        for (which, error) in [(0, Error::Hinge), (2, Error::Probability)] {
            let loss = Lovasz { error, per_image: false, all_classes: true };
            close(mean(which), Evaluation::of(&loss, &field).value);
        }
        // The sigmoid of one class is that of a binary field of its logit.
        let own = logits.slice(ndarray::s![.., 2..3, .., ..]).to_owned();
        let is_own = labels.mapv(|label| u8::from(label == 2));
        let binary = Field::new(own.view(), is_own.view(), None).unwrap();
        assert_eq!(all[2][1], readings(&binary, 0)[1]);
        assert_eq!(all[2][0], readings(&binary, 0)[0]);
    }
}
