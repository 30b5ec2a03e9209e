//! Sweeps: one thing about a scene is changed from little to much, and every loss is measured at each value.
//!
//! A [`Knob`] is the thing that is changed: labels and logits in, labels and logits out. Randomness has a
//! fixed seed and is nested: pixels flipped at 5 % are among those flipped at 10 %.

mod evidence;
pub(super) mod knob;
mod place;
mod scale;

use ndarray::{ArrayView3, ArrayView4};

use crate::field::{Field, IGNORE, Labels, Logits};
use crate::loss::{Evaluation, Loss};
use crate::study::share::foreground_share;
pub use knob::Knob;

impl Knob {
    /// Value that leaves a scene as it is.
    pub fn at_rest(self, labels: ArrayView3<'_, u8>) -> f64 {
        match self {
            Self::Fraction => {
                let foreground = labels.iter().filter(|&&label| is_foreground(label)).count();
                100.0 * foreground as f64 / labels.len().max(1) as f64
            }
            Self::Temperature => 1.0,
            _ => 0.0,
        }
    }

    /// Scene of one image, perturbed by a value. Error, as a sentence, for a scene that lacks the thing to be
    /// changed.
    pub fn apply(
        self,
        logits: ArrayView4<'_, f32>,
        labels: ArrayView3<'_, u8>,
        value: f64,
    ) -> Result<(Logits, Labels), String> {
        let same = || labels.to_owned();
        Ok(match self {
            Self::Fraction => scale::scaled(logits, labels, value / 100.0)?,
            Self::Shift => (place::shifted(logits, value.round() as usize), same()),
            Self::Grow => (evidence::grown(logits, value), same()),
            Self::Blur => (evidence::blurred(logits, value), same()),
            Self::FalsePositives => (place::with_blobs(logits, labels, value.round() as usize), same()),
            Self::LabelNoise => (logits.to_owned(), place::mislabelled(logits, labels, value / 100.0)),
            Self::Temperature => (logits.mapv(|z| (f64::from(z) / value) as f32), same()),
        })
    }
}

fn is_foreground(label: u8) -> bool {
    label > 0 && label != IGNORE
}

/// Measurements of a loss at one value of a sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Value of the loss.
    pub value: f64,
    /// Foreground's fraction of Σ|gradient|, from 0 to 1; none if the gradient is 0.
    pub foreground_share: Option<f64>,
    /// Euclidean norm of the gradient by the logits.
    pub norm: f64,
}

