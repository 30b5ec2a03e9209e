//! Pictures of the sort: who holds the weight, and the one pixel that an empty truth leaves it to.

use super::study::Order;
use super::study::empty::Sole;
use super::{chart, text};
use crate::field::Field;
use crate::loss::lovasz::Lovasz;
use crate::paint::heatmap::{heatmap, limit_of};
use crate::paint::picture::{Backdrop, prediction_picture};
use crate::paint::{Scale, Theme};
use crate::panel::{Report, Still};

/// Weight of each pixel, and what it adds to the loss, as pictures of one image of so many pixels.
pub(super) fn weights(order: &Order, pixels: usize, scale: Scale, theme: Theme) -> Report {
    let mut report = Report::default();
    for (name, of) in [
        (text::WEIGHT, &(|rank| f64::from(order.increments[rank])) as &dyn Fn(usize) -> f64),
        (text::PRODUCT, &|rank| order.product(rank)),
    ] {
        // What is not ranked is left transparent.
        let mut picture = vec![f32::NAN; pixels];
        let (mut least, mut most) = (f64::INFINITY, 0.0f64);
        for (rank, &pixel) in order.pixels.iter().enumerate() {
            let value = of(rank);
            (least, most) = (least.min(value), most.max(value));
            if let Some(place) = picture.get_mut(pixel as usize) {
                *place = if order.foreground[rank] { -value } else { value } as f32;
            }
        }
        let mut rgba = vec![0; 4 * pixels];
        heatmap(&picture, limit_of(&picture), scale, theme, &mut rgba);
        let still = Still { name: name.into(), text: text::span(least.min(most), most), ..Still::default() };
        report.add_still(still, &rgba);
    }
    let (weights, products) = (order.weights_decreasing(), order.products_decreasing());
    if order.is_empty() {
        return report;
    }
    report
        .with_texts("remarks", text::who_holds(&weights, &products))
        .with_chart("shares", chart::shares(&weights, &products))
}

/// Gap between the pixel that a cross marks and each arm of the cross, in pixels.
const GAP: usize = 3;

/// A truth of nothing: the pixel that holds all the weight, in a cross on the probabilities of its image.
pub(super) fn sole(field: &Field<'_>, sole: Sole, loss: Lovasz, channel: usize, theme: Theme) -> Report {
    let shape = field.shape();
    let width = shape.width;
    let (image, pixel) = (sole.pixel / shape.pixels(), sole.pixel % shape.pixels());
    let (x, y) = (pixel % width, pixel / width);
    let mut pixels = vec![0; 4 * shape.pixels()];
    let prob = &field.probabilities(loss.head()).prob[shape.plane(image, channel)];
    prediction_picture(prob, 1, Backdrop { width, photo: None, theme }, &mut pixels);
    for (i, place) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let away = (x.abs_diff(i % width), y.abs_diff(i / width));
        if away.0.min(away.1) == 0 && (away == (0, 0) || away.0.max(away.1) > GAP) {
            let [r, g, b] = theme.background();
            *place = [r, g, b, 255];
        }
    }
    let mut report = Report::default();
    report.add_still(Still { name: text::SOLE.into(), text: text::at(x, y), ..Still::default() }, &pixels);
    report.with_texts("remarks", [text::sole(sole, loss.error, x, y)])
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::super::chart::tests::{HINGE, scene};
    use super::super::study::{empty::sole_pixel, order};
    use super::*;
    use crate::paint::chart::Chart;

    #[test]
    fn pictures_show_each_pixels_weight_and_a_sentence_who_holds_half() {
        let (logits, mut labels) = scene(1);
        labels[[0, 0, 0]] = 255;
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let order = order(&field, HINGE, 0);
        let report = weights(&order, 48, Scale::Linear, Theme::Light);
        assert_eq!((report.stills.len(), report.pixels.len()), (2, 2 * 4 * 48));
        assert_eq!(report.pixels[3], 0, "what is ignored is transparent");
        assert_eq!(report.pixels[7], 255);
        assert!(report.stills[0].text.starts_with("from "), "{}", report.stills[0].text);
        assert!(report.texts["remarks"][0].contains("half of the weight"), "{}", report.texts["remarks"][0]);
        let Chart::Plot(plot) = &report.charts["shares"] else { panic!("a plot") };
        for series in &plot.series {
            let last = series.points.last().unwrap();
            assert!((last[0] - 100.0).abs() < 1e-9 && (last[1] - 100.0).abs() < 1e-9, "{last:?}");
            assert!(series.points.is_sorted_by(|a, b| a[1] <= b[1] + 1e-9));
        }
    }

    #[test]
    fn where_all_is_right_that_is_said() {
        let labels = Array3::from_shape_fn((1, 2, 2), |(_, y, _)| y as u8);
        let logits = Array4::from_shape_fn((1, 1, 2, 2), |(.., y, _)| if y == 1 { 9.0 } else { -9.0 });
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let report = weights(&order(&field, HINGE, 0), 4, Scale::Linear, Theme::Dark);
        assert_eq!(report.texts["remarks"][1], "No pixel has an error, so the loss is 0.");
        let nothing = weights(&Order::default(), 4, Scale::Linear, Theme::Dark);
        assert!(nothing.texts.is_empty() && nothing.charts.is_empty());
    }

    #[test]
    fn the_sole_pixel_is_in_the_cross() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let found = sole_pixel(&field, HINGE, 0).unwrap();
        assert_eq!(found.pixel, 47);
        let report = sole(&field, found, HINGE, 0, Theme::Light);
        assert!(
            report.texts["remarks"][0].contains("x 7, y 5")
                && report.texts["remarks"][0].contains("other 47")
        );
        let is_lit = |pixel: usize| report.pixels[4 * pixel..][..3] == Theme::Light.background();
        let lit: Vec<usize> = (0..48).filter(|&pixel| is_lit(pixel)).collect();
        assert_eq!(lit, [7, 15, 40, 41, 42, 43, 47]);
    }
}
