//! The Lovász sort: who holds its weight, three kinds of it, parts by themselves, and a truth of nothing.
//!
//! [`kink`] moves one pixel, [`moments`] plays the sort, [`two_pixels`] is about the smallest scene.

pub mod kink;
pub mod moments;
pub mod two_pixels;

use super::{Panel, Still, TableReadout};
use crate::field::{Field, Task};
use crate::loss::lovasz::{Error, Lovasz};
use crate::metric::{self, Confusion};
use crate::paint::chart::{Axis, Chart, Ink, LovaszChart, LovaszLook, Plot, Series};
use crate::paint::heatmap::{heatmap, limit_of};
use crate::paint::number::{count, short, tick};
use crate::paint::picture::{Backdrop, prediction_picture};
use crate::paint::{Scale, Theme};
use crate::study::lovasz::empty::Sole;
use crate::study::lovasz::readings::readings;
use crate::study::lovasz::split::{Part, split};
use crate::study::lovasz::{Order, READ_AT, fewest_that_hold};

/// What an error is called on an axis.
pub fn error_name(error: Error) -> &'static str {
    match error {
        Error::Hinge => "hinge error",
        Error::Probability => "|y − p|",
    }
}

/// The sort as two charts: errors and weights by rank, and the loss as an area.
pub fn sort(order: &Order, error_name: &str) -> [LovaszChart; 2] {
    let chart = |title: &str, look| {
        let Order { errors, increments, pixels, foreground, value } = order.clone();
        let (title, error_name) = (title.into(), error_name.into());
        LovaszChart { title, look, errors, increments, foreground, pixels, value, error_name }
    };
    [
        chart("Errors in decreasing order, and the weight of each rank", LovaszLook::Ranks),
        chart("The loss as an area: every error as wide as its weight", LovaszLook::Area),
    ]
}

/// Points of the curve of shares.
const SHARES: u32 = 120;

/// Each pixel's weight, and what it adds to the loss, as pictures of one image of so many pixels.
pub fn weights(order: &Order, pixels: usize, scale: Scale, theme: Theme) -> Panel {
    let mut panel = Panel::default();
    for (name, of) in [
        ("weight", &(|rank| f64::from(order.increments[rank])) as &dyn Fn(usize) -> f64),
        ("error × weight", &|rank| order.product(rank)),
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
        panel.pixels.extend(rgba);
        panel.stills.push(Still {
            name: name.into(),
            text: format!("from {} to {}", short(least.min(most)), short(most)),
            colour: String::new(),
        });
    }
    let (weights, products) = (order.weights_decreasing(), order.products_decreasing());
    if !order.is_empty() {
        panel.remarks.push(who_holds(&weights, &products));
        panel.charts.push(shares(&weights, &products));
    }
    panel
}

fn who_holds(weights: &[f64], products: &[f64]) -> String {
    let pixels = |values: &[f64]| {
        let fewest = fewest_that_hold(0.5, values);
        let share = tick(100.0 * fewest as f64 / values.len() as f64);
        let noun = if fewest == 1 { "pixel holds" } else { "pixels hold" };
        format!("{} {noun} half of the {{}}, {share} % of all", count(fewest))
    };
    let weight = pixels(weights).replace("{}", "weight");
    if products.iter().sum::<f64>() > 0.0 {
        format!("{weight}; {}.", pixels(products).replace("{}", "loss"))
    } else {
        format!("{weight}. No pixel has an error, so the loss is 0.")
    }
}

/// How much the first pixels hold, from the one that holds the most.
fn shares(weights: &[f64], products: &[f64]) -> Chart {
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
        "How many pixels hold how much",
        Axis::log("pixels, % of all, from those that hold the most", (100.0 / all).min(50.0), 100.0),
        Axis::linear("held together, %", 0.0, 100.0),
        vec![line("of the weight", 0, weights), line("of the loss", 1, products)],
    ))
}

