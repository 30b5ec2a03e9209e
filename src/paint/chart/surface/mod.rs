//! Value over two parameters, drawn as a heat surface with contours, or as a mesh seen from the side.
//!
//! The data is here; `read` has the readings at a pointer, and the table. `heat` draws it seen from above, with the lines
//! of `contour`, and `mesh` from the side; `key` has the colours, and the room that their key takes beside the plot.

mod contour;
mod heat;
mod key;
mod mesh;
mod read;

use serde::{Deserialize, Serialize};

use super::axis::Axis;
pub use heat::draw_surface;

/// Value at every crossing of two lists of parameter values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Surface {
    /// Title: the question the chart answers, in a few words.
    pub title: String,
    /// Axis of the horizontal parameter, from the first column to the last.
    pub x: Axis,
    /// Axis of the vertical parameter, from the first row to the last.
    pub y: Axis,
    /// Name of the value that colour shows.
    pub name: String,
    /// Values of the horizontal parameter, increasing.
    pub columns: Vec<f64>,
    /// Values of the vertical parameter, increasing.
    pub rows: Vec<f64>,
    /// Values by row, then column. Those that are not finite are left blank.
    pub values: Vec<f64>,
    /// Parameters of the present settings, x and y, if they have any.
    pub here: Option<[f64; 2]>,
    /// Turn of the mesh seen from the side, in degrees; without one the surface is seen from above, with
    /// contours.
    pub turn: Option<f64>,
}

impl Surface {
    fn value(&self, row: usize, column: usize) -> f64 {
        self.values.get(row * self.columns.len() + column).copied().unwrap_or(f64::NAN)
    }

    /// Axis of the values that colour shows, from the least to the largest.
    fn scale(&self) -> Axis {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let (least, most) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if least < most {
            Axis::linear(&self.name, least, most)
        } else {
            Axis::linear(&self.name, least.min(0.0), least.max(0.0) + 1.0)
        }
    }

    /// Row and column of the crossing nearest to values of x and y.
    fn nearest(&self, [x, y]: [f64; 2]) -> Option<(usize, usize)> {
        let column = nearest(&self.columns, &self.x, self.x.share(x))?;
        Some((nearest(&self.rows, &self.y, self.y.share(y))?, column))
    }
}

fn nearest(values: &[f64], axis: &Axis, share: f64) -> Option<usize> {
    let distance = |i: &usize| (axis.share(values[*i]) - share).abs();
    (0..values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn plane() -> Surface {
        let values: Vec<f64> = (0..5).map(f64::from).collect();
        Surface {
            title: "t".into(),
            x: Axis::linear("x", 0.0, 4.0),
            y: Axis::linear("y", 0.0, 4.0),
            name: "x + y".into(),
            columns: values.clone(),
            rows: values.clone(),
            values: values.iter().flat_map(|y| values.iter().map(move |x| x + y)).collect(),
            here: None,
            turn: None,
        }
    }

    #[test]
    fn a_flat_surface_has_a_scale() {
        let flat = Surface { values: vec![2.0; 25], ..plane() };
        let scale = flat.scale();
        assert!(scale.from < scale.to && scale.share(2.0).is_finite());
    }
}
