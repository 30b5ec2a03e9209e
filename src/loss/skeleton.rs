//! The soft skeleton of a plane: what successive openings lose, and the way back through it.
//!
//! With erosions `E_0 = p`, `E_{k+1} = min over a cross of E_k`, and dilations over a 3 × 3 box, each step keeps what
//! an opening takes away, `δ_k = max(E_k − dilate(E_{k+1}), 0)`, and adds it where the skeleton is not yet:
//! `s_k = s_{k−1} + (1 − s_{k−1})·δ_k`, from `s_0 = δ_0`.
//!
//! The derivative of a minimum or maximum goes to the pixel that attains it. Of equal ones it is the first in row
//! order; the cross is the smaller of its column and its row, and where these two tie, each has half. Where `δ_k` is 0
//! it has no derivative. These are the choices that PyTorch makes.

/// Record of a skeleton's computation, level by level, for the way back.
#[derive(Debug)]
pub(super) struct Tape(Vec<Level>);

/// Level: one erosion and the opening with it.
#[derive(Debug)]
struct Level {
    /// Pixels that attain the minimum over the column and over the row, for each `E_{k+1}`; the same twice if
    /// one of the two is smaller.
    eroded_from: Vec<[u32; 2]>,
    /// Pixel that attains the maximum over the box.
    dilated_from: Vec<u32>,
    /// Residues `δ_k`.
    lost: Vec<f64>,
    /// Skeleton `s_{k−1}` before this level.
    before: Vec<f64>,
}

/// Value of a pixel, alone or with the pixel that it comes from: only the way back needs the latter, and it
/// is not computed otherwise.
trait PixelValue: Copy {
    fn value(self) -> f64;

    /// Second value if `take`, else this one, without a branch, since the condition cannot be predicted.
    fn or(self, second: Self, take: bool) -> Self;
}

impl PixelValue for f64 {
    fn value(self) -> f64 {
        self
    }

    fn or(self, second: Self, take: bool) -> Self {
        if take { second } else { self }
    }
}

#[derive(Clone, Copy)]
struct TracedValue {
    value: f64,
    pixel: u32,
}

impl PixelValue for TracedValue {
    fn value(self) -> f64 {
        self.value
    }

    fn or(self, second: Self, take: bool) -> Self {
        let value = if take { second.value } else { self.value };
        let pixel = if take { second.pixel } else { self.pixel };
        Self { value, pixel }
    }
}

/// Skeleton of a plane `width` pixels wide, with `iterations` levels after the first.
pub(super) fn skeleton(plane: &[f64], width: usize, iterations: usize) -> Vec<f64> {
    let mut skeleton = vec![0.0; plane.len()];
    let mut current = plane.to_vec();
    for _ in 0..=iterations {
        let [column, row] = eroded(&current, width);
        let smaller: Vec<f64> = column.into_iter().zip(row).map(|(c, r)| if c < r { c } else { r }).collect();
        let lost = lost(&current, &dilated(&smaller, width));
        grow(&mut skeleton, &lost);
        current = smaller;
    }
    skeleton
}

impl Tape {
    /// Skeleton of a plane, with the record of its computation.
    pub(super) fn record(plane: &[f64], width: usize, iterations: usize) -> (Vec<f64>, Self) {
        let mut levels = Vec::with_capacity(iterations + 1);
        let mut values = vec![0.0; plane.len()];
        let mut current = plane.to_vec();
        for _ in 0..=iterations {
            let [column, row] = eroded(&numbered(&current), width);
            let (smaller, eroded_from): (Vec<f64>, _) =
                column.into_iter().zip(row).map(smaller_of_both).unzip();
            let opened = dilated(&numbered(&smaller), width);
            let lost = lost(&current, &opened);
            let before = values.clone();
            grow(&mut values, &lost);
            let dilated_from = opened.into_iter().map(|from| from.pixel).collect();
            levels.push(Level { eroded_from, dilated_from, lost, before });
            current = smaller;
        }
        (values, Self(levels))
    }

    /// Gradient by the plane, d/d(plane), from that by the skeleton.
    pub(super) fn pull_back(&self, mut by_skeleton: Vec<f64>) -> Vec<f64> {
        let pixels = by_skeleton.len();
        let mut by_eroded = vec![0.0; pixels];
        for level in self.0.iter().rev() {
            let mut by_current = vec![0.0; pixels];
            let of_pixels = by_skeleton.iter_mut().zip(level.lost.iter().zip(&level.before));
            for (at, (by_skeleton, (&lost, before))) in of_pixels.enumerate() {
                if lost > 0.0 {
                    let by_lost = *by_skeleton * (1.0 - before);
                    *by_skeleton *= 1.0 - lost;
                    by_current[at] += by_lost;
                    by_eroded[level.dilated_from[at] as usize] -= by_lost;
                }
            }
            for (by_eroded, [column, row]) in by_eroded.iter().zip(&level.eroded_from) {
                by_current[*column as usize] += 0.5 * by_eroded;
                by_current[*row as usize] += 0.5 * by_eroded;
            }
            by_eroded = by_current;
        }
        by_eroded
    }
}