/// Hinge, sigmoid and softmax of one class.
pub fn three(field: &Field<'_>, channel: usize) -> Panel {
    let readings = readings(field, channel);
    let confusion = (0..field.shape().images)
        .map(|image| metric::confusion(field, image, channel, 0.5))
        .fold(Confusion::default(), |sum, each| Confusion {
            true_positive: sum.true_positive + each.true_positive,
            false_positive: sum.false_positive + each.false_positive,
            false_negative: sum.false_negative + each.false_negative,
            true_negative: sum.true_negative + each.true_negative,
        });
    let dash = || "–".to_owned();
    let mut rows: Vec<Vec<String>> = readings
        .iter()
        .map(|reading| {
            vec![
                format!("Lovász {}", reading.name),
                short(reading.value),
                reading.foreground_share.map_or_else(dash, |share| format!("{:.1} %", 100.0 * share)),
                count(reading.with_gradient),
            ]
        })
        .collect();
    let hard = confusion.iou().map_or_else(|| "undefined: 0 / 0".to_owned(), |iou| short(1.0 - iou));
    rows.push(vec!["1 − IoU of the hard mask".into(), hard, dash(), dash()]);
    let own = if field.shape().task() == Task::Binary { "the foreground" } else { "the class" };
    let curves: Vec<(&str, &[f64])> =
        readings.iter().map(|reading| (reading.name, &*reading.curve)).collect();
    Panel {
        charts: vec![by_jaccard("Three errors: the area under each is its loss", "error", &curves)],
        tables: vec![TableReadout {
            title: "The same prediction by three Lovász losses".into(),
            columns: vec![
                String::new(),
                "value".into(),
                format!("of Σ|gradient| on {own}"),
                "pixels with a gradient".into(),
            ],
            rows,
        }],
        ..Panel::default()
    }
}

/// Errors against the Jaccard loss reached, by name.
fn by_jaccard(title: &str, error: &str, curves: &[(&str, &[f64])]) -> Chart {
    let point = |(i, error): (usize, &f64)| [i as f64 / READ_AT as f64, *error];
    let series = curves.iter().enumerate().map(|(slot, (name, curve))| {
        Series::line(*name, Ink::Slot(slot), curve.iter().enumerate().map(point).collect())
    });
    Chart::Plot(Plot::new(
        title,
        Axis::linear("Jaccard loss of the pixels so far", 0.0, 1.0),
        Axis::around(error, curves.iter().flat_map(|(_, curve)| curve.iter().copied())),
        series.collect(),
    ))
}

/// The images of a batch sorted by themselves and as one. One image is cut in halves, which stand in for two.
///
/// `places` says where each image stands in the strip, counted from 0.
pub fn images(field: &Field<'_>, loss: Lovasz, channel: usize, places: &[usize]) -> Panel {
    let shape = field.shape();
    let halved = shape.images == 1;
    let (all, parts) = if halved {
        let left = shape.width / 2;
        split(field, loss, channel, 2, |pixel| usize::from(pixel % shape.width >= left))
    } else {
        split(field, loss, channel, shape.images, |pixel| pixel / shape.pixels())
    };
    let names: Vec<String> = if halved {
        ["left half", "right half"].map(Into::into).into()
    } else {
        places.iter().map(|place| format!("image {}", place + 1)).collect()
    };
    let parts: Vec<(String, Part)> =
        names.into_iter().zip(parts).filter(|(_, part)| part.pixels > 0).collect();
    let mean = parts.iter().map(|(_, part)| part.value).sum::<f64>() / parts.len().max(1) as f64;
    let row = |name: &str, part: &Part| {
        vec![name.to_owned(), count(part.foreground), count(part.pixels), short(part.value)]
    };
    let mut rows: Vec<Vec<String>> = parts.iter().map(|(name, part)| row(name, part)).collect();
    let dash = || "–".to_owned();
    rows.push(vec!["each by itself: their mean".into(), dash(), dash(), short(mean)]);
    rows.push(row("all as one", &all));
    let mut curves: Vec<(&str, &[f64])> =
        parts.iter().map(|(name, part)| (name.as_str(), &*part.curve)).collect();
    curves.push(("all as one", &all.curve));
    Panel {
        charts: vec![by_jaccard("Errors of each, and of all as one", error_name(loss.error), &curves)],
        tables: vec![TableReadout {
            title: "Sorted by itself, and as one".into(),
            columns: ["", "foreground pixels", "pixels", "loss"].map(Into::into).into(),
            rows,
        }],
        remarks: std::iter::once("This scene is one image. Its left and its right half stand in for two images of a batch; paint more of \
             them on the tab Batch.".to_owned()).filter(|_| halved).chain([format!(
            "Each by itself they have a mean loss of {}, as one they have {}. By itself, a missed pixel costs one part \
             of the foreground of its own {}; as one, of that of all, so that a small object is drowned by a large one.{}",
            short(mean),
            short(all.value),
            if halved { "half" } else { "image" },
            if parts.iter().any(|(_, part)| part.foreground == 0) {
                " Where there is no foreground at all, the one worst pixel is the whole loss."
            } else {
                ""
            }
        )]).collect(),
        ..Panel::default()
    }
}

/// How far a cross keeps from the pixel that it is about.
const GAP: usize = 3;

