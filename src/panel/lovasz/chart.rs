//! The sort, the shares of its pixels, and errors against the Jaccard loss reached.

use super::study::readings::readings;
use super::study::split::{BatchPart, split};
use super::study::{Order, READ_AT};
use super::text;
use crate::field::Field;
use crate::loss::lovasz::{Error, Lovasz};
use crate::metric::{self, Confusion};
use crate::paint::chart::{Axis, Chart, Ink, LovaszChart, LovaszLook, Plot, Series};
use crate::panel::Report;

/// The sort as two charts: errors and weights by rank, and the loss as an area.
pub fn sort(order: &Order, error: Error) -> [LovaszChart; 2] {
    let chart = |title: &str, look| {
        let Order { errors, increments, pixels, foreground, value } = order.clone();
        let (title, error_name) = (title.into(), text::error_name(error).into());
        LovaszChart { title, look, errors, increments, foreground, pixels, value, error_name }
    };
    [chart(text::RANKS, LovaszLook::Ranks), chart(text::AREA, LovaszLook::Area)]
}

/// Points of the curve of shares.
const SHARES: u32 = 120;

/// Share that the first pixels hold, from the one that holds the most.
pub(super) fn shares(weights: &[f64], products: &[f64]) -> Chart {
    let all = weights.len() as f64;
    let line = |name: &str, slot: usize, values: &[f64]| {
        let total = values.iter().sum::<f64>();
        let mut points: Vec<[f64; 2]> = Vec::new();
        let (mut held, mut taken) = (0.0, 0);
        for i in 0..=SHARES {
            let until = (all.powf(f64::from(i) / f64::from(SHARES)).round() as usize).min(values.len());
            held += values[taken.min(until)..until].iter().sum::<f64>();
            if until > taken {
                taken = until;
                // Rounding may sum up to a little more than all.
                points.push([100.0 * until as f64 / all, (100.0 * held / total).min(100.0)]);
            }
        }
        Series::line(name, Ink::Slot(slot), points)
    };
    Chart::Plot(Plot::new(
        text::SHARES,
        Axis::log(text::SHARES_X, (100.0 / all).min(50.0), 100.0),
        Axis::linear(text::SHARES_Y, 0.0, 100.0),
        vec![line(text::OF_THE_WEIGHT, 0, weights), line(text::OF_THE_LOSS, 1, products)],
    ))
}

/// Errors against the Jaccard loss reached, by name.
fn by_jaccard(title: &str, error: &str, curves: &[(&str, &[f64])]) -> Chart {
    let point = |(i, error): (usize, &f64)| [i as f64 / READ_AT as f64, *error];
    let series = curves.iter().enumerate().map(|(slot, (name, curve))| {
        Series::line(*name, Ink::Slot(slot), curve.iter().enumerate().map(point).collect())
    });
    Chart::Plot(Plot::new(
        title,
        Axis::linear(text::JACCARD_SO_FAR, 0.0, 1.0),
        Axis::around(error, curves.iter().flat_map(|(_, curve)| curve.iter().copied())),
        series.collect(),
    ))
}

/// Hinge, sigmoid and softmax of one class, beside the hard mask.
pub(super) fn three(field: &Field<'_>, channel: usize) -> Report {
    let readings = readings(field, channel);
    let confusion = (0..field.shape().images)
        .map(|image| metric::confusion(field, image, channel, 0.5))
        .fold(Confusion::default(), |sum, each| Confusion {
            true_positive: sum.true_positive + each.true_positive,
            false_positive: sum.false_positive + each.false_positive,
            false_negative: sum.false_negative + each.false_negative,
            true_negative: sum.true_negative + each.true_negative,
        });
    let curves: Vec<(&str, &[f64])> =
        text::READINGS.into_iter().zip(readings.iter().map(|reading| &*reading.curve)).collect();
    Report::default()
        .with_chart("three", by_jaccard(text::THREE, text::ERROR, &curves))
        .with_table("three", text::three(&readings, confusion.iou(), field.shape().task()))
}

/// The images of a batch sorted by themselves and as one. One image is cut in halves, which stand in for two.
///
/// `places` says where each image stands in the strip, counted from 0.
pub(super) fn images(field: &Field<'_>, loss: Lovasz, channel: usize, places: &[usize]) -> Report {
    let shape = field.shape();
    let halved = shape.images == 1;
    let (all, parts) = if halved {
        let left = shape.width / 2;
        split(field, loss, channel, 2, |pixel| usize::from(pixel % shape.width >= left))
    } else {
        split(field, loss, channel, shape.images, |pixel| pixel / shape.pixels())
    };
    let names: Vec<String> = if halved {
        text::HALVES.map(Into::into).into()
    } else {
        places.iter().map(|&place| text::image(place)).collect()
    };
    let parts: Vec<(String, BatchPart)> =
        names.into_iter().zip(parts).filter(|(_, part)| part.pixels > 0).collect();
    let mean = parts.iter().map(|(_, part)| part.value).sum::<f64>() / parts.len().max(1) as f64;
    let mut curves: Vec<(&str, &[f64])> =
        parts.iter().map(|(name, part)| (name.as_str(), &*part.curve)).collect();
    curves.push((text::AS_ONE, &all.curve));
    Report::default()
        .with_chart("images", by_jaccard(text::IMAGES, text::error_name(loss.error), &curves))
        .with_table("images", text::images(&parts, mean, &all))
        .with_texts("remarks", text::by_itself_and_as_one(halved, &parts, mean, &all))
}

#[cfg(test)]
pub(super) mod tests {
    use ndarray::{Array3, Array4};

    use super::*;
    use crate::paint::number::short;

    pub(crate) const HINGE: Lovasz = Lovasz { error: Error::Hinge, per_image: false, all_classes: true };

    pub(crate) fn scene(images: usize) -> (Array4<f32>, Array3<u8>) {
        let logits =
            Array4::from_shape_fn((images, 1, 6, 8), |(i, _, y, x)| (x as f32 - 3.0) + 0.3 * (y + i) as f32);
        let labels = Array3::from_shape_fn((images, 6, 8), |(_, y, x)| u8::from(x > 4 && y > 1));
        (logits, labels)
    }

    #[test]
    fn one_image_is_halved_and_several_are_not() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let rows = |report: &Report| {
            report.tables["images"].rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>()
        };
        let one = images(&field, HINGE, 0, &[0]);
        assert_eq!(rows(&one), ["left half", "right half", "each by itself: their mean", "all as one"]);
        let said = &one.texts["remarks"];
        assert!(said[0].starts_with("This scene is one image"), "{said:?}");
        assert!(said[3].contains("one worst pixel"), "the left half has no foreground: {said:?}");
        let (logits, labels) = scene(3);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        assert_eq!(rows(&images(&field, HINGE, 0, &[0, 1, 3]))[..3], ["image 1", "image 2", "image 4"]);
    }

    #[test]
    fn three_losses_stand_beside_the_hard_mask() {
        let (logits, labels) = scene(2);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let report = three(&field, 0);
        assert_eq!(report.tables["three"].rows.len(), 4);
        let hard: usize = (0..2)
            .map(|image| {
                let confusion = metric::confusion(&field, image, 0, 0.5);
                confusion.false_positive + confusion.false_negative
            })
            .sum();
        // Every foreground pixel is found, so that the union is what is wrong and the foreground.
        let expected = hard as f64 / (hard + 24) as f64;
        assert_eq!(report.tables["three"].rows[3][1], short(expected));
    }
}
