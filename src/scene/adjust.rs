//! The global sliders: what is seen of the painted logits.
//!
//! A person paints `painted`; every loss sees `effective = painted / T + bias + σ · noise`. The sliders change nothing
//! that was painted, so moving them back brings everything back. A brush, though, paints what is seen under it: it
//! reads effective logits and writes painted ones, through the inverse.

use std::ops::{Deref, DerefMut};

use ndarray::{Axis, Zip};
use serde::{Deserialize, Serialize};

use super::rect::Rect;
use super::{Labelling, MAX_CHANNELS, random, within};
use crate::field::{Logits, Shape};

/// Sharpens, shifts and shakes all logits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Adjustment {
    /// Divides the logits, 0.1..10: below 1 sharpens, above 1 flattens.
    pub temperature: f64,
    /// Added to the logit of every class but 0 (to the one logit of a binary scene, and to that of every region), −6..6.
    pub bias: f64,
    /// Standard deviation of the Gaussian noise added to every logit, 0..4.
    pub noise: f64,
    /// Seed of the noise: equal seeds give equal noise.
    pub seed: u32,
}

impl Default for Adjustment {
    fn default() -> Self {
        Self { temperature: 1.0, bias: 0.0, noise: 0.0, seed: 1 }
    }
}

impl Adjustment {
    /// Nearest adjustment within the ranges; NaN becomes neutral.
    #[must_use]
    pub fn clamped(self) -> Self {
        let neutral = Self::default();
        Self {
            temperature: within(self.temperature, 0.1, 10.0, neutral.temperature),
            bias: within(self.bias, -6.0, 6.0, neutral.bias),
            noise: within(self.noise, 0.0, 4.0, neutral.noise),
            seed: self.seed,
        }
    }

    /// True if the effective logits are the painted ones, whatever the seed.
    pub fn is_neutral(self) -> bool {
        let neutral = Self::default();
        Self { seed: neutral.seed, ..self } == neutral
    }
}

/// An adjustment made ready for scenes of one shape: its noise is drawn.
#[derive(Debug, Clone)]
pub(super) struct Lens {
    adjustment: Adjustment,
    shape: Shape,
    labelling: Labelling,
    /// Of standard deviation 1, for each logit; none while there is none to add.
    noise: Option<Logits>,
}

impl Lens {
    pub(super) fn new(adjustment: Adjustment, shape: Shape, labelling: Labelling) -> Self {
        let mut lens = Self { adjustment: Adjustment::default(), shape, labelling, noise: None };
        lens.set(adjustment, shape, labelling);
        lens
    }

    /// Another adjustment or shape. The noise is drawn again only if it is another noise.
    pub(super) fn set(&mut self, adjustment: Adjustment, shape: Shape, labelling: Labelling) {
        let adjustment = adjustment.clamped();
        if adjustment.seed != self.adjustment.seed || shape != self.shape {
            self.noise = None;
        }
        if adjustment.noise > 0.0 && self.noise.is_none() {
            // Drawn by class and place within the class: a class that is added shakes no other.
            let mut indices = 0..;
            let draw = || random::gaussian(adjustment.seed, indices.next().unwrap_or(0)) as f32;
            self.noise =
                Some(Logits::from_shape_simple_fn((1, shape.channels, shape.height, shape.width), draw));
        }
        (self.adjustment, self.shape, self.labelling) = (adjustment, shape, labelling);
    }

    pub(super) fn adjustment(&self) -> Adjustment {
        self.adjustment
    }

    /// Shift of a class's logits, added once they are divided by the temperature; noise is apart.
    fn bias(&self, channel: usize) -> f64 {
        let is_background = channel == 0 && self.shape.channels > 1 && self.labelling == Labelling::OneClass;
        if is_background { 0.0 } else { self.adjustment.bias }
    }

    /// Sum of bias and noise that is added to a logit, once it is divided by the temperature.
    fn offset(&self, [channel, y, x]: [usize; 3]) -> f64 {
        let noise = self.noise.as_ref().map_or(0.0, |noise| noise[[0, channel, y, x]].into());
        self.bias(channel) + self.adjustment.noise * noise
    }