/// A truth of nothing: the pixel that holds all the weight, in a cross on the probabilities of its image.
pub fn sole(field: &Field<'_>, sole: Sole, loss: Lovasz, channel: usize, theme: Theme) -> Panel {
    let shape = field.shape();
    let (width, error) = (shape.width, loss.error);
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
    let name = error_name(error);
    Panel {
        stills: vec![Still {
            name: "the pixel that holds all the weight".into(),
            text: format!("x {x}, y {y}"),
            colour: String::new(),
        }],
        pixels,
        remarks: vec![format!(
            "Of {} pixels one holds all the weight, at x {x}, y {y}: weight 1, {name} {error}, and so the loss is {error} too. \
             The other {} have weight 0 and no gradient, whatever is predicted there.",
            count(sole.of),
            count(sole.of - 1),
            error = short(sole.error),
        )],
        ..Panel::default()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;
    use crate::study::lovasz::{empty::sole_pixel, order};

    const HINGE: Lovasz = Lovasz { error: Error::Hinge, per_image: false, all_classes: true };

    fn scene(images: usize) -> (Array4<f32>, Array3<u8>) {
        let logits =
            Array4::from_shape_fn((images, 1, 6, 8), |(i, _, y, x)| (x as f32 - 3.0) + 0.3 * (y + i) as f32);
        let labels = Array3::from_shape_fn((images, 6, 8), |(_, y, x)| u8::from(x > 4 && y > 1));
        (logits, labels)
    }

    #[test]
    fn pictures_show_each_pixels_weight_and_a_sentence_who_holds_half() {
        let (logits, mut labels) = scene(1);
        labels[[0, 0, 0]] = 255;
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let order = order(&field, HINGE, 0);
        let panel = weights(&order, 48, Scale::Linear, Theme::Light);
        assert_eq!((panel.stills.len(), panel.pixels.len()), (2, 2 * 4 * 48));
        assert_eq!(panel.pixels[3], 0, "what is ignored is transparent");
        assert_eq!(panel.pixels[7], 255);
        assert!(panel.stills[0].text.starts_with("from "), "{}", panel.stills[0].text);
        assert!(panel.remarks[0].contains("half of the weight"), "{}", panel.remarks[0]);
        let Chart::Plot(plot) = &panel.charts[0] else { panic!("a plot") };
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
        let panel = weights(&order(&field, HINGE, 0), 4, Scale::Linear, Theme::Dark);
        assert!(panel.remarks[0].ends_with("so the loss is 0."), "{}", panel.remarks[0]);
        let nothing = weights(&Order::default(), 4, Scale::Linear, Theme::Dark);
        assert!(nothing.remarks.is_empty() && nothing.charts.is_empty());
    }

    #[test]
    fn one_image_is_halved_and_several_are_not() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let rows = |panel: &Panel| panel.tables[0].rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
        let one = images(&field, HINGE, 0, &[0]);
        assert_eq!(rows(&one), ["left half", "right half", "each by itself: their mean", "all as one"]);
        assert!(
            one.remarks[0].starts_with("This scene is one image")
                && one.remarks[1].contains("one worst pixel"),
            "the left half has no foreground"
        );
        let (logits, labels) = scene(3);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        assert_eq!(rows(&images(&field, HINGE, 0, &[0, 1, 3]))[..3], ["image 1", "image 2", "image 4"]);
    }

    #[test]
    fn three_losses_stand_beside_the_hard_mask() {
        let (logits, labels) = scene(2);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let panel = three(&field, 0);
        assert_eq!(panel.tables[0].rows.len(), 4);
        let hard: usize = (0..2)
            .map(|image| {
                let confusion = metric::confusion(&field, image, 0, 0.5);
                confusion.false_positive + confusion.false_negative
            })
            .sum();
        // Every foreground pixel is found, so that the union is what is wrong and the foreground.
        let expected = hard as f64 / (hard + 24) as f64;
        assert_eq!(panel.tables[0].rows[3][1], short(expected));
    }

    #[test]
    fn the_sole_pixel_is_in_the_cross() {
        let (logits, labels) = scene(1);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let found = sole_pixel(&field, HINGE, 0).unwrap();
        assert_eq!(found.pixel, 47);
        let panel = sole(&field, found, HINGE, 0, Theme::Light);
        assert!(panel.remarks[0].contains("x 7, y 5") && panel.remarks[0].contains("other 47"));
        let is_lit = |pixel: usize| panel.pixels[4 * pixel..][..3] == Theme::Light.background();
        let lit: Vec<usize> = (0..48).filter(|&pixel| is_lit(pixel)).collect();
        assert_eq!(lit, [7, 15, 40, 41, 42, 43, 47]);
    }
}
