//! Smooth noise over the plane, for predictions that look like a network's.

use super::random;

/// Noise of a seed at a place, in about −1..1: three octaves of values on a lattice, with `cells` of the coarsest to
/// the unit. A function of the place alone, so that a scene looks the same at every size.
pub(crate) fn texture(seed: u32, cells: f64, u: f64, v: f64) -> f64 {
    let octaves = [(1.0, 1.0), (2.0, 0.5), (4.0, 0.25)];
    let total: f64 = octaves.iter().map(|(_, weight)| weight).sum();
    let layers = (seed..).zip(octaves);
    layers
        .map(|(seed, (finer, weight))| weight * lattice(seed, u * cells * finer, v * cells * finer))
        .sum::<f64>()
        / total
}

/// Random values at whole numbers, joined smoothly between.
fn lattice(seed: u32, x: f64, y: f64) -> f64 {
    let smooth = |t: f64| t * t * t * (t * (6.0 * t - 15.0) + 10.0);
    let mix = |a: f64, b: f64, t: f64| a + (b - a) * t;
    let value = |column: f64, row: f64| {
        random::signed(seed, (u64::from(row as u32) << 32) | u64::from(column as u32))
    };
    let (column, row) = (x.floor(), y.floor());
    let (tx, ty) = (smooth(x - column), smooth(y - row));
    let along = |row| mix(value(column, row), value(column + 1.0, row), tx);
    mix(along(row), along(row + 1.0), ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_smooth_and_bounded_and_differs_by_seed() {
        let along = |seed| (0..1000).map(move |i| texture(seed, 6.0, f64::from(i) / 1000.0, 0.37));
        let values: Vec<f64> = along(3).collect();
        assert!(values.iter().all(|value| value.abs() < 1.0));
        // At most 2 between neighbours of the finest lattice, of 24 cells, with a slope of 15/8 at its steepest.
        assert!(values.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 2.0 * 24.0 * 1.875 / 1000.0));
        let spread =
            values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min);
        assert!(spread > 0.5, "{spread}");
        assert!(along(4).zip(&values).any(|(a, b)| (a - b).abs() > 0.1));
    }
}
