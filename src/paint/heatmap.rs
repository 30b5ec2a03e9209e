//! Heatmap of a signed field: blue below zero, neutral at zero, orange above.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::colormap::{self, Diverging, STEPS, ZERO};
use super::{Rgba, Theme, number};

/// Scale of a heatmap: the map from values to distances from zero on the colour map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Scale {
    /// Proportional to the value.
    #[default]
    Linear,
    /// `ln(1 + |g|/t) / ln(1 + limit/t)` with `t = limit/1000`: linear well below `t`, logarithmic
    /// well above, smooth between. A value a thousand times smaller than the limit is still seen.
    Symlog,
}

/// Ratio of the limit to the threshold `t` of [`Scale::Symlog`].
const SYMLOG_REACH: f32 = 1000.0;

/// Largest finite |g|, the limit of a heatmap on its own scale; 0 for an empty field.
#[inline(never)]
pub fn limit_of(grad: &[f32]) -> f32 {
    const LANES: usize = 4;
    // The bits of non-negative floats sort as the floats do, and integers have a vector maximum.
    let bits = |g: f32| {
        let bits = g.to_bits() & 0x7fff_ffff;
        if bits < f32::INFINITY.to_bits() { bits } else { 0 }
    };
    let (blocks, rest) = grad.as_chunks::<LANES>();
    let mut most = [0; LANES];
    for block in blocks {
        most = std::array::from_fn(|lane| most[lane].max(bits(block[lane])));
    }
    f32::from_bits(rest.iter().map(|&g| bits(g)).chain(most).max().unwrap_or(0))
}

/// Paints `grad` into `out`, `4·grad.len()` bytes of RGBA.
///
/// Values of ±`limit` and beyond take the ends of the colour map. If the limit is not a positive number every
/// pixel is neutral. A NaN is transparent, so that it is seen as a hole and not as a zero.
pub fn heatmap(grad: &[f32], limit: f32, scale: Scale, theme: Theme, out: &mut [u8]) {
    let (pixels, _) = out.as_chunks_mut::<4>();
    let colours = colormap::diverging(theme);
    if !(limit.is_normal() && limit > 0.0) {
        pixels.fill(colours[ZERO]);
        return;
    }
    // A limit that is normal has a reciprocal that is finite.
    let share = limit.recip();
    match scale {
        Scale::Linear => fill(pixels, grad, |g| colours[linear_index(g * share)]),
        Scale::Symlog => {
            let table = symlog_table(theme);
            fill(pixels, grad, |g| table[symlog_index(g * share)]);
        }
    }
}

#[inline]
fn fill(pixels: &mut [Rgba], grad: &[f32], colour: impl Fn(f32) -> Rgba) {
    for (pixel, &g) in pixels.iter_mut().zip(grad) {
        *pixel = colour(g);
    }
}

/// Index in [`Diverging`] of a value given as a fraction of the limit. NaN stays NaN through the clamp and is
/// cast to 0.
#[inline]
fn linear_index(share: f32) -> usize {
    let index = (share.clamp(-1.0, 1.0) * STEPS as f32 + (ZERO as f32 + 0.5)) as u32;
    // Never larger than the mask; it spares a bounds check for each pixel.
    index as usize & (2 * STEPS + 1)
}

/// Bits of a bucket's index within an octave of `1 + 1000·share`: 128 buckets an octave. An octave is 25.6
/// steps of the colour map, so a bucket is a fifth of a step.
const BUCKET_BITS: u32 = 7;

/// Number of buckets: `1 + 1000·share` is below 2¹⁰, so ten octaves hold every value.
const BUCKETS: usize = 10 << BUCKET_BITS;

/// Colour of each bucket: first of positive values, then of negative ones, then NaN.
type SymlogTable = [Rgba; 2 * BUCKETS + 1];

/// Bucket of a value given as a fraction of the limit, without computing a logarithm: the exponent and the
/// first bits of the fraction of `1 + 1000·share` are its bucket, and bits of positive floats are monotone.
#[inline]
fn symlog_index(share: f32) -> usize {
    const ONE: u32 = 1.0f32.to_bits() >> (f32::MANTISSA_DIGITS - 1 - BUCKET_BITS);
    let stretched = 1.0 + SYMLOG_REACH * share.abs().min(1.0);
    let bucket = ((stretched.to_bits() >> (f32::MANTISSA_DIGITS - 1 - BUCKET_BITS)) - ONE) as usize;
    let side = if share < 0.0 { BUCKETS } else { 0 };
    if share.is_nan() { 2 * BUCKETS } else { bucket + side }
}

