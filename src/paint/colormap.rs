//! Colour tables, built once per theme.
//!
//! The diverging map runs from blue over a neutral to orange-brown. Its two arms have the same lightness and
//! chroma at the same distance from zero and differ in hue alone, along the blue–yellow axis that red-green
//! colour blindness leaves alone. Each arm is resampled by arc length in `OKLab`, so a step of the table is
//! about the same step to the eye wherever it is taken.

use std::sync::LazyLock;

use super::oklab::{self, Lab};
use super::{Rgb, Rgba, Theme};

/// Steps on each side of zero.
pub const STEPS: usize = 255;

/// Index of zero in [`diverging`].
pub const ZERO: usize = STEPS + 1;

/// Colours from −[`STEPS`] to +[`STEPS`] around [`ZERO`]. Entry 0 is for NaN, and transparent: a
/// float-to-integer cast sends NaN there, so no lookup has to ask.
pub type Diverging = [Rgba; 2 * STEPS + 2];

const BLUE: f64 = 252.0;
const ORANGE: f64 = 50.0;

/// Lightness and chroma of both arms at five anchors, from zero outwards.
const fn arm(theme: Theme) -> [(f64, f64); 5] {
    match theme {
        Theme::Light => [(0.976, 0.0), (0.88, 0.05), (0.74, 0.11), (0.60, 0.13), (0.44, 0.105)],
        Theme::Dark => [(0.27, 0.0), (0.40, 0.085), (0.56, 0.125), (0.71, 0.12), (0.86, 0.07)],
    }
}

/// Diverging map of a theme.
pub fn diverging(theme: Theme) -> &'static Diverging {
    static LIGHT: LazyLock<Diverging> = LazyLock::new(|| build(Theme::Light));
    static DARK: LazyLock<Diverging> = LazyLock::new(|| build(Theme::Dark));
    match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    }
}

fn build(theme: Theme) -> Diverging {
    let mut table = [[0; 4]; 2 * STEPS + 2];
    for step in 0..=STEPS {
        let t = step as f64 / STEPS as f64;
        table[ZERO + step] = opaque(oklab::to_rgb(along(&arm_in(theme, ORANGE), t)));
        table[ZERO - step] = opaque(oklab::to_rgb(along(&arm_in(theme, BLUE), t)));
    }
    table
}

fn arm_in(theme: Theme, hue: f64) -> [Lab; 5] {
    arm(theme).map(|(lightness, chroma)| oklab::from_polar(lightness, chroma, hue))
}

/// Colour at the fraction `t`, from 0 to 1, of the length of a line through `anchors`.
fn along(anchors: &[Lab], t: f64) -> Lab {
    let lengths = anchors.windows(2).map(|pair| oklab::distance(pair[0], pair[1]));
    let mut rest = t * lengths.clone().sum::<f64>();
    for (pair, length) in anchors.windows(2).zip(lengths) {
        if rest <= length {
            return oklab::mix(pair[0], pair[1], rest / length);
        }
        rest -= length;
    }
    anchors[anchors.len() - 1]
}

/// Ramp of 256 colours on the straight line between two in `OKLab`, both ends exact.
pub fn ramp(from: Rgb, to: Rgb) -> [Rgb; 256] {
    let (a, b) = (oklab::from_rgb(from), oklab::from_rgb(to));
    std::array::from_fn(|i| oklab::to_rgb(oklab::mix(a, b, i as f64 / 255.0)))
}

pub(super) const fn opaque([r, g, b]: Rgb) -> Rgba {
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

    fn lab(colour: Rgba) -> Lab {
        oklab::from_rgb([colour[0], colour[1], colour[2]])
    }

    #[test]
    fn zero_is_a_grey_near_the_surface() {
        for theme in THEMES {
            let [r, g, b, a] = diverging(theme)[ZERO];
            assert!(r == g && g == b && a == 255, "{theme:?}: {:?}", diverging(theme)[ZERO]);
            let away = oklab::distance(lab([r, g, b, a]), oklab::from_rgb(theme.surface()));
            assert!(away < 0.07, "{theme:?}: {away}");
        }
    }

    #[test]
    fn every_anchor_is_a_colour_a_screen_has() {
        for theme in THEMES {
            for anchor in [arm_in(theme, BLUE), arm_in(theme, ORANGE)].concat() {
                for light in oklab::linear_from_lab(anchor) {
                    assert!((-1e-3..=1.001).contains(&light), "{theme:?} {anchor:?}: {light}");
                }
            }
        }
    }

    #[test]
    fn lightness_is_monotone_and_the_same_on_both_sides() {
        for theme in THEMES {
            let outward = if theme == Theme::Light { -1.0 } else { 1.0 };
            let table = diverging(theme);
            for step in 0..STEPS {
                let lightness = |at: usize| lab(table[at])[0];
                for side in [-1isize, 1] {
                    let at = |step: usize| ZERO.wrapping_add_signed(side * step.cast_signed());
                    // Bytes round: one step may stand still, ten may not.
                    assert!(outward * (lightness(at(step + 1)) - lightness(at(step))) > -2.5e-3);
                    if step + 10 <= STEPS {
                        assert!(outward * (lightness(at(step + 10)) - lightness(at(step))) > 5e-3);
                    }
                }
                assert!((lightness(ZERO + step) - lightness(ZERO - step)).abs() < 5e-3);
            }
        }
    }

    #[test]
    fn steps_look_even() {
        for theme in THEMES {
            for side in [-1isize, 1] {
                let at =
                    |step: usize| lab(diverging(theme)[ZERO.wrapping_add_signed(side * step.cast_signed())]);
                let jumps: Vec<f64> =
                    (0..STEPS / 15).map(|i| oklab::distance(at(15 * i), at(15 * i + 15))).collect();
                let mean = jumps.iter().sum::<f64>() / jumps.len() as f64;
                for jump in jumps {
                    assert!((jump / mean - 1.0).abs() < 0.12, "{theme:?}: {jump} of {mean}");
                }
            }
        }
    }

    #[test]
    fn the_sides_stay_apart_for_the_colour_blind() {
        for theme in THEMES {
            let table = diverging(theme);
            for step in [STEPS / 4, STEPS / 2, STEPS] {
                for cone in [0, 1] {
                    let seen = |at: usize| {
                        let [r, g, b, _] = table[at];
                        oklab::seen_without(cone, [r, g, b])
                    };
                    let apart = oklab::distance(seen(ZERO - step), seen(ZERO + step));
                    let from_zero = oklab::distance(seen(ZERO + step), seen(ZERO));
                    assert!(apart > 0.07 && from_zero > 0.07, "{theme:?} {step}: {apart:.3} {from_zero:.3}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_transparent() {
        assert_eq!(diverging(Theme::Light)[0][3], 0);
        assert!(diverging(Theme::Dark)[1..].iter().all(|colour| colour[3] == 255));
    }

    #[test]
    fn a_ramp_keeps_its_ends() {
        for theme in THEMES {
            for to in theme.classes() {
                let ramp = ramp(theme.classes()[0], to);
                assert_eq!((ramp[0], ramp[255]), (theme.classes()[0], to));
            }
        }
    }
}
