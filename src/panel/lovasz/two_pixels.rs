//! The Lovász hinge of two pixels, over their errors.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::study::two_pixels::hinge_of_two;
use super::text;
use crate::field::{Field, Task};
use crate::paint::chart::{Axis, Chart, Surface};

/// Errors go up to this.
const MOST: f64 = 2.0;

/// Steps of each error, and every which of them a mesh has.
const STEPS: u32 = 40;
const MESH: usize = 2;

/// The three ground truths: the fourth, with the other pixel foreground, is the second with its pixels swapped.
const TRUTHS: [(&str, [bool; 2]); 3] =
    [("bothForeground", [true, true]), ("oneForeground", [true, false]), ("bothBackground", [false, false])];

/// By truth, then by row and column. They are the same whatever the scene, so they are worked out once.
static SURFACES: LazyLock<[Vec<f64>; 3]> = LazyLock::new(|| {
    TRUTHS.map(|(_, truth)| {
        let crossings = steps().into_iter().flat_map(|y| steps().into_iter().map(move |x| [x, y]));
        crossings.map(|errors| hinge_of_two(truth, errors).unwrap_or(f64::NAN)).collect()
    })
});

fn steps() -> Vec<f64> {
    (0..=STEPS).map(|i| MOST * f64::from(i) / f64::from(STEPS)).collect()
}

/// The three surfaces, from above or turned by so many degrees. A scene of two pixels is marked where it stands.
pub(super) fn charts(field: &Field<'_>, turn: Option<f64>) -> BTreeMap<&'static str, Chart> {
    let here = errors_of_two(field);
    let axis = |pixel: u8| Axis::linear(text::error_of_pixel(pixel), 0.0, MOST);
    let every = if turn.is_some() { MESH } else { 1 };
    let kept: Vec<f64> = steps().into_iter().step_by(every).collect();
    TRUTHS
        .iter()
        .zip(&*SURFACES)
        .map(|(&(name, truth), values)| {
            let surface = Surface {
                title: text::two_pixels(truth).into(),
                x: axis(1),
                y: axis(2),
                name: text::LOSS.into(),
                columns: kept.clone(),
                rows: kept.clone(),
                values: values
                    .chunks(STEPS as usize + 1)
                    .step_by(every)
                    .flat_map(|row| row.iter().step_by(every).copied())
                    .collect(),
                here: here.filter(|(own, _)| *own == truth).map(|(_, errors)| errors),
                turn,
            };
            (name, Chart::Surface(surface))
        })
        .collect()
}

/// The truth and the errors of a binary scene of two pixels.
fn errors_of_two(field: &Field<'_>) -> Option<([bool; 2], [f64; 2])> {
    let shape = field.shape();
    let (&[a, b], &[z, w]) = (field.labels(), field.logits()) else { return None };
    let counted = shape.task() == Task::Binary && field.counts(a) && field.counts(b);
    let error = |label: u8, z: f32| f64::from(if label == 1 { 1.0 - z } else { 1.0 + z }).max(0.0);
    counted.then(|| ([a == 1, b == 1], [error(a, z), error(b, w)]))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_scene_of_two_pixels_stands_on_its_own_surface() {
        let logits = array![[[[-0.5f32, -0.7]]]];
        let labels = array![[[1u8, 0]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let here = TRUTHS.map(|(name, _)| match &charts(&field, None)[name] {
            Chart::Surface(surface) => surface.here,
            _ => panic!("a surface"),
        });
        let turned = charts(&field, Some(30.0));
        let [flat, mesh] = [&charts(&field, None)["bothBackground"], &turned["bothBackground"]]
            .map(|chart| chart.table().rows.len());
        assert_eq!((flat, mesh), (41 * 41, 21 * 21));
        assert_eq!((here[0], here[2]), (None, None));
        let [a, b] = here[1].unwrap();
        assert!((a - 1.5).abs() < 1e-6 && (b - 0.3).abs() < 1e-6);
    }

    #[test]
    fn another_scene_stands_on_none() {
        let (logits, labels) = (array![[[[-0.5f32, -0.7, 1.0]]]], array![[[1u8, 0, 0]]]);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        assert_eq!(errors_of_two(&field), None);
    }
}
