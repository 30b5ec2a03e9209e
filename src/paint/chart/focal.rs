//! The focal loss of one pixel against the probability given to its true class.

use plotters::prelude::DrawingBackend;

use super::super::Rgb;
use super::super::number::tick;
use super::draw::{self, Swatch};
use super::frame::{Frame, Tick, round_values};
use super::{Area, ChartStyle, Drawn};

/// What the two focal charts show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FocalChart {
    /// The γ in use.
    pub gamma: f64,
    /// The weight of the foreground, if there is one; the background has 1 − α.
    pub alpha: Option<f64>,
    /// The share of the scene's pixels that are foreground and have their `p_t` in each of some equal
    /// bins from 0 to 1.
    pub histogram_foreground: Vec<f64>,
    /// The same for the background.
    pub histogram_background: Vec<f64>,
}

/// The reference curves: γ, and the height at which each is labelled in the two charts. The heights
/// differ so that the labels lie along a diagonal and do not meet where the curves run close.
const FAMILY: [(f64, f64, f64); 5] =
    [(0.0, 0.36, 0.12), (0.5, 0.52, 0.24), (1.0, 0.66, 0.36), (2.0, 0.86, 0.5), (5.0, 1.2, 0.7)];

/// Both vertical axes end at a fixed value, so that a curve moves and not the axis. The loss is cut,
/// as it grows without bound; the gradient stays below its end for γ up to 8.
const LOSS_END: f64 = 5.0;
const GRADIENT_END: f64 = 1.5;

/// The part of the height that the right axis takes, so that the bars stay below the key.
const HISTOGRAM: f64 = 0.6;

/// FL with α = 1: `(1 − p_t)^γ · −ln p_t`.
fn loss(p: f64, gamma: f64) -> f64 {
    (1.0 - p).powf(gamma) * -p.ln()
}

/// |dFL/dz| with α = 1, z the logit of the true class: `(1 − p_t)^γ · (1 − p_t − γ p_t ln p_t)`. The
/// derivative itself is never positive.
fn gradient(p: f64, gamma: f64) -> f64 {
    (1.0 - p).powf(gamma) * (1.0 - p - gamma * p * p.ln())
}

/// Draws FL(`p_t`) for γ in 0, ½, 1, 2, 5 and for the γ in use, the scene's histogram under it.
pub fn draw_focal_curves<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &FocalChart,
    style: &ChartStyle,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = Frame::new(root.dim_in_pixel(), style, true) else { return Ok(()) };
    axes(root, style, &frame, "loss", LOSS_END)?;
    let shares = [1e-4, 1e-2, 1.0].map(|s| (log_share(s), format!("{}\u{202f}%", tick(100.0 * s))));
    frame.right_axis(root, style, "share of pixels, log scale", &shares)?;
    histogram(root, &frame, &chart.histogram_foreground, 0, style.theme.foreground())?;
    histogram(root, &frame, &chart.histogram_background, 1, style.theme.background())?;
    let labels = FAMILY.map(|(gamma, height, _)| (gamma, height));
    curves(root, style, &frame, chart, loss, LOSS_END, &labels)?;

    let mut lines = weights(chart, style, "pixels");
    lines.insert(0, current(chart, style));
    draw::key(root, style, &frame, &lines)
}

/// Draws |dFL/dz| against `p_t` for the same γ, z the logit of the true class.
pub fn draw_focal_gradient<DB: DrawingBackend>(
    root: &Area<DB>,
    chart: &FocalChart,
    style: &ChartStyle,
) -> Drawn<DB> {
    root.fill(&draw::colour(style.theme.surface()))?;
    let Some(frame) = Frame::new(root.dim_in_pixel(), style, true) else { return Ok(()) };
    axes(root, style, &frame, "size of the gradient, |d loss / d logit|", GRADIENT_END)?;
    let labels = FAMILY.map(|(gamma, _, height)| (gamma, height));
    curves(root, style, &frame, chart, gradient, GRADIENT_END, &labels)?;

    let mut lines = vec![current(chart, style)];
    if chart.alpha.is_some() {
        lines.extend(weights(chart, style, ""));
    }
    draw::key(root, style, &frame, &lines)
}

fn axes<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    name: &str,
    end: f64,
) -> Drawn<DB> {
    let ticks = |max: f64, length: i32| -> Vec<Tick> {
        round_values(max, length, style.px(48.0)).into_iter().map(|v| (v / max, tick(v))).collect()
    };
    frame.left_axis(root, style, name, &ticks(end, frame.height()))?;
    let x = ticks(1.0, frame.width());
    frame.bottom_axis(root, style, "pₜ, probability given to the true class", &x)
}