fn numbered(plane: &[f64]) -> Vec<TracedValue> {
    plane.iter().zip(0..).map(|(&value, pixel)| TracedValue { value, pixel }).collect()
}

/// Residues `δ_k` of a plane over its opening, at least 0.
fn lost<T: PixelValue>(current: &[f64], opened: &[T]) -> Vec<f64> {
    let of_pixels = current.iter().zip(opened);
    of_pixels.map(|(own, opened)| own - opened.value()).map(|d| if d > 0.0 { d } else { 0.0 }).collect()
}

/// Adds residues to a skeleton, from `s_{k−1}` to `s_k`. As s ≤ 1 and δ ≥ 0, nothing is ever taken away.
fn grow(skeleton: &mut [f64], lost: &[f64]) {
    skeleton.iter_mut().zip(lost).for_each(|(s, lost)| *s += (1.0 - *s) * lost);
}

/// Minima over the columns and over the rows of a cross.
fn eroded<T: PixelValue>(plane: &[T], width: usize) -> [Vec<T>; 2] {
    let least = |first: T, second: T| first.or(second, second.value() < first.value());
    [along_columns(plane, width, least), along_rows(plane, width, least)]
}

/// Smaller of column and row, with the pixels that it comes from, twice the same unless they tie.
fn smaller_of_both((column, row): (TracedValue, TracedValue)) -> (f64, [u32; 2]) {
    if column.value < row.value {
        (column.value, [column.pixel; 2])
    } else if row.value < column.value {
        (row.value, [row.pixel; 2])
    } else {
        (row.value, [column.pixel, row.pixel])
    }
}

/// Maximum over a box of nine pixels: over the rows first, so that of equal ones the first in row order is
/// left.
fn dilated<T: PixelValue>(plane: &[T], width: usize) -> Vec<T> {
    let most = |first: T, second: T| first.or(second, second.value() > first.value());
    along_columns(&along_rows(plane, width, most), width, most)
}

/// Best of each pixel and its neighbours above and below; `best` decides between two in their order.
fn along_columns<T: PixelValue>(plane: &[T], width: usize, best: impl Fn(T, T) -> T) -> Vec<T> {
    let mut all = Vec::with_capacity(plane.len());
    for start in (0..plane.len()).step_by(width) {
        // Beyond the border a pixel stands for its neighbour: it is among the three already.
        let above = &plane[start.saturating_sub(width)..][..width];
        let below = &plane[(start + width).min(plane.len() - width)..][..width];
        let of_row = above.iter().zip(&plane[start..start + width]).zip(below);
        all.extend(of_row.map(|((&above, &own), &below)| best(best(above, own), below)));
    }
    all
}

/// Best of each pixel and its neighbours left and right; `best` decides between two in their order.
fn along_rows<T: PixelValue>(plane: &[T], width: usize, best: impl Fn(T, T) -> T) -> Vec<T> {
    let mut all = Vec::with_capacity(plane.len());
    for row in plane.chunks(width) {
        let (first, last) = (row[0], row[width - 1]);
        if width == 1 {
            all.push(first);
            continue;
        }
        all.push(best(first, row[1]));
        all.extend(row.windows(3).map(|three| best(best(three[0], three[1]), three[2])));
        all.push(best(row[width - 2], last));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_thinned_to_its_middle() {
        // Three rows of ones in five: the opening by a cross takes nothing from the rest, the second step leaves the
        // middle row.
        let mut plane = vec![0.0; 5 * 9];
        plane[9..36].fill(1.0);
        let skeleton = skeleton(&plane, 9, 3);
        assert_eq!(skeleton, Tape::record(&plane, 9, 3).0);
        for (row, values) in skeleton.chunks(9).enumerate() {
            let expected = if row == 2 { 1.0 } else { 0.0 };
            assert!(values.iter().all(|s| (s - expected).abs() < 1e-15), "{row}: {values:?}");
        }
    }

    #[test]
    fn of_equal_pixels_the_first_has_the_derivative() {
        // On a plane of one value all minima and maxima are ties.
        let plane = vec![0.5; 25];
        assert_eq!(dilated(&numbered(&plane), 5)[12].pixel, 6);
        let [column, row] = eroded(&numbered(&plane), 5);
        assert_eq!(smaller_of_both((column[12], row[12])).1, [7, 11]);
        // And where nothing is lost nothing goes back.
        let (_, tape) = Tape::record(&plane, 5, 2);
        assert!(tape.pull_back(vec![1.0; 25]).iter().all(|&g| g == 0.0));
    }
}
