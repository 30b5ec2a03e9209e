//! Pictures of labels and probabilities, alone or over a photograph.

use std::sync::LazyLock;

use super::colormap::{opaque, ramp};
use super::{Rgba, Theme, oklab};

/// Ground on which a picture is painted: its width, a photograph, a palette.
#[derive(Clone, Copy, Debug)]
pub struct Backdrop<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Photograph, one grey byte a pixel. Pixels past its end are painted as if there were none.
    pub photo: Option<&'a [u8]>,
    /// Theme whose palette is used.
    pub theme: Theme,
}

/// Opacity of the picture over a photograph, of 256.
const COVER: u16 = 150;

/// Pixels of a picture's longer side for each pixel of an outline's thickness.
const OUTLINE_EVERY: usize = 96;

/// Period of the stripes on ignored pixels, and the width of ink in it, in pixels.
const HATCH: (usize, usize) = (8, 4);

impl Backdrop<'_> {
    fn put(&self, out: &mut [u8], colours: impl Iterator<Item = Rgba>) {
        let (pixels, _) = out.as_chunks_mut::<4>();
        for (pixel, colour) in pixels.iter_mut().zip(colours) {
            *pixel = colour;
        }
        for (pixel, &grey) in pixels.iter_mut().zip(self.photo.unwrap_or(&[])) {
            *pixel = over(grey, *pixel);
        }
    }
}

fn over(grey: u8, [r, g, b, alpha]: Rgba) -> Rgba {
    let mix = |c: u8| ((COVER * u16::from(c) + (256 - COVER) * u16::from(grey)) >> 8) as u8;
    [mix(r), mix(g), mix(b), alpha]
}

/// Paints labels in the colours of their classes; pixels labelled `ignore` are hatched.
pub fn truth_picture(labels: &[u8], ignore: u8, on: Backdrop<'_>, out: &mut [u8]) {
    let classes: [Rgba; 256] = std::array::from_fn(|class| opaque(on.theme.class(class)));
    let [ink, paper] = on.theme.hatch().map(opaque);
    let width = on.width.max(1);
    let colour = |(i, &label): (usize, &u8)| {
        if label != ignore {
            classes[usize::from(label)]
        } else if (i % width + i / width) % HATCH.0 < HATCH.1 {
            ink
        } else {
            paper
        }
    };
    on.put(out, labels.iter().enumerate().map(colour));
}

/// Paints soft labels, `[class, y, x]`, as a prediction is painted; pixels labelled `ignore` are hatched.
pub fn soft_truth_picture(shares: &[f32], labels: &[u8], ignore: u8, on: Backdrop<'_>, out: &mut [u8]) {
    truth_picture(labels, ignore, on, out);
    let prob: Vec<f64> = shares.iter().map(|&share| f64::from(share)).collect();
    let mut mixed = vec![0; out.len()];
    prediction_picture(&prob, shares.len() / labels.len().max(1), on, &mut mixed);
    let (pixels, _) = out.as_chunks_mut::<4>();
    for ((pixel, mixed), &label) in pixels.iter_mut().zip(mixed.as_chunks::<4>().0).zip(labels) {
        if label != ignore {
            *pixel = *mixed;
        }
    }
}

/// Paints `prob`, laid out `[class, y, x]` with `classes` planes.
///
/// One plane is a binary task: an even ramp from the background's colour to that of class 1, darker
/// with p in the light theme and lighter in the dark one. More planes are mixed as light is, each
/// class in proportion to its probability.
pub fn prediction_picture(prob: &[f64], classes: usize, on: Backdrop<'_>, out: &mut [u8]) {
    if classes <= 1 {
        let colours = binary_ramp(on.theme);
        // A cast sends NaN to 0 and keeps the rest within the table.
        on.put(out, prob.iter().map(|p| colours[usize::from((p * 255.0 + 0.5) as u8)]));
        return;
    }
    let pixels = prob.len() / classes;
    let planes: Vec<(&[f64], [f32; 3])> = prob
        .chunks_exact(pixels.max(1))
        .enumerate()
        .map(|(class, plane)| (plane, on.theme.class(class).map(|byte| oklab::linear_from_byte(byte) as f32)))
        .collect();
    let mixed = |pixel: usize| {
        let mut light = [0f32; 3];
        for (plane, colour) in &planes {
            let p = plane[pixel] as f32;
            light = std::array::from_fn(|i| light[i] + p * colour[i]);
        }
        opaque(light.map(byte_of_light))
    };
    on.put(out, (0..pixels).map(mixed));
}