    /// Writes the effective logits of a box: the painted ones, adjusted.
    pub(super) fn apply(&self, painted: &Logits, rect: Rect, effective: &mut Logits) {
        let Adjustment { temperature, noise: sigma, .. } = self.adjustment;
        for channel in 0..self.shape.channels {
            let bias = self.bias(channel);
            let seen =
                |z: f32, noise: f32| (f64::from(z) / temperature + (bias + sigma * f64::from(noise))) as f32;
            let plane = rect.view(painted).index_axis_move(Axis(1), channel);
            let both = Zip::from(rect.view_mut(effective).index_axis_move(Axis(1), channel)).and(plane);
            match &self.noise {
                Some(noise) => {
                    let noise = rect.view(noise).index_axis_move(Axis(1), channel);
                    both.and(noise).for_each(|out, &z, &noise| *out = seen(z, noise));
                }
                None => both.for_each(|out, &z| *out = seen(z, 0.0)),
            }
        }
    }

    /// The logits of one pixel as they are seen.
    pub(super) fn read(&self, painted: &Logits, (y, x): (usize, usize)) -> PixelLogits {
        let mut logits = PixelLogits { channels: self.shape.channels, values: [0.0; MAX_CHANNELS] };
        for (channel, z) in logits.iter_mut().enumerate() {
            let painted = f64::from(painted[[0, channel, y, x]]);
            *z = painted / self.adjustment.temperature + self.offset([channel, y, x]);
        }
        logits
    }

    /// Paints one pixel such that these logits are seen.
    pub(super) fn write(&self, painted: &mut Logits, (y, x): (usize, usize), seen: &[f64]) {
        for (channel, z) in seen.iter().enumerate() {
            let written = (z - self.offset([channel, y, x])) * self.adjustment.temperature;
            painted[[0, channel, y, x]] = written as f32;
        }
    }
}

/// The logits of one pixel, without an allocation: a brush reads thousands of them at a time.
#[derive(Debug)]
pub(super) struct PixelLogits {
    channels: usize,
    values: [f64; MAX_CHANNELS],
}

impl Deref for PixelLogits {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values[..self.channels]
    }
}

impl DerefMut for PixelLogits {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.values[..self.channels]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { images: 1, channels: 3, height: 5, width: 7 };
    const SHAKEN: Adjustment = Adjustment { temperature: 2.5, bias: -1.5, noise: 0.8, seed: 9 };

    fn ramp(shape: Shape) -> Logits {
        let i =
            |(_, channel, y, x): (usize, usize, usize, usize)| (channel * 7 + y * 3 + x) as f32 / 4.0 - 5.0;
        Logits::from_shape_fn((1, shape.channels, shape.height, shape.width), i)
    }

    fn seen(adjustment: Adjustment, painted: &Logits, shape: Shape) -> Logits {
        let mut effective = Logits::zeros(painted.raw_dim());
        let whole = Rect::whole(shape.height, shape.width);
        Lens::new(adjustment, shape, Labelling::OneClass).apply(painted, whole, &mut effective);
        effective
    }

    #[test]
    fn neutral_is_a_copy_bit_for_bit_whatever_the_seed() {
        let painted = ramp(SHAPE);
        let neutral = Adjustment { seed: 12, ..Adjustment::default() };
        assert!(neutral.is_neutral() && !SHAKEN.is_neutral());
        assert_eq!(seen(neutral, &painted, SHAPE), painted);
    }

