//! Resampling onto another grid: classes by the pixel at the centre, probabilities by area or bilinearly.

use ndarray::{Array2, Array3};

/// Source pixel under the centre of each target pixel.
fn centres(from: usize, to: usize) -> impl Fn(usize) -> usize {
    move |target| ((2 * target + 1) * from / (2 * to.max(1))).min(from.saturating_sub(1))
}

/// Classes `[y, x]` on a target grid `(width, height)`, each that of the source pixel under the target
/// pixel's centre.
pub(super) fn classes(
    source: (usize, usize),
    target: (usize, usize),
    class: impl Fn(usize, usize) -> u8,
) -> Array2<u8> {
    let (x_of, y_of) = (centres(source.0, target.0), centres(source.1, target.1));
    Array2::from_shape_fn((target.1, target.0), |(y, x)| class(y_of(y), x_of(x)))
}

/// Source pixels along one axis that make up a target pixel, with their weights, which sum to 1.
struct Taps {
    first: usize,
    weights: Vec<f64>,
}

/// Source pixels of each target pixel along one axis: by overlap when shrinking, by linear interpolation when
/// enlarging.
fn taps(from: usize, to: usize) -> Vec<Taps> {
    let step = from as f64 / to as f64;
    let shrinking = |target: usize| {
        let (start, end) = (target as f64 * step, (target + 1) as f64 * step);
        let (first, last) = (start as usize, (end.ceil() as usize).min(from));
        let overlap = |pixel: usize| (end.min((pixel + 1) as f64) - start.max(pixel as f64)).max(0.0) / step;
        Taps { first, weights: (first..last).map(overlap).collect() }
    };
    let enlarging = |target: usize| {
        let centre = ((target as f64 + 0.5) * step - 0.5).clamp(0.0, (from - 1) as f64);
        let first = (centre as usize).min(from.saturating_sub(2));
        let upper = centre - first as f64;
        Taps { first, weights: if from == 1 { vec![1.0] } else { vec![1.0 - upper, upper] } }
    };
    (0..to).map(|target| if from < to { enlarging(target) } else { shrinking(target) }).collect()
}

/// Probabilities `[class, y, x]`, from 0 to 1, on a target grid `(width, height)`. Each axis shrinks or grows
/// by itself.
pub(super) fn probabilities(
    source: (usize, usize),
    target: (usize, usize),
    channels: usize,
    prob: impl Fn(usize, usize, usize) -> f32,
) -> Array3<f32> {
    let (columns, rows) = (taps(source.0, target.0), taps(source.1, target.1));
    Array3::from_shape_fn((channels, target.1, target.0), |(channel, y, x)| {
        let row_mean = |source_y: usize| {
            let taps = columns[x].weights.iter().zip(columns[x].first..);
            taps.map(|(weight, source_x)| weight * f64::from(prob(channel, source_y, source_x))).sum::<f64>()
        };
        let taps = rows[y].weights.iter().zip(rows[y].first..);
        // The weights sum to 1 but for rounding, and a probability may be off by as little.
        (taps.map(|(weight, source_y)| weight * row_mean(source_y)).sum::<f64>() as f32).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_stay_inside_whatever_the_sizes() {
        for from in 1..40 {
            for to in 1..40 {
                let taps = taps(from, to);
                assert_eq!(taps.len(), to);
                let mut shares = vec![0.0; from];
                for tap in &taps {
                    assert!((tap.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{from} to {to}");
                    for (pixel, weight) in (tap.first..).zip(&tap.weights) {
                        assert!(*weight >= 0.0);
                        shares[pixel] += weight;
                    }
                }
                if to <= from {
                    let even = to as f64 / from as f64;
                    assert!(
                        shares.iter().all(|share| (share - even).abs() < 1e-12),
                        "{from} to {to}: {shares:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_equal_size_changes_nothing() {
        let prob = |_: usize, y: usize, x: usize| [[0.1, 0.7, 0.3], [0.9, 0.123_456_7, 1.0]][y][x];
        let same = probabilities((3, 2), (3, 2), 1, prob);
        assert!(same.indexed_iter().all(|((c, y, x), &p)| p.to_bits() == prob(c, y, x).to_bits()));
        let class = |y: usize, x: usize| (3 * y + x) as u8;
        assert_eq!(classes((3, 2), (3, 2), class), ndarray::arr2(&[[0, 1, 2], [3, 4, 5]]));
    }

    #[test]
    fn shrinking_by_a_fraction_weighs_the_pixel_that_is_cut() {
        let halves = probabilities((3, 1), (2, 1), 1, |_, _, x| [1.0, 0.5, 0.0][x]);
        assert!((halves[[0, 0, 0]] - 5.0 / 6.0).abs() < 1e-6 && (halves[[0, 0, 1]] - 1.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn enlarging_interpolates_between_centres_and_holds_the_rim() {
        let wide = probabilities((2, 1), (4, 1), 1, |_, _, x| [0.0, 1.0][x]);
        assert_eq!(wide.as_slice(), Some([0.0, 0.25, 0.75, 1.0].as_slice()));
    }

    #[test]
    fn a_thin_line_keeps_its_share_on_average() {
        // Column 5 of 12 is foreground. Over all places the line can have, a third of the grid finds it a third of the
        // time, at three times its width.
        let found = |line: usize| {
            let thin = classes((12, 4), (4, 4), |_, x| u8::from(x == line));
            thin.iter().filter(|&&class| class == 1).count()
        };
        assert_eq!((0..12).map(found).sum::<usize>(), 4 * 4);
        assert_eq!(found(4), 4, "the centre of the second target pixel");
    }
}