/// Draws the boundary between different labels onto a picture. The line grows with the picture, so that it is
/// still seen where the picture is shown small.
pub fn outline(labels: &[u8], on: Backdrop<'_>, out: &mut [u8]) {
    let width = on.width.max(1);
    let height = labels.len() / width;
    let thick = width.max(height).div_ceil(OUTLINE_EVERY);
    let ink = opaque(on.theme.background());
    let (pixels, _) = out.as_chunks_mut::<4>();
    let mut draw = |x: usize, y: usize| {
        for v in y..(y + thick).min(height) {
            if let Some(run) = pixels.get_mut(v * width + x..v * width + (x + thick).min(width)) {
                run.fill(ink);
            }
        }
    };
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            let differs = |other: usize| labels[other] != labels[at];
            if (x + 1 < width && differs(at + 1)) || (y + 1 < height && differs(at + width)) {
                draw(x, y);
            }
        }
    }
}

/// Paints weights of pixels, from the surface's colour for 0 to the ink's for the largest, evenly by log(1 + weight), and the
/// boundaries of the labels over them.
pub fn weights_picture(weights: &[f32], labels: &[u8], on: Backdrop<'_>, out: &mut [u8]) {
    let colours = ramp(on.theme.surface(), on.theme.ink()).map(opaque);
    let most = weights.iter().copied().fold(f32::MIN_POSITIVE, f32::max).ln_1p();
    on.put(out, weights.iter().map(|w| colours[usize::from((w.ln_1p() / most * 255.0 + 0.5) as u8)]));
    outline(labels, on, out);
}

fn binary_ramp(theme: Theme) -> &'static [Rgba; 256] {
    static LIGHT: LazyLock<[Rgba; 256]> = LazyLock::new(|| build(Theme::Light));
    static DARK: LazyLock<[Rgba; 256]> = LazyLock::new(|| build(Theme::Dark));
    fn build(theme: Theme) -> [Rgba; 256] {
        ramp(theme.class(0), theme.class(1)).map(opaque)
    }
    match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    }
}