fn symlog_table(theme: Theme) -> &'static SymlogTable {
    static LIGHT: LazyLock<SymlogTable> = LazyLock::new(|| build(colormap::diverging(Theme::Light)));
    static DARK: LazyLock<SymlogTable> = LazyLock::new(|| build(colormap::diverging(Theme::Dark)));
    match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    }
}

fn build(colours: &Diverging) -> SymlogTable {
    let mut table = [colours[0]; 2 * BUCKETS + 1];
    for bucket in 0..BUCKETS {
        table[bucket] = colours[ZERO + step_of_bucket(bucket)];
        table[BUCKETS + bucket] = colours[ZERO - step_of_bucket(bucket)];
    }
    table
}

/// Steps from zero, on the colour map, of the middle of a bucket.
fn step_of_bucket(bucket: usize) -> usize {
    let (octave, part) = (bucket >> BUCKET_BITS, bucket & ((1 << BUCKET_BITS) - 1));
    let middle = (part as f64 + 0.5) / f64::from(1 << BUCKET_BITS);
    let log = octave as f64 * std::f64::consts::LN_2 + middle.ln_1p();
    let share = log / f64::from(SYMLOG_REACH).ln_1p();
    (share * STEPS as f64).round().min(STEPS as f64) as usize
}

/// Exact distance from zero on the colour map, −1 to 1, of a value given as a fraction of the limit.
fn position(share: f64, scale: Scale) -> f64 {
    match scale {
        Scale::Linear => share,
        Scale::Symlog => {
            let reach = f64::from(SYMLOG_REACH);
            (reach * share.abs()).ln_1p() / reach.ln_1p() * share.signum()
        }
    }
}

/// Colour map as one row of RGBA, `width` pixels from −limit on the left to +limit on the right. It is the
/// same for every scale and limit; only the ticks move.
pub fn legend(theme: Theme, width: usize) -> Vec<u8> {
    let last = width.saturating_sub(1).max(1) as f32;
    (0..width).flat_map(|x| colormap::diverging(theme)[linear_index(2.0 * x as f32 / last - 1.0)]).collect()
}

/// Tick of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendTick {
    /// Place along the legend, from 0 at the left end to 1 at the right.
    pub position: f32,
    /// Gradient at the tick.
    pub value: f64,
    /// The value as text.
    pub label: String,
    /// True for the ends and zero. A narrow legend shows the other ticks without their text.
    pub major: bool,
}