/// Measures a loss on a field.
pub fn measure(loss: &dyn Loss, field: &Field<'_>) -> Measured {
    let Evaluation { value, gradient, unit } = Evaluation::of(loss, field);
    Measured {
        value,
        foreground_share: foreground_share(field, &gradient),
        norm: unit * gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;
    use crate::field::Shape;
    use crate::loss::config::{Config, Settings};
    use crate::loss::dice::DICE;
    use crate::loss::{cross_entropy, focal};

    /// Disc of which a predictor is equally sure everywhere: z in class 1 and −z elsewhere.
    fn disc(side: usize, radius: f64, z: f32) -> (Array4<f32>, Array3<u8>) {
        let inside = |y: usize, x: usize| {
            let middle = side as f64 / 2.0 - 0.5;
            (y as f64 - middle).hypot(x as f64 - middle) <= radius
        };
        let labels = Array3::from_shape_fn((1, side, side), |(_, y, x)| u8::from(inside(y, x)));
        let logits =
            Array4::from_shape_fn((1, 1, side, side), |(_, _, y, x)| if inside(y, x) { z } else { -z });
        (logits, labels)
    }

    fn built(spec: &'static crate::loss::Spec) -> Box<dyn Loss> {
        (spec.build)(&Config::new(spec, &Settings::new()).unwrap())
    }

    /// Foreground's fraction at p = ½ everywhere: n/N for cross-entropy and focal, whose gradient is the same
    /// at every pixel. Dice has Σ(2/D) on the n of the foreground less 2I/D² on all, and I = n/2, D = N/2 +
    /// n.
    #[test]
    fn at_even_odds_the_share_is_that_of_the_pixels() {
        let (logits, labels) = disc(64, 9.0, 0.0);
        for percent in Knob::Fraction.values(Shape { images: 1, channels: 1, height: 64, width: 64 }, 9) {
            let (z, y) = Knob::Fraction.apply(logits.view(), labels.view(), percent).unwrap();
            let field = Field::new(z.view(), y.view(), None).unwrap();
            let n = y.iter().filter(|&&label| label == 1).count() as f64;
            assert!((n - (percent / 100.0 * 4096.0).round().max(1.0)).abs() < 1e-9, "{percent}: {n}");
            let share = |loss: &dyn Loss| measure(loss, &field).foreground_share.unwrap();
            assert!((share(&*built(&cross_entropy::SPEC)) - n / 4096.0).abs() < 1e-6);
            let unweighted = Settings::from([("balanced".into(), false.into())]);
            let focal = (focal::SPEC.build)(&Config::new(&focal::SPEC, &unweighted).unwrap());
            assert!((share(&*focal) - n / 4096.0).abs() < 1e-6);
            let (i, d) = (n / 2.0, 2048.0 + n);
            let (on, off) = (n * (d - i), (4096.0 - n) * i);
            assert!((share(&DICE) - on / (on + off)).abs() < 1e-4, "{percent}");
        }
    }

    #[test]
    fn the_error_rate_of_each_class_stays() {
        let (mut logits, labels) = disc(64, 12.0, 3.0);
        // A quarter of the foreground is missed.
        for x in 0..32 {
            for y in 0..32 {
                logits[[0, 0, y, x]] = -3.0;
            }
        }
        let missed = |z: &Array4<f32>, y: &Array3<u8>| {
            let all = y.iter().zip(z).filter(|(label, _)| **label == 1);
            let (n, wrong) = all.fold((0, 0), |(n, wrong), (_, z)| (n + 1, wrong + usize::from(*z < 0.0)));
            (wrong as f64 / f64::from(n), f64::from(n))
        };
        let (rate, _) = missed(&logits, &labels);
        for percent in [1.0, 5.0, 30.0, 50.0] {
            let (z, y) = Knob::Fraction.apply(logits.view(), labels.view(), percent).unwrap();
            let (found, n) = missed(&z, &y);
            assert!((found - rate).abs() <= 1.0 / n, "{percent}: {found}, not {rate}");
        }
    }

    #[test]
    fn temperature_divides_and_a_neutral_knob_does_nothing() {
        let (logits, labels) = disc(32, 7.0, 2.0);
        for knob in
            [Knob::Shift, Knob::Grow, Knob::Blur, Knob::FalsePositives, Knob::LabelNoise, Knob::Temperature]
        {
            let (z, y) = knob.apply(logits.view(), labels.view(), knob.at_rest(labels.view())).unwrap();
            let worst = z.iter().zip(&logits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5 && y == labels, "{knob:?}: {worst}");
        }
        let (z, _) = Knob::Temperature.apply(logits.view(), labels.view(), 4.0).unwrap();
        assert!(z.iter().all(|z| (z.abs() - 0.5).abs() < 1e-7));
    }

    #[test]
    fn values_are_whole_where_halves_mean_nothing() {
        let shape = Shape { images: 1, channels: 1, height: 64, width: 64 };
        for knob in Knob::ALL {
            let values = knob.values(shape, 24);
            let (from, to) = knob.range(shape);
            assert!((values[0] - from).abs() < 1e-9 && (values[values.len() - 1] - to).abs() < 1e-9);
            assert!(values.is_sorted_by(|a, b| a < b), "{knob:?}");
        }
        assert_eq!(Knob::Shift.values(shape, 24).len(), 17, "0 to 16");
    }

    #[test]
    fn nothing_cannot_be_scaled() {
        let (logits, _) = disc(16, 3.0, 1.0);
        let empty = Array3::zeros((1, 16, 16));
        let refused = Knob::Fraction.apply(logits.view(), empty.view(), 5.0).unwrap_err();
        assert!(refused.contains("no foreground"), "{refused}");
    }
}
