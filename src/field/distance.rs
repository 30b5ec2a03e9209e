//! Exact Euclidean distances in a mask, in pixels.
//!
//! Two passes: distances along the columns to the nearest background pixel, then along each row the lower
//! envelope of the parabolas that these distances stand for. Everything is whole numbers until the last
//! square root, so equal distances are equal to the last bit.

/// Euclidean distance of each pixel of the mask to the nearest pixel outside it, in pixels, row by row; 0
/// outside.
///
/// A full mask has no pixel outside: its distances go to the place one row above the first pixel. So does
/// `scipy.ndimage.distance_transform_edt`, and losses that do not guard against a full mask are made of these
/// numbers.
#[allow(clippy::cast_possible_wrap, reason = "no image is that large")]
pub fn distance_transform(mask: &[bool], width: usize) -> Vec<f64> {
    if mask.iter().all(|&inside| inside) {
        let to_corner = |at: usize| {
            let (y, x) = ((at / width + 1) as f64, (at % width) as f64);
            (y * y + x * x).sqrt()
        };
        return (0..mask.len()).map(to_corner).collect();
    }
    let height = mask.len() / width;
    let columns = along_columns(mask, width, (height + width) as i64);
    let mut distances = Vec::with_capacity(mask.len());
    let mut envelope = Vec::with_capacity(width);
    for row in columns.chunks(width) {
        along_row(row, &mut envelope, &mut distances);
    }
    distances
}

/// Euclidean distance of each pixel to the nearest pixel on the other side of the mask, in pixels, at least
/// 1; none for a mask that is empty or full, which has no other side.
pub fn distances_to_other_side(mask: &[bool], width: usize) -> Option<Vec<f64>> {
    let first = mask.first()?;
    if mask.iter().all(|inside| inside == first) {
        return None;
    }
    let outside: Vec<bool> = mask.iter().map(|inside| !inside).collect();
    let mut distances = distance_transform(mask, width);
    // Each of the two is 0 where the other is not.
    for (inner, outer) in distances.iter_mut().zip(distance_transform(&outside, width)) {
        *inner += outer;
    }
    Some(distances)
}

/// Rows to the nearest pixel outside the mask in the same column; `far` for a column that has none, farther
/// than any two pixels of the image are apart.
fn along_columns(mask: &[bool], width: usize, far: i64) -> Vec<i64> {
    let mut rows = vec![0; mask.len()];
    let mut above = vec![far; width];
    for (row, inside) in rows.chunks_mut(width).zip(mask.chunks(width)) {
        for ((own, above), &inside) in row.iter_mut().zip(&mut above).zip(inside) {
            // A column never counts beyond `far`.
            *above = if inside { (*above + 1).min(far) } else { 0 };
            *own = *above;
        }
    }
    let mut below = vec![far; width];
    for row in rows.chunks_mut(width).rev() {
        for (own, below) in row.iter_mut().zip(&mut below) {
            *below = (*below + 1).min(*own);
            *own = *below;
        }
    }
    rows
}

/// Parabola of a column on the lower envelope: it is the lowest from the column `from` on.
struct Lowest {
    column: i64,
    from: i64,
}

/// Appends the distances of one row, in pixels, given `rows`, the distances along the columns.
#[allow(clippy::cast_possible_wrap, reason = "no image is that large")]
fn along_row(rows: &[i64], envelope: &mut Vec<Lowest>, distances: &mut Vec<f64>) {
    let squared = |at: i64, column: i64| {
        let (dx, dy) = (at - column, rows[column as usize]);
        dx * dx + dy * dy
    };
    envelope.clear();
    for column in 0..rows.len() as i64 {
        while envelope.last().is_some_and(|last| squared(last.from, last.column) > squared(last.from, column))
        {
            envelope.pop();
        }
        let from = envelope.last().map_or(0, |last| {
            // Where the two parabolas meet, rounded down, the new one is the lower one from the next pixel on.
            let difference = squared(0, column) - squared(0, last.column);
            difference.div_euclid(2 * (column - last.column)) + 1
        });
        if from < rows.len() as i64 {
            envelope.push(Lowest { column, from });
        }
    }
    let mut ends = envelope.iter().skip(1).map(|next| next.from).chain([rows.len() as i64]);
    for lowest in envelope.iter() {
        let end = ends.next().unwrap_or(lowest.from);
        distances.extend((lowest.from..end).map(|at| (squared(at, lowest.column) as f64).sqrt()));
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Distances by comparing every pixel with every other.
    fn directly(mask: &[bool], width: usize) -> Vec<f64> {
        let place = |at: usize| ((at / width) as f64, (at % width) as f64);
        let outside = || (0..mask.len()).filter(|&at| !mask[at]).map(place);
        (0..mask.len())
            .map(|at| {
                let (y, x) = place(at);
                let least = outside().map(|(v, u)| (y - v).hypot(x - u)).fold(f64::INFINITY, f64::min);
                if least.is_finite() { least } else { (y + 1.0).hypot(x) }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn distances_are_those_of_a_direct_search(
            (width, mask) in (1..=12usize, 1..=12usize, 1..=20u32).prop_flat_map(|(width, height, rarity)| {
                // From half of the pixels outside to hardly any.
                let pixel = prop::bool::weighted(1.0 - 0.5 / f64::from(rarity));
                (Just(width), prop::collection::vec(pixel, width * height))
            })
        ) {
            let expected = directly(&mask, width);
            for (at, (found, expected)) in distance_transform(&mask, width).iter().zip(&expected).enumerate() {
                prop_assert!((found - expected).abs() < 1e-12, "at {at}: {found} is not {expected}");
            }
            let outside: Vec<bool> = mask.iter().map(|inside| !inside).collect();
            if let Some(both) = distances_to_other_side(&mask, width) {
                for ((both, inner), outer) in both.iter().zip(expected).zip(directly(&outside, width)) {
                    prop_assert!((both - inner.max(outer)).abs() < 1e-12);
                }
            } else {
                prop_assert!(mask.iter().all(|&inside| inside) || outside.iter().all(|&outside| outside));
            }
        }
    }

    #[test]
    fn without_a_background_distances_go_to_the_place_above_the_first_pixel() {
        let squares: Vec<f64> = distance_transform(&[true; 6], 3).iter().map(|d| d * d).collect();
        for (found, expected) in squares.iter().zip([1.0, 2.0, 5.0, 4.0, 5.0, 8.0]) {
            assert!((found - expected).abs() < 1e-12, "{squares:?}");
        }
    }

    #[test]
    fn distances_follow_the_labels() {
        use crate::field::{Field, Labels, Logits, Window};
        let logits = Logits::zeros((1, 1, 1, 4));
        let mut labels = Labels::from_shape_vec((1, 1, 4), vec![1, 0, 0, 0]).unwrap();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        assert_eq!(field.distances(), [1.0, 1.0, 2.0, 3.0]);
        let mut derived = field.into_derived();
        labels[[0, 0, 3]] = 1;
        derived.labels_changed(&Window { image: 0, rows: 0..1, columns: 3..4 });
        let field = Field::resume(logits.view(), labels.view(), None, derived).unwrap();
        assert_eq!(field.distances(), [1.0, 1.0, 1.0, 1.0]);
    }
}