/// Where a share of the pixels stands on the right axis, which runs from 10⁻⁵ to 1: a single pixel of
/// 256 × 256 is a little above its foot, and a lesion of a fraction of a percent is seen.
fn log_share(share: f64) -> f64 {
    HISTOGRAM * (1.0 + share.log10() / 5.0).clamp(0.0, 1.0)
}

/// One of the two bars of each bin, side by side so that neither hides the other.
fn histogram<DB: DrawingBackend>(
    root: &Area<DB>,
    frame: &Frame,
    shares: &[f64],
    side: usize,
    fill: Rgb,
) -> Drawn<DB> {
    let half = |i: usize| frame.x(i as f64 / (2 * shares.len()) as f64).round() as i32;
    for (bin, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let at = 2 * bin + side;
        // However few the pixels are, there is something to see.
        let top = (frame.y(log_share(*share)).round() as i32).min(frame.bottom - 1);
        draw::rect(root, (half(at), top), (half(at + 1), frame.bottom), fill, 0.35)?;
    }
    Ok(())
}

fn curves<DB: DrawingBackend>(
    root: &Area<DB>,
    style: &ChartStyle,
    frame: &Frame,
    chart: &FocalChart,
    f: fn(f64, f64) -> f64,
    end: f64,
    labels: &[(f64, f64)],
) -> Drawn<DB> {
    let steps = 4 * (frame.width() + frame.height());
    let line = |gamma: f64, weight: f64, ink: Rgb, width: f64| {
        // Squares are dense near 0, where the loss is steep.
        let p = (1..=steps).map(|i| (f64::from(i) / f64::from(steps)).powi(2));
        let points = p
            .map(|p| (p, weight * f(p, gamma) / end))
            .skip_while(|(_, height)| *height > 1.0)
            .map(|(p, height)| (frame.x(p), frame.y(height.min(1.0))));
        draw::curve(root, style, points, ink, width)
    };
    for (gamma, _) in labels {
        line(*gamma, 1.0, style.theme.muted(), 1.0)?;
    }
    match chart.alpha {
        None => line(chart.gamma, 1.0, style.theme.ink(), 3.0)?,
        Some(alpha) => {
            line(chart.gamma, 1.0 - alpha, style.theme.background(), 3.0)?;
            line(chart.gamma, alpha, style.theme.foreground(), 3.0)?;
        }
    }
    for &(gamma, height) in labels {
        // The curves may rise before they fall: look for the height from the right.
        let p = (1..=steps).rev().map(|i| f64::from(i) / f64::from(steps));
        let Some(p) = p.into_iter().find(|p| f(*p, gamma) >= height) else { continue };
        let at = (frame.x(p).round() as i32, frame.y(height / end).round() as i32);
        let label = if gamma == 0.0 { "γ = 0".to_owned() } else { tick(gamma) };
        draw::tag(root, style, &label, style.theme.muted(), at)?;
    }
    Ok(())
}

fn current(chart: &FocalChart, style: &ChartStyle) -> (Swatch, String) {
    let swatch = if chart.alpha.is_some() { Swatch::None } else { Swatch::Line(style.theme.ink()) };
    (swatch, format!("now γ = {}", tick(chart.gamma)))
}

fn weights(chart: &FocalChart, style: &ChartStyle, what: &str) -> Vec<(Swatch, String)> {
    let (fore, back) = (style.theme.foreground(), style.theme.background());
    match chart.alpha {
        Some(alpha) => vec![
            (Swatch::Line(fore), format!("foreground, α = {}", tick(alpha))),
            (Swatch::Line(back), format!("background, 1 − α = {}", tick(1.0 - alpha))),
        ],
        None => vec![
            (Swatch::Fill(fore), format!("foreground {what}")),
            (Swatch::Fill(back), format!("background {what}")),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope_of_the_loss_along_the_logit() {
        let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        for gamma in [0.0, 0.5, 1.0, 2.0, 5.0, 8.0] {
            for i in -40..=40 {
                let (z, h) = (f64::from(i) / 10.0, 1e-5);
                let slope = (loss(sigmoid(z + h), gamma) - loss(sigmoid(z - h), gamma)) / (2.0 * h);
                let exact = gradient(sigmoid(z), gamma);
                assert!((exact + slope).abs() < 1e-8, "γ {gamma}, z {z}: {exact} and {slope}");
            }
        }
    }

    #[test]
    fn the_axis_of_the_gradient_holds_every_curve_up_to_gamma_8() {
        for gamma in 0..=80 {
            let most = (1..1000).map(|i| gradient(f64::from(i) / 1000.0, f64::from(gamma) / 10.0));
            assert!(most.fold(0.0, f64::max) < GRADIENT_END, "γ {}", f64::from(gamma) / 10.0);
        }
    }
}