/// sRGB byte of linear light: [`oklab::byte_from_linear`] by lookup. 4096 entries are fine enough that each
/// byte, made linear, comes back as itself.
fn byte_of_light(light: f32) -> u8 {
    const LAST: usize = 4095;
    static TABLE: LazyLock<[u8; LAST + 1]> =
        LazyLock::new(|| std::array::from_fn(|i| oklab::byte_from_linear(i as f64 / LAST as f64)));
    TABLE[((light * LAST as f32 + 0.5) as u32 as usize).min(LAST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

    fn pixels(out: &[u8]) -> Vec<Rgba> {
        out.as_chunks::<4>().0.to_vec()
    }

    fn bare(theme: Theme) -> Backdrop<'static> {
        Backdrop { width: 4, photo: None, theme }
    }

    fn truth(labels: &[u8], on: Backdrop<'_>) -> Vec<Rgba> {
        let mut out = vec![7; 4 * labels.len()];
        truth_picture(labels, 255, on, &mut out);
        pixels(&out)
    }

    fn prediction(prob: &[f64], classes: usize, on: Backdrop<'_>) -> Vec<Rgba> {
        let mut out = vec![7; 4 * (prob.len() / classes)];
        prediction_picture(prob, classes, on, &mut out);
        pixels(&out)
    }

    #[test]
    fn a_certain_prediction_looks_like_its_label() {
        for theme in THEMES {
            let class = |k| opaque(theme.class(k));
            assert_eq!(prediction(&[0.0, 1.0], 1, bare(theme)), [class(0), class(1)]);
            let mut one_hot = [0.0; 25];
            (0..5).for_each(|k| one_hot[k * 5 + k] = 1.0);
            assert_eq!(prediction(&one_hot, 5, bare(theme)), truth(&[0, 1, 2, 3, 4], bare(theme)));
        }
    }

    #[test]
    fn the_binary_ramp_is_monotone_and_its_middle_is_far_from_both_ends() {
        for theme in THEMES {
            let prob: Vec<f64> = (0..=100u8).map(|i| f64::from(i) / 100.0).collect();
            let lab: Vec<oklab::Lab> = prediction(&prob, 1, bare(theme))
                .into_iter()
                .map(|[r, g, b, _]| oklab::from_rgb([r, g, b]))
                .collect();
            let sign = (lab[100][0] - lab[0][0]).signum();
            assert!(lab.windows(2).all(|w| sign * (w[1][0] - w[0][0]) > 0.0));
            assert!(oklab::distance(lab[0], lab[50]) > 0.2);
            assert!(oklab::distance(lab[50], lab[100]) > 0.2);
        }
    }

    #[test]
    fn an_even_mixture_is_the_mean_of_the_light() {
        let theme = Theme::Light;
        let [r, g, b, _] = prediction(&[0.0, 0.5, 0.5], 3, bare(theme))[0];
        for (i, byte) in [r, g, b].into_iter().enumerate() {
            let mean = f64::midpoint(
                oklab::linear_from_byte(theme.class(1)[i]),
                oklab::linear_from_byte(theme.class(2)[i]),
            );
            assert!(byte.abs_diff(oklab::byte_from_linear(mean)) <= 1);
        }
    }

    #[test]
    fn ignored_pixels_are_striped_along_the_diagonal() {
        let on = Backdrop { width: 16, photo: None, theme: Theme::Light };
        let painted = truth(&[255; 256], on);
        let [ink, paper] = Theme::Light.hatch().map(opaque);
        for (i, colour) in painted.iter().enumerate() {
            let (x, y) = (i % 16, i / 16);
            assert_eq!(*colour, if (x + y) % 8 < 4 { ink } else { paper });
            if x > 0 && y < 15 {
                assert_eq!(painted[(y + 1) * 16 + x - 1], *colour);
            }
        }
    }

    #[test]
    fn a_photograph_shows_through_and_keeps_classes_apart() {
        for theme in THEMES {
            let on = Backdrop { photo: Some(&[0, 255, 0, 255]), ..bare(theme) };
            let painted = truth(&[0, 0, 1, 1, 1], on);
            let lab: Vec<_> = painted.iter().map(|&[r, g, b, _]| oklab::from_rgb([r, g, b])).collect();
            for (a, b) in [(0, 1), (2, 3), (0, 2), (1, 3)] {
                assert!(oklab::distance(lab[a], lab[b]) > 0.1, "{theme:?} {a} {b}");
            }
            assert_eq!(painted[4], opaque(theme.class(1)), "past the end of the photograph");
            assert_eq!(prediction(&[0.0, 0.0, 1.0, 1.0], 1, on), painted[..4]);
        }
    }

    #[test]
    fn a_heavier_pixel_is_nearer_to_the_ink_and_the_truth_is_outlined() {
        for theme in THEMES {
            let mut out = vec![7; 16];
            weights_picture(&[0.0, 1.0, 120.0, 12.0], &[0, 0, 0, 0], bare(theme), &mut out);
            let painted = pixels(&out);
            assert_eq!((painted[0], painted[2]), (opaque(theme.surface()), opaque(theme.ink())));
            let far = |i: usize| oklab::distance(lab(painted[0]), lab(painted[i]));
            assert!(0.05 < far(1) && far(1) < far(3) && far(3) < far(2));
            weights_picture(&[1.0; 4], &[0, 0, 1, 1], bare(theme), &mut out);
            assert_eq!(pixels(&out)[1], opaque(theme.background()), "the boundary");
            weights_picture(&[0.0; 4], &[0; 4], bare(theme), &mut out);
            assert_eq!(pixels(&out), [opaque(theme.surface()); 4]);
        }
    }

    fn lab([r, g, b, _]: Rgba) -> oklab::Lab {
        oklab::from_rgb([r, g, b])
    }

    #[test]
    fn an_outline_is_where_labels_meet_and_nowhere_else() {
        let on = bare(Theme::Light);
        let mut out = vec![0; 4 * 12];
        outline(&[0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0], on, &mut out);
        let ink = opaque(Theme::Light.background());
        let drawn: Vec<usize> = (0..12).filter(|&i| pixels(&out)[i] == ink).collect();
        assert_eq!(drawn, [1, 5, 6, 7]);
        let mut large = vec![0; 4 * 200 * 3];
        let labels: Vec<u8> = (0..600).map(|i| u8::from(i % 200 >= 100)).collect();
        outline(&labels, Backdrop { width: 200, ..on }, &mut large);
        assert_eq!(pixels(&large).iter().filter(|&&pixel| pixel == ink).count(), 3 * 3, "three thick");
    }

    #[test]
    fn nothing_and_nonsense_are_painted_without_panic() {
        for classes in [1, 2, 5] {
            assert!(prediction(&[], classes, bare(Theme::Light)).is_empty());
            let odd = [f64::NAN, f64::INFINITY, -3.0, 7.0];
            let on = Backdrop { width: 0, photo: Some(&[9]), theme: Theme::Dark };
            assert!(prediction(&odd, classes, on).iter().all(|p| p[3] == 255));
        }
        assert!(prediction(&[0.5; 3], 5, bare(Theme::Light)).is_empty());
        assert!(truth(&[], bare(Theme::Light)).is_empty());
        outline(&[0, 1, 1], Backdrop { width: 0, ..bare(Theme::Light) }, &mut []);
    }
}