    #[test]
    fn temperature_divides_all_and_bias_shifts_all_but_the_background() {
        let painted = ramp(SHAPE);
        let adjusted =
            seen(Adjustment { temperature: 2.0, bias: 3.0, ..Adjustment::default() }, &painted, SHAPE);
        for ((_, channel, y, x), &z) in painted.indexed_iter() {
            let expected = z / 2.0 + if channel == 0 { 0.0 } else { 3.0 };
            assert!((adjusted[[0, channel, y, x]] - expected).abs() < 1e-6);
        }
        let binary = Shape { channels: 1, ..SHAPE };
        let painted = ramp(binary);
        let adjusted = seen(Adjustment { bias: 3.0, ..Adjustment::default() }, &painted, binary);
        assert!((adjusted[[0, 0, 2, 2]] - painted[[0, 0, 2, 2]] - 3.0).abs() < 1e-6);
    }

    #[test]
    fn noise_is_of_the_size_asked_for_and_differs_by_seed_and_class() {
        let shape = Shape { height: 64, width: 64, ..SHAPE };
        let painted = Logits::zeros((1, 3, 64, 64));
        let noise = |seed| seen(Adjustment { noise: 0.5, seed, ..Adjustment::default() }, &painted, shape);
        let (one, two) = (noise(1), noise(2));
        let variance = one.iter().map(|&z| f64::from(z).powi(2)).sum::<f64>() / one.len() as f64;
        assert!((variance.sqrt() - 0.5).abs() < 0.02, "σ is {}", variance.sqrt());
        assert_ne!(one, two);
        assert!((one[[0, 0, 3, 3]] - one[[0, 1, 3, 3]]).abs() > 0.0);
        assert_eq!(one, noise(1));
    }

    #[test]
    fn a_pixel_is_read_and_written_as_it_is_seen() {
        let base = ramp(SHAPE);
        let lens = Lens::new(SHAKEN, SHAPE, Labelling::OneClass);
        let before = seen(SHAKEN, &base, SHAPE);
        let mut painted = base.clone();
        for (y, x) in (0..5).flat_map(|y| (0..7).map(move |x| (y, x))) {
            let mut logits = lens.read(&base, (y, x));
            for (channel, z) in logits.iter_mut().enumerate() {
                let expected = f64::from(before[[0, channel, y, x]]);
                assert!((*z - expected).abs() < 1e-5, "{z} is not {expected}");
                *z = -2.0 * *z + 1.0;
            }
            lens.write(&mut painted, (y, x), &logits);
        }
        for (after, before) in seen(SHAKEN, &painted, SHAPE).iter().zip(&before) {
            assert!((after - (-2.0 * before + 1.0)).abs() < 1e-5);
        }
    }

    #[test]
    fn only_the_box_is_written() {
        let rect = Rect { top: 1, left: 2, bottom: 3, right: 6 };
        let mut effective = Logits::from_elem((1, 3, 5, 7), f32::NAN);
        Lens::new(SHAKEN, SHAPE, Labelling::OneClass).apply(&ramp(SHAPE), rect, &mut effective);
        let written = |y, x| (1..3).contains(&y) && (2..6).contains(&x);
        assert!(effective.indexed_iter().all(|((_, _, y, x), z)| z.is_nan() != written(y, x)));
    }

    #[test]
    fn noise_follows_the_seed_and_the_shape() {
        let mut lens = Lens::new(SHAKEN, SHAPE, Labelling::OneClass);
        let larger = Shape { width: 9, ..SHAPE };
        for (adjustment, shape) in [
            (Adjustment { seed: 10, ..SHAKEN }, SHAPE),
            (SHAKEN, larger),
            (Adjustment { noise: 2.0, ..SHAKEN }, larger),
        ] {
            lens.set(adjustment, shape, Labelling::OneClass);
            assert_eq!(lens.noise, Lens::new(adjustment, shape, Labelling::OneClass).noise);
        }
    }

    #[test]
    fn what_the_page_sends_is_brought_into_range() {
        let wild = Adjustment { temperature: 0.0, bias: f64::NAN, noise: f64::INFINITY, seed: 3 };
        assert_eq!(wild.clamped(), Adjustment { temperature: 0.1, bias: 0.0, noise: 4.0, seed: 3 });
        assert_eq!(Lens::new(wild, SHAPE, Labelling::OneClass).adjustment(), wild.clamped());
    }
}
