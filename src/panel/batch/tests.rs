//! Remarks on small batches, against numbers by hand.

use ndarray::{Axis, s};

use super::*;
use crate::field::{Field, Labels, Logits};
use crate::loss::config::Settings;
use crate::paint::chart::Chart;

/// Report on a batch of 2 × 2 pixels with the loss at this place and these settings.
fn said(logits: &Logits, labels: &Labels, chosen: usize, settings: &Settings) -> Report {
    let mut query = BatchQuery { settings: Default::default(), chosen };
    query.settings[chosen] = settings.clone();
    let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
    let whole = query.measure(&field).unwrap();
    let own: Vec<BatchResult> = (0..logits.len_of(Axis(0)))
        .map(|image| {
            let (logits, labels) =
                (logits.slice(s![image..=image, .., .., ..]), labels.slice(s![image..=image, .., ..]));
            query.measure(&Field::new(logits, labels, Some(IGNORE)).unwrap()).unwrap()
        })
        .collect();
    let places: Vec<usize> = (0..own.len()).map(|at| 2 * at).collect();
    let own: Vec<&BatchResult> = own.iter().collect();
    let batch = Found { query: &query, facts: Facts::of(&field), places: &places, own: &own, whole: &whole };
    let mut report = batch.report();
    report.stills = (0..own.len()).map(|at| batch.still(at)).collect();
    report
}

fn set(id: &str, to: &str) -> Settings {
    Settings::from([(id.into(), to.into())])
}

#[test]
fn the_sentences_say_what_differs_and_why() {
    let logits = Logits::zeros((2, 1, 2, 2));
    let mut labels = Labels::zeros((2, 2, 2));
    labels[[0, 0, 0]] = 1;
    let panel = said(&logits, &labels, 0, &set("absent", "scored"));
    // Of the first image TP ½, Σp 2, Σy 1; together TP ½, Σp 4, Σy 1. By p the gradient is then −0.36 on the
    // foreground and 0.04 elsewhere: 0.48 in the first image and 0.16 in the second.
    assert_eq!(
        panel.texts["remarks"],
        [
            "Per image Dice is 0.8333, the mean of 0.6667 and 1.000: every image counts the same. Per batch it is \
             0.8000: all pixels are one set, and image 1 has 100 % of their foreground.",
            "Image 3 gets 0 % of the gradient per image and 25 % per batch.",
            "Image 3 has no foreground. Per image it costs 1.000 however little is predicted, and has no gradient. \
             Per batch it only adds to Σp, below the fraction bar.",
        ]
    );
    assert_eq!(panel.tables["values"].columns, ["loss", "per image", "per batch", "image 1", "image 3"]);
    assert_eq!(panel.stills[1].text, "foreground 0 %, Dice 1.000");
    let smooth = Settings::from([("absent".into(), "scored".into()), ("smooth".into(), 1.0.into())]);
    assert!(said(&logits, &labels, 0, &smooth).texts["remarks"][2].contains("falls as less is predicted"));
    let summed = Settings::from([("sum".into(), true.into())]);
    assert!(
        said(&logits, &labels, 0, &summed).texts["remarks"][0]
            .contains("is 0.6667, the sum of 0.6667 and 0:")
    );
    let lovasz = said(&logits, &labels, 2, &Settings::new());
    assert!(lovasz.texts["remarks"][2].contains("its single worst pixel holds all of its loss, 1.000,"));
    assert_eq!(lovasz.tables["rules"].rows[0][0], "always scored");

    let nothing = said(&logits, &Labels::zeros((2, 2, 2)), 1, &Settings::new());
    assert!(nothing.texts["remarks"][0].starts_with("Jaccard is 0 both"), "{:?}", nothing.texts["remarks"]);
    assert!(nothing.texts["remarks"][2].ends_with("there is none either, and the same holds."));
}

#[test]
fn classes_that_an_image_lacks_are_named() {
    let logits = Logits::zeros((2, 3, 1, 3));
    let labels = ndarray::array![[[0u8, 1, 2]], [[0, 0, 0]]];
    let remark = |chosen: usize, settings: &Settings| {
        said(&logits, &labels, chosen, settings).texts["remarks"].last().unwrap().clone()
    };
    for (chosen, settings, what) in [
        (0, Settings::new(), "counts as 0"),
        (1, set("absent", "scored"), "is scored"),
        (1, set("absent", "skipped"), "is left out"),
        (3, Settings::new(), "is left out"),
        (3, set("classes", "all"), "largest error"),
    ] {
        let said = remark(chosen, &settings);
        assert!(
            said.starts_with("Image 3 has no classes 1 and 2. Per image") && said.contains(what),
            "{said}"
        );
    }
    let background = Settings::from([("background".into(), false.into())]);
    let all_zero = ndarray::array![[[1u8, 1, 2]], [[1, 2, 2]]];
    let report = said(&logits, &all_zero, 0, &background);
    let remarks = &report.texts["remarks"];
    assert!(remarks.iter().all(|said| !said.contains("has no")), "class 0 does not count: {remarks:?}");
}

#[test]
fn bars_are_shares_of_the_whole() {
    let logits = Logits::zeros((2, 1, 2, 2));
    let mut labels = Labels::zeros((2, 2, 2));
    labels[[0, 0, 0]] = 1;
    labels[[1, 1, 1]] = 1;
    let panel = said(&logits, &labels, 0, &Settings::new());
    let Chart::Plot(plot) = &panel.charts["gradient"] else { panic!("a plot") };
    for series in &plot.series {
        assert!(series.points.iter().all(|point| (point[1] - 50.0).abs() < 1e-4), "{series:?}");
    }
    let Chart::Plot(plot) = &panel.charts["values"] else { panic!("a plot") };
    assert_eq!(plot.series[2].points.len(), 2 * LOSSES.len());
}

#[test]
fn names_under_bars_are_those_of_the_losses() {
    use crate::field::Task;

    for task in [Task::Binary, Task::Multiclass] {
        for (at, spec) in LOSSES.iter().enumerate() {
            let bar: String = text::bar(at, task).chars().filter(|c| c.is_alphabetic()).collect();
            let name: String = spec.name.of(task).chars().filter(|c| c.is_alphabetic()).collect();
            assert!(name.starts_with(&bar), "{bar} is not the beginning of {name}");
        }
    }
}