/// Ticks of a legend, left to right: ±limit and 0; between them the halves of a linear scale, or the tenth,
/// hundredth and thousandth of the limit on a symlog one. Only 0 if the limit is not a positive number.
pub fn legend_ticks(limit: f64, scale: Scale) -> Vec<LegendTick> {
    let minor: &[f64] = match scale {
        Scale::Linear => &[0.5],
        Scale::Symlog => &[1e-1, 1e-2, 1e-3],
    };
    let tick = |share: f64, major: bool| {
        let value = if share == 0.0 { 0.0 } else { share * limit };
        let position = (0.5 + 0.5 * position(share, scale)) as f32;
        LegendTick { position, value, label: number::tick(value), major }
    };
    if !(limit.is_normal() && limit > 0.0) {
        return vec![tick(0.0, true)];
    }
    let mut ticks = vec![tick(-1.0, true)];
    ticks.extend(minor.iter().map(|&share| tick(-share, false)));
    ticks.push(tick(0.0, true));
    ticks.extend(minor.iter().rev().map(|&share| tick(share, false)));
    ticks.push(tick(1.0, true));
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];
    const SCALES: [Scale; 2] = [Scale::Linear, Scale::Symlog];

    fn painted(grad: &[f32], limit: f32, scale: Scale, theme: Theme) -> Vec<Rgba> {
        let mut out = vec![7; 4 * grad.len()];
        heatmap(grad, limit, scale, theme, &mut out);
        out.as_chunks::<4>().0.to_vec()
    }

    #[test]
    fn zero_is_exactly_neutral_and_the_limits_are_the_ends() {
        for (theme, scale) in THEMES.into_iter().zip(SCALES).chain(THEMES.into_iter().rev().zip(SCALES)) {
            let map = colormap::diverging(theme);
            let ends = [map[ZERO - STEPS], map[ZERO - STEPS], map[ZERO], map[ZERO], map[ZERO + STEPS]];
            for limit in [1.0, 3e-9, 2e30] {
                let grad = [f32::NEG_INFINITY, -limit, -0.0, 0.0, limit];
                assert_eq!(painted(&grad, limit, scale, theme), ends, "{theme:?} {scale:?}");
            }
        }
    }

    #[test]
    fn nan_is_a_hole_and_a_useless_limit_is_neutral() {
        for (theme, scale) in THEMES.into_iter().zip(SCALES) {
            assert_eq!(painted(&[f32::NAN, -f32::NAN], 1.0, scale, theme), [[0; 4]; 2]);
            let neutral = colormap::diverging(theme)[ZERO];
            for limit in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-45] {
                let grad = [0.0, 1.0, f32::NAN, f32::NEG_INFINITY];
                assert_eq!(painted(&grad, limit, scale, theme), [neutral; 4], "{limit}");
            }
            assert!(painted(&[], 1.0, scale, theme).is_empty());
        }
    }

    #[test]
    fn symlog_is_within_one_step_of_the_formula_and_monotone() {
        let map = colormap::diverging(Theme::Light);
        let mut last = 0;
        for i in 0..=20_000 {
            let share = 10f32.powf(i as f32 / 20_000.0 * 8.0 - 8.0).min(1.0);
            let exact = position(f64::from(share), Scale::Symlog) * STEPS as f64;
            let step = step_of_bucket(symlog_index(share));
            assert!((step as f64 - exact).abs() <= 1.0, "{share}: {step} for {exact}");
            assert!(step >= last, "{share}: {step} after {last}");
            last = step;
            let colours = painted(&[-share, share], 1.0, Scale::Symlog, Theme::Light);
            assert_eq!(colours, [map[ZERO - step], map[ZERO + step]], "{share}");
        }
        assert_eq!(last, STEPS);
    }

    #[test]
    fn linear_is_the_nearest_step() {
        for i in -1000i16..=1000 {
            let share = f32::from(i) / 1000.0;
            let exact = f64::from(share) * STEPS as f64;
            let step = linear_index(share) as f64 - ZERO as f64;
            assert!((step - exact).abs() <= 0.5 + 1e-3, "{share}: {step} for {exact}");
        }
    }

    #[test]
    fn the_limit_is_the_greatest_finite_magnitude() {
        assert_eq!(limit_of(&[0.5, -2.0, f32::NAN, f32::INFINITY, 1.0]).to_bits(), 2.0f32.to_bits());
        assert_eq!(limit_of(&[]).to_bits(), 0);
        assert_eq!(limit_of(&[-0.0, f32::NEG_INFINITY]).to_bits(), 0);
    }

    #[test]
    fn the_legend_ends_where_the_map_does() {
        for theme in THEMES {
            let map = colormap::diverging(theme);
            let row = legend(theme, 101);
            let (row, _) = row.as_chunks::<4>();
            assert_eq!((row[0], row[50], row[100]), (map[1], map[ZERO], map[2 * STEPS + 1]));
            assert!(legend(theme, 0).is_empty());
            assert_eq!(legend(theme, 1).len(), 4);
        }
    }

    #[test]
    fn ticks_stand_on_the_colour_their_value_is_painted_with() {
        for scale in SCALES {
            let ticks = legend_ticks(2e-4, scale);
            assert!(ticks.is_sorted_by(|a, b| a.position < b.position && a.value < b.value));
            for tick in &ticks {
                let pixel = painted(&[tick.value as f32], 2e-4, scale, Theme::Dark)[0];
                let under = linear_index(2.0 * tick.position - 1.0);
                let map = colormap::diverging(Theme::Dark);
                assert!(
                    map[under - 1..=(under + 1).min(2 * STEPS + 1)].contains(&pixel) || under == 1,
                    "{tick:?}"
                );
            }
            let major: Vec<&str> = ticks.iter().filter(|t| t.major).map(|t| t.label.as_str()).collect();
            assert_eq!(major, ["\u{2212}2×10⁻⁴", "0", "2×10⁻⁴"]);
        }
        assert_eq!(legend_ticks(0.0, Scale::Linear).len(), 1);
        assert_eq!(legend_ticks(f64::NAN, Scale::Symlog)[0].label, "0");
    }

    #[test]
    fn scales_are_written_in_lower_case() {
        assert_eq!(serde_json::from_str::<Scale>("\"symlog\"").unwrap(), Scale::Symlog);
    }
}
