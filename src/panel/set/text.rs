//! Every sentence, title and label of the panel.

use std::collections::BTreeMap;

use super::row::{METRICS, SetConditions, SetMetric};
use super::table::{Agreement, SetTable};
use crate::field::Task;
use crate::paint::number::tick;
use crate::panel::{TableReadout, Title};
use crate::scene::PixelWeighting;
use crate::study::set::ImageDisagreement;

pub(super) const TITLE: Title = Title {
    label: "Folder",
    question: "Which loss orders my images as my metric does?",
    about: "Drop a folder, several files or a zip: a truth and a prediction are a pair by their folders (masks, \
            predictions) or the ends of their names (_gt, _pred).",
};

pub(super) const UNDEFINED: &str = crate::panel::text::NOTHING;
pub(super) const IMAGE: &str = "image";
pub(super) const IMAGES: &str = "images";
pub(super) const WIDTH: &str = "width, px";
pub(super) const HEIGHT: &str = "height, px";
pub(super) const COMPONENTS: &str = "components";
pub(super) const EMPTY: &str = "empty truth";

pub(super) fn share(class: usize, task: Task) -> String {
    match (task, class) {
        (Task::Binary, 0) => "background".to_owned(),
        (Task::Binary, _) => "foreground".to_owned(),
        (Task::Multiclass, class) => format!("class {class}"),
    }
}

pub(super) fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// A correlation, two digits.
fn agreement_text(correlation: f64) -> String {
    // Rounding to nothing has no sign.
    let rounded = (100.0 * correlation).round() / 100.0 + 0.0;
    format!("{rounded:.2}").replace('-', "−")
}

/// Sentence that answers the panel's question.
pub(super) fn answer(table: &SetTable<'_>, metric: &SetMetric, agreements: &[Agreement]) -> Vec<String> {
    let (all, measured) = (table.len(), table.measured());
    if all == 0 {
        return Vec::new();
    }
    let over = if measured == all {
        format!("Over {measured} images")
    } else {
        format!("Over {measured} of {all} images")
    };
    let mut known: Vec<(f64, &str)> = agreements
        .iter()
        .filter_map(|found| Some((found.correlation?, found.spec.name.of(table.task))))
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    let metric = metric.name;
    vec![match &known[..] {
        [] if measured == 0 => "No image has numbers yet; its row says why.".to_owned(),
        [] if measured == 1 => "One image has numbers: an order takes two.".to_owned(),
        [] => format!(
            "{over}, {metric} or every loss is the same for all that have both, so no orders can be compared."
        ),
        [(best, name)] => {
            format!(
                "{over}, the order by {name} agrees with the order by {metric} to {}.",
                agreement_text(*best)
            )
        }
        [(best, first), .., (worst, last)] => format!(
            "{over}, the order by {first} agrees with the order by {metric} to {}; by {last} to {}.",
            agreement_text(*best),
            agreement_text(*worst)
        ),
    }]
}

/// Sentence about images that do not have the same number of classes.
pub(super) fn classes(counts: &BTreeMap<usize, usize>) -> Option<String> {
    let (fewest, most) = (counts.keys().next()?, counts.keys().next_back()?);
    let with_most = counts.values().next_back()?;
    (fewest < most).then(|| {
        format!(
            "The images have from {fewest} to {most} classes, {with_most} of them {most}: each is evaluated with the \
             classes of its own files."
        )
    })
}

/// Sentence about the settings of all rows.
pub(super) fn settings(conditions: &SetConditions) -> String {
    let SetConditions { soft_edges, weighting, threshold, tolerance } = *conditions;
    let edges = match soft_edges {
        0 => "hard labels".to_owned(),
        radius => format!("soft edges of {radius} px"),
    };
    let weights = match weighting {
        // The weights of the scene's file are not those of other images.
        PixelWeighting::Equal | PixelWeighting::Own => "equal pixels",
        PixelWeighting::Frequency => "pixels weighted by class frequency",
        PixelWeighting::UNet { .. } => "pixels weighted by U-Net's border map",
    };
    format!(
        "All rows: losses as set on their cards, {edges}, {weights}; metrics at threshold {} and tolerance {} px.",
        tick(threshold),
        tick(tolerance)
    )
}

/// Rank correlations of all losses with all metrics.
pub(super) fn agreement(table: &SetTable<'_>) -> TableReadout {
    let by_metric: Vec<Vec<Agreement>> = METRICS.iter().map(|metric| table.agreements(metric)).collect();
    let rows = table.losses().enumerate().map(|(at, spec)| {
        let cell = |column: &Vec<Agreement>| {
            column[at].correlation.map_or_else(|| UNDEFINED.to_owned(), agreement_text)
        };
        std::iter::once(spec.name.of(table.task).to_owned()).chain(by_metric.iter().map(cell)).collect()
    });
    let columns = std::iter::once("loss").chain(METRICS.iter().map(|metric| metric.name));
    TableReadout::new("Agreement of orders: 1 is the same, −1 the reverse (Spearman)", columns, rows)
}

pub(super) fn dispute(name: &str, loss: &str, metric: &SetMetric, found: &ImageDisagreement) -> String {
    format!(
        "{name}: place {} by {loss}, place {} by {}.",
        tick(found.by_loss),
        tick(found.by_metric),
        metric.name
    )
}

pub(super) fn histogram(loss: &str, missing: usize) -> String {
    match missing {
        0 => format!("Images by {loss}"),
        missing => format!("Images by {loss}, without {missing} that have none"),
    }
}
