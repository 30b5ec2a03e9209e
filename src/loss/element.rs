//! Number types of a gradient.

use super::Loss;
use crate::field::Field;

/// Number type of a gradient: f32 to be shown and stored, f64 where f32 would round it to 0 or to infinity.
pub trait Element: Copy + 'static {
    /// Zero.
    const ZERO: Self;

    /// Nearest number of this type.
    fn of(x: f64) -> Self;

    /// Same number in f64.
    fn to_f64(self) -> f64;

    /// Value of a loss, with its gradient in this type.
    fn evaluate(loss: &dyn Loss, field: &Field<'_>, gradient: Option<&mut [Self]>) -> f64;
}

impl Element for f32 {
    const ZERO: Self = 0.0;

    #[inline]
    fn of(x: f64) -> Self {
        x as Self
    }

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn evaluate(loss: &dyn Loss, field: &Field<'_>, gradient: Option<&mut [Self]>) -> f64 {
        loss.evaluate(field, gradient)
    }
}

impl Element for f64 {
    const ZERO: Self = 0.0;

    #[inline]
    fn of(x: f64) -> Self {
        x
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self
    }

    fn evaluate(loss: &dyn Loss, field: &Field<'_>, gradient: Option<&mut [Self]>) -> f64 {
        match gradient {
            Some(gradient) => loss.evaluate_exactly(field, gradient),
            None => loss.evaluate(field, None),
        }
    }
}

/// Weighted sum of several losses, with its gradient.
pub(super) fn weighted_sum<'l, G: Element>(
    terms: impl Iterator<Item = (f64, &'l dyn Loss)>,
    field: &Field<'_>,
    gradient: Option<&mut [G]>,
) -> f64 {
    let Some(gradient) = gradient else {
        return terms.map(|(weight, loss)| weight * loss.evaluate(field, None)).sum();
    };
    let mut sum = vec![0.0; gradient.len()];
    let mut own = vec![G::ZERO; gradient.len()];
    let mut value = 0.0;
    for (weight, loss) in terms {
        value += weight * G::evaluate(loss, field, Some(&mut own));
        for (sum, own) in sum.iter_mut().zip(&own) {
            *sum += weight * own.to_f64();
        }
    }
    for (gradient, sum) in gradient.iter_mut().zip(sum) {
        *gradient = G::of(sum);
    }
    value
}

/// Both forms of [`Loss::evaluate`] by the inherent method `run`, which is generic over the type of the gradient.
macro_rules! evaluated_by_run {
    () => {
        fn evaluate(&self, field: &$crate::field::Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
            self.run(field, gradient)
        }

        fn evaluate_exactly(&self, field: &$crate::field::Field<'_>, gradient: &mut [f64]) -> f64 {
            self.run(field, Some(gradient))
        }
    };
}
pub(super) use evaluated_by_run;
