//! One pixel's error, from least to most.

use super::super::{Panel, TableReadout};
use super::error_name;
use crate::loss::lovasz::Error;
use crate::paint::chart::{Axis, Chart, Handle, Ink, Mark, Plot, Series};
use crate::paint::number::{count, short};
use crate::study::lovasz::kink::{Kink, Place};

/// Swaps closer than one part in so many are drawn as one.
const PARTS: usize = 500;

/// The loss, with digits enough to see what one pixel among thousands does to it.
pub fn loss_text(value: f64) -> String {
    format!("{value:.6}")
}

/// The greatest error that the pixel is moved to.
pub fn most(kink: &Kink, error: Error) -> f64 {
    match error {
        Error::Probability => 1.0,
        // Somewhat beyond all others, so that the pixel can be the worst, and whole, so that it moves rarely.
        Error::Hinge => (1.1 * kink.worst_other().max(kink.now.error)).ceil().max(2.0),
    }
}

/// Loss and slope against the error of a pixel that is moved to one of them, and both places in numbers.
pub fn panel(kink: &Kink, error: Error, moved: Place) -> Panel {
    let most = most(kink, error);
    let curve = kink.curve(most, PARTS);
    let rest = curve.first().map_or(0.0, |first| first.value);
    let ink = if kink.is_foreground { Ink::Foreground } else { Ink::Background };
    let x = Axis::linear(format!("{} of this pixel", error_name(error)), 0.0, most);
    let loss: Vec<[f64; 2]> = curve.iter().map(|place| [place.error, place.value - rest]).collect();
    let slope: Vec<[f64; 2]> = curve.iter().map(|place| [place.error, place.weight]).collect();
    let [loss_axis, slope_axis] = [("loss − loss at error 0", &loss), ("weight: slope of the loss", &slope)]
        .map(|(name, points)| Axis::around(name, points.iter().map(|point| point[1])));
    let side = if kink.is_foreground { "foreground" } else { "background" };
    let handle = |y: f64| {
        vec![Handle { id: "moved".into(), label: String::new(), at: [moved.error, y], ink: Ink::Strong }]
    };
    let charts = vec![
        Plot::new(
            "The loss as this pixel's error moves",
            x.clone(),
            loss_axis,
            vec![Series::line(format!("a {side} pixel"), ink, loss)],
        )
        .with_handles(handle(moved.value - rest)),
        Plot::new(
            "Its slope: the weight of the rank that the pixel has",
            x,
            slope_axis,
            vec![Series::line(format!("a {side} pixel"), ink, slope).drawn(Mark::Step)],
        )
        .with_handles(handle(moved.weight)),
    ];
    let charts = charts.into_iter().map(|plot| Chart::Plot(plot.ruled(kink.now.error, "now"))).collect();
    Panel { charts, tables: vec![places(kink, error, moved)], ..Panel::default() }
}

fn places(kink: &Kink, error: Error, moved: Place) -> TableReadout {
    // The error 1 − s·z and |y − p|, the other way round.
    let input = |e: f64| match (error, kink.is_foreground) {
        (_, true) => 1.0 - e,
        (Error::Hinge, false) => e - 1.0,
        (Error::Probability, false) => e,
    };
    let row = |name: &str, place: Place| {
        let mut said = short(input(place.error));
        if error == Error::Hinge && place.error == 0.0 {
            // The hinge does not ask by how much a pixel is right.
            said = format!("{said} or beyond");
        }
        vec![
            name.into(),
            short(place.error),
            said,
            count(place.rank + 1),
            short(place.weight),
            loss_text(place.value),
        ]
    };
    let input_name = if error == Error::Hinge { "logit" } else { "probability" };
    TableReadout {
        title: "This pixel now, and where it is moved to".into(),
        columns: ["", error_name(error), input_name, "rank", "weight", "loss"].map(Into::into).into(),
        rows: vec![row("now", kink.now), row("moved to", moved)],
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::field::Field;
    use crate::loss::lovasz::Lovasz;
    use crate::study::lovasz::kink::kink;

    #[test]
    fn both_places_are_told_and_the_axis_holds_the_worst() {
        let logits = array![[[[0.5f32, -3.0, 2.0, -1.0]]]];
        let labels = array![[[1u8, 0, 0, 1]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for (error, most_expected) in [(Error::Hinge, 4.0), (Error::Probability, 1.0)] {
            let loss = Lovasz { error, per_image: false, all_classes: true };
            let kink = kink(&field, loss, 0, 0).unwrap();
            assert!((most(&kink, error) - most_expected).abs() < 1e-12);
            let panel = panel(&kink, error, kink.at(0.25));
            let rows = &panel.tables[0].rows;
            assert_eq!((&*rows[0][3], &*rows[1][1], &*rows[1][2]), ("3", "0.2500", "0.7500"));
            let Chart::Plot(loss) = &panel.charts[0] else { panic!("a plot") };
            assert!(loss.series[0].points[0].iter().all(|at| at.abs() < 1e-12));
            assert!((loss.handles[0].at[0] - 0.25).abs() < 1e-12);
        }
    }
}
