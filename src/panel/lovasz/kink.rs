//! One pixel's error, from least to most.

use super::study::kink::{Kink, Place};
use super::text;
use crate::loss::lovasz::Error;
use crate::paint::chart::{Axis, Chart, Handle, Ink, Mark, Plot, Series};
use crate::panel::Report;

/// Swaps closer than one part in so many are drawn as one.
const PARTS: usize = 500;

/// The greatest error that the pixel is moved to.
pub(super) fn most(kink: &Kink, error: Error) -> f64 {
    match error {
        Error::Probability => 1.0,
        // Somewhat beyond all others, so that the pixel can be the worst, and whole, so that it moves rarely.
        Error::Hinge => (1.1 * kink.worst_other().max(kink.now.error)).ceil().max(2.0),
    }
}

/// Loss and slope against the error of a pixel that is moved to one of them, and both places in numbers.
pub(super) fn report(kink: &Kink, error: Error, moved: Place) -> Report {
    let most = most(kink, error);
    let curve = kink.curve(most, PARTS);
    let rest = curve.first().map_or(0.0, |first| first.value);
    let ink = if kink.is_foreground { Ink::Foreground } else { Ink::Background };
    let x = Axis::linear(text::error_of_this_pixel(error), 0.0, most);
    let loss: Vec<[f64; 2]> = curve.iter().map(|place| [place.error, place.value - rest]).collect();
    let slope: Vec<[f64; 2]> = curve.iter().map(|place| [place.error, place.weight]).collect();
    let [loss_axis, slope_axis] = [(text::LOSS_FROM_0, &loss), (text::SLOPE_AXIS, &slope)]
        .map(|(name, points)| Axis::around(name, points.iter().map(|point| point[1])));
    let name = text::a_pixel(kink.is_foreground);
    let handle = |y: f64| {
        vec![Handle { id: "moved".into(), label: String::new(), at: [moved.error, y], ink: Ink::Strong }]
    };
    let value = Plot::new(text::KINK, x.clone(), loss_axis, vec![Series::line(name, ink, loss)])
        .with_handles(handle(moved.value - rest));
    let slope = Plot::new(text::SLOPE, x, slope_axis, vec![Series::line(name, ink, slope).drawn(Mark::Step)])
        .with_handles(handle(moved.weight));
    Report::default()
        .with_chart("kink", Chart::Plot(value.ruled(kink.now.error, text::NOW)))
        .with_chart("slope", Chart::Plot(slope.ruled(kink.now.error, text::NOW)))
        .with_table("places", text::places(kink, error, moved))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::study::kink::kink;
    use super::*;
    use crate::field::Field;
    use crate::loss::lovasz::Lovasz;

    #[test]
    fn both_places_are_told_and_the_axis_holds_the_worst() {
        let logits = array![[[[0.5f32, -3.0, 2.0, -1.0]]]];
        let labels = array![[[1u8, 0, 0, 1]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for (error, most_expected) in [(Error::Hinge, 4.0), (Error::Probability, 1.0)] {
            let loss = Lovasz { error, per_image: false, all_classes: true };
            let kink = kink(&field, loss, 0, 0).unwrap();
            assert!((most(&kink, error) - most_expected).abs() < 1e-12);
            let report = report(&kink, error, kink.at(0.25));
            let rows = &report.tables["places"].rows;
            assert_eq!((&*rows[0][3], &*rows[1][1], &*rows[1][2]), ("3", "0.2500", "0.7500"));
            let Chart::Plot(loss) = &report.charts["kink"] else { panic!("a plot") };
            assert!(loss.series[0].points[0].iter().all(|at| at.abs() < 1e-12));
            assert!((loss.handles[0].at[0] - 0.25).abs() < 1e-12);
        }
    }
}
