//! Random numbers that are a function of a seed and an index, so that any pixel can be drawn again on its own.
//!
//! The bits are integer arithmetic and equal everywhere. [`gaussian`] goes through `ln` and `cos`, whose last bit the
//! system's library and the one compiled into wasm may round apart: natively and in a browser it agrees to about
//! 1e-15, far below the `f32` it ends up in, but is not promised to be equal bit for bit.

use std::f64::consts::TAU;

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// 64 random bits: the output of `SplitMix64` at a place of its sequence, with the seed scrambled first, so that
/// neighbouring seeds do not give shifted copies of one sequence.
pub(crate) fn bits(seed: u32, index: u64) -> u64 {
    mix(mix(u64::from(seed).wrapping_add(GAMMA)).wrapping_add(index.wrapping_add(1).wrapping_mul(GAMMA)))
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Uniform in −1..1.
pub(crate) fn signed(seed: u32, index: u64) -> f64 {
    (bits(seed, index) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Standard normal, by Box and Muller; within ±6.7.
pub(crate) fn gaussian(seed: u32, index: u64) -> f64 {
    let bits = bits(seed, index);
    let unit = |half: u64| (half as f64 + 1.0) / (1u64 << 32) as f64;
    let (radius, turn) = (unit(bits >> 32), unit(bits & u64::from(u32::MAX)));
    (-2.0 * radius.ln()).sqrt() * (TAU * turn).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_are_splitmix64() {
        // The published sequence for state 1234567: the state here is the scrambled seed.
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        let state: u64 = 1_234_567;
        for (i, expected) in (1u64..).zip(expected) {
            assert_eq!(mix(state.wrapping_add(i.wrapping_mul(GAMMA))), expected);
        }
    }

    #[test]
    fn gaussians_have_the_moments_of_a_standard_normal() {
        for seed in [0, 1, 77] {
            let n = 100_000;
            let mean_of = |power: i32| (0..n).map(|i| gaussian(seed, i).powi(power)).sum::<f64>() / n as f64;
            // Five standard errors each.
            for (power, expected, error) in
                [(1, 0.0, 0.016), (2, 1.0, 0.023), (3, 0.0, 0.062), (4, 3.0, 0.16)]
            {
                assert!((mean_of(power) - expected).abs() < error, "moment {power} of seed {seed}");
            }
        }
    }

    #[test]
    fn neighbouring_seeds_and_indices_are_uncorrelated() {
        let n = 100_000;
        let correlation =
            |f: &dyn Fn(u64) -> f64| (0..n).map(|i| gaussian(5, i) * f(i)).sum::<f64>() / n as f64;
        assert!(correlation(&|i| gaussian(6, i)).abs() < 0.016);
        assert!(correlation(&|i| gaussian(5, i + 1)).abs() < 0.016);
        assert!(correlation(&|i| gaussian(6, i + 1)).abs() < 0.016);
    }
}
